"""The shipped weights, read back from their files: what TypeScript will see, in Python."""

import json
from dataclasses import dataclass

import numpy as np

from .ensemble import Combination
from .heads import Heads
from .lexical import Block, LexicalModel, block_counts
from .paths import INT8_ENCODER, WEIGHTS
from .pooled_states import pooled_states


@dataclass(frozen=True)
class ShippedModel:
    """Both tiers and their combination, as model.json and the binary files describe them."""

    manifest: dict
    lexical: LexicalModel
    heads: Heads
    combination: Combination

    def scores(self, texts: list[str], kinds: list[str]) -> dict[str, np.ndarray]:
        """Texts and their kinds -> probabilities of each tier, float64 [texts, labels]."""
        indices = np.array([self.manifest["kinds"].index(kind) for kind in kinds])
        lexical = self.lexical.log_scores(block_counts(texts, self.manifest["lexical"]))
        encoder = self.heads.log_scores(pooled_states(texts, INT8_ENCODER / "onnx" / "model_quantized.onnx", self.manifest["encoder"]["maxTokens"]))
        return self.combination.tier_scores(lexical, encoder, indices)


def load_shipped() -> ShippedModel:
    """Reads WEIGHTS; the layouts are those of FORMATS.md."""
    manifest = json.loads((WEIGHTS / "model.json").read_text(encoding="utf-8"))
    labels, dims = len(manifest["labels"]), manifest["encoder"]["dims"]
    heads = np.fromfile(WEIGHTS / manifest["encoder"]["heads"], "<f4")
    temperatures = {
        tier: np.array([manifest[tier]["temperature"][kind] for kind in manifest["kinds"]])
        for tier in ("lexical", "encoder", "ensemble")
    }
    return ShippedModel(
        manifest,
        _load_lexical(manifest["lexical"], labels),
        Heads(heads[: labels * dims].reshape(labels, dims), heads[labels * dims :]),
        Combination(temperatures, manifest["ensemble"]["lexicalWeight"], manifest["cascade"]["gate"]),
    )


def _load_lexical(manifest: dict, labels: int) -> LexicalModel:
    content = (WEIGHTS / manifest["file"]).read_bytes()
    blocks, at = [], 0
    for settings in manifest["blocks"]:
        buckets = settings["buckets"]
        idf8 = np.frombuffer(content, np.uint8, buckets, at)
        weights8 = np.frombuffer(content, np.int8, buckets * labels, at + buckets).reshape(buckets, labels)
        blocks.append(Block(settings, idf8, settings["idfScale"], weights8, np.array(settings["scales"])))
        at += buckets * (1 + labels)
    return LexicalModel(blocks, np.array(manifest["bias"]))
