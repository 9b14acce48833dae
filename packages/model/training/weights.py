"""The shipped weights: the lexical tier of the whole corpus, the mean of the folds' encoders, and the manifest that says how to combine them."""

import json

import numpy as np

from .average import averaged_classifier
from .calibration import calibration_bytes
from .corpus import corpus_hash, matching_folders
from .ensemble import TIERS, Combination
from .export import export_fp32, export_int8
from .heads import Heads
from .held_out import Corpus, held_out_tiers
from .lexical import LexicalModel, fit_lexical, lexical_bytes, lexical_manifest
from .paths import FP32_ENCODER, INT8_ENCODER, WEIGHTS
from .untrained import untrained_texts


def write_weights(config: dict) -> None:
    """Writes encoder/, lexical.bin, encoder-heads.bin, calibration.bin and model.json into WEIGHTS, and the fp32 encoder into the cache."""
    corpus = Corpus(config)
    scored, combination, scores = held_out_tiers(corpus)
    lexical = fit_lexical(corpus.counts, corpus.labels, config["lexical"])
    classifier = averaged_classifier(corpus)
    heads = Heads(classifier.head.weight.detach().numpy(), classifier.head.bias.detach().numpy())
    export_int8(export_fp32(classifier.encoder, FP32_ENCODER, config["encoder"]), INT8_ENCODER, config["encoder"])
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / "lexical.bin").write_bytes(lexical_bytes(lexical))
    (WEIGHTS / "encoder-heads.bin").write_bytes(heads.to_bytes())
    manifest = _manifest(config, lexical, heads, combination, combination.skipped_share(scores), corpus)
    write_calibration(manifest, config, scored, scores)


def write_calibration(manifest: dict, config: dict, scored: Corpus, scores: dict[str, np.ndarray]) -> None:
    """Writes calibration.bin: the held-out texts with their probabilities [texts, labels], then those that no model is trained on.

    Writes model.json before it, because the latter are scored by what it says, and after it with the number of texts.
    """
    _write_manifest(manifest)
    more = untrained_texts(config)
    content = calibration_bytes(
        np.concatenate([scored.kinds, more.kinds]),
        np.concatenate([scored.labels, more.labels]),
        [np.concatenate([scores[tier], more.scores[tier]]) for tier in TIERS],
    )
    (WEIGHTS / "calibration.bin").write_bytes(content)
    rows = len(scored.rows) + len(more.labels)
    _write_manifest({**manifest, "calibration": {**manifest["calibration"], "rows": rows}})


def _write_manifest(manifest: dict) -> None:
    (WEIGHTS / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _manifest(
    config: dict, lexical: LexicalModel, heads: Heads, combination: Combination, skipped_share: float, corpus: Corpus
) -> dict:
    def temperature(tier: str) -> dict[str, float]:
        return dict(zip(config["kinds"], np.round(combination.temperatures[tier], 6).tolist()))

    return {
        "format": 1,
        **{key: config[key] for key in ("name", "version", "labels", "kinds")},
        "lexical": {"file": "lexical.bin", **lexical_manifest(lexical), "temperature": temperature("lexical")},
        "encoder": {
            "folder": "encoder",
            "dims": heads.weights.shape[1],
            "maxTokens": config["encoder"]["maxTokens"],
            "output": "pooled",
            "heads": "encoder-heads.bin",
            "temperature": temperature("encoder"),
        },
        "ensemble": {"lexicalWeight": combination.lexical_weight, "temperature": temperature("ensemble")},
        "cascade": {"gate": combination.gate, "skippedShare": round(skipped_share, 4)},
        "calibration": {"file": "calibration.bin", "rows": int(corpus.is_held_out().sum()), "tiers": TIERS},
        "trainedOn": {
            "folders": [folder.name for folder in matching_folders(config["folders"])],
            "rows": len(corpus.rows),
            "sha256": corpus_hash(config["folders"]),
            "seed": config["seed"],
        },
    }
