"""The shipped weights: both tiers fitted on the whole corpus, and the manifest that says how to read and combine them."""

import json

import numpy as np

from .calibration import calibration_bytes
from .corpus import corpus_hash, matching_folders, read_corpus
from .ensemble import TIERS, Combination, fit_combination
from .folds import fold_of_rows
from .heads import Heads, fit_heads
from .held_out import Features, held_out
from .lexical import LexicalModel, fit_lexical, lexical_bytes, lexical_manifest
from .paths import WEIGHTS


def write_weights(config: dict) -> None:
    """Writes lexical.bin, encoder-heads.bin, calibration.bin and model.json into WEIGHTS."""
    rows = read_corpus(config, config["folders"])
    features = Features(rows, config)
    folds = fold_of_rows(rows, config["folds"], config["seed"])
    lexical, encoder = held_out("lexical", features, folds), held_out("encoder", features, folds)
    combination = fit_combination(lexical, encoder, features.labels, features.kinds, config)
    scores = combination.tier_scores(lexical, encoder, features.kinds)

    lexical_model = fit_lexical(features.counts, features.labels, config["lexical"])
    heads = fit_heads(features.pooled["int8"], features.labels, config["encoder"])
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / "lexical.bin").write_bytes(lexical_bytes(lexical_model))
    (WEIGHTS / "encoder-heads.bin").write_bytes(heads.to_bytes())
    (WEIGHTS / "calibration.bin").write_bytes(calibration_bytes(features.kinds, features.labels, [scores[tier] for tier in TIERS]))
    manifest = _manifest(config, lexical_model, heads, combination, combination.skipped_share(scores), len(rows))
    (WEIGHTS / "model.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _manifest(
    config: dict, lexical: LexicalModel, heads: Heads, combination: Combination, skipped_share: float, rows: int
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
        "calibration": {"file": "calibration.bin", "rows": rows, "tiers": TIERS},
        "trainedOn": {
            "folders": [folder.name for folder in matching_folders(config["folders"])],
            "rows": rows,
            "sha256": corpus_hash(config["folders"]),
            "seed": config["seed"],
        },
    }
