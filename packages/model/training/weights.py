"""The shipped weights: both tiers trained on the whole corpus, and the manifest that says how to read and combine them."""

import json

import numpy as np

from .calibration import calibration_bytes
from .corpus import corpus_hash, matching_folders
from .ensemble import TIERS, Combination
from .export import export_fp32, export_int8
from .finetune import finetuned
from .heads import Heads
from .held_out import Corpus, held_out_tiers
from .lexical import LexicalModel, fit_lexical, lexical_bytes, lexical_manifest
from .paths import FP32_ENCODER, INT8_ENCODER, WEIGHTS


def write_weights(config: dict) -> None:
    """Writes encoder/, lexical.bin, encoder-heads.bin, calibration.bin and model.json into WEIGHTS, and the fp32 encoder into the cache."""
    corpus = Corpus(config)
    combination, scores = held_out_tiers(corpus)
    lexical = fit_lexical(corpus.counts, corpus.labels, config["lexical"])
    classifier = finetuned(config, corpus.rows, np.ones(len(corpus.rows), bool))
    heads = Heads(classifier.head.weight.detach().numpy(), classifier.head.bias.detach().numpy())
    export_int8(export_fp32(classifier.encoder, FP32_ENCODER, config["encoder"]), INT8_ENCODER, config["encoder"])
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / "lexical.bin").write_bytes(lexical_bytes(lexical))
    (WEIGHTS / "encoder-heads.bin").write_bytes(heads.to_bytes())
    (WEIGHTS / "calibration.bin").write_bytes(calibration_bytes(corpus.kinds, corpus.labels, [scores[tier] for tier in TIERS]))
    manifest = _manifest(config, lexical, heads, combination, combination.skipped_share(scores), len(corpus.rows))
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
