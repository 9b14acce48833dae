"""The cascade's gate, chosen anew on the held-out scores that are shipped: no training is needed for it."""

from dataclasses import replace

import numpy as np

from .calibration import calibration_scores
from .ensemble import smallest_gate
from .evaluate import write_measured
from .held_out import Corpus
from .shipped import load_shipped
from .weights import write_calibration

SMALLEST = 1e-12


def write_gate(config: dict) -> None:
    """Writes the gate into model.json, the cascade's scores into calibration.bin, and what they are worth into the evaluation."""
    corpus, shipped = Corpus(config), load_shipped()
    corpus = corpus.only(corpus.is_held_out())
    scores, _ = calibration_scores(len(corpus.rows))
    logs = {tier: np.log(np.maximum(scores[tier], SMALLEST)) for tier in ("lexical", "ensemble")}
    gate = smallest_gate(logs["lexical"], logs["ensemble"], corpus.labels, config["cascade"])
    is_sure = scores["lexical"].max(axis=1, keepdims=True) >= gate
    scores["cascade"] = np.where(is_sure, scores["lexical"], scores["ensemble"])
    combination = replace(shipped.combination, gate=gate)
    manifest = {**shipped.manifest, "cascade": {"gate": gate, "skippedShare": round(combination.skipped_share(scores), 4)}}
    write_calibration(manifest, config, corpus, scores)
    write_measured(corpus, combination, scores)
