"""The cascade's gate, chosen anew on the held-out scores that are shipped: no training is needed for it."""

import json
from dataclasses import replace

import numpy as np

from .calibration import held_out_scores
from .ensemble import smallest_gate
from .evaluate import write_measured
from .held_out import Corpus
from .paths import WEIGHTS
from .shipped import load_shipped
from .weights import write_calibration

SMALLEST = 1e-12


def write_gate(config: dict) -> None:
    """Writes the gate into model.json, the cascade's scores into calibration.bin, and what they are worth into the evaluation."""
    corpus, shipped = Corpus(config), load_shipped()
    corpus = corpus.only(corpus.is_held_out())
    path = WEIGHTS / shipped.manifest["calibration"]["file"]
    scores = held_out_scores(path.read_bytes(), shipped.manifest["calibration"]["rows"], len(config["labels"]))
    scores = {tier: of_tier[: len(corpus.rows)] for tier, of_tier in scores.items()}
    logs = {tier: np.log(np.maximum(scores[tier], SMALLEST)) for tier in ("lexical", "ensemble")}
    gate = smallest_gate(logs["lexical"], logs["ensemble"], corpus.labels, config["cascade"])
    is_sure = scores["lexical"].max(axis=1, keepdims=True) >= gate
    scores["cascade"] = np.where(is_sure, scores["lexical"], scores["ensemble"])
    combination = replace(shipped.combination, gate=gate)
    manifest = {**shipped.manifest, "cascade": {"gate": gate, "skippedShare": round(combination.skipped_share(scores), 4)}}
    (WEIGHTS / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    write_calibration(config, corpus, scores)
    write_measured(corpus, combination, scores)
