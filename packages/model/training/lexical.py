"""The lexical tier: multinomial logistic regression on hashed n-grams, with int8 weights. FORMATS.md gives its arithmetic."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from .lexical_features import character_hashes, count_matrix, normalise, word_hashes


@dataclass(frozen=True)
class Block:
    """One feature block after quantisation; everything its scores need."""

    settings: dict  # name, buckets, weight and, for characters, shortest and longest
    idf8: np.ndarray  # uint8 [buckets]; 0 = unused
    idf_scale: float
    weights8: np.ndarray  # int8 [buckets, labels]
    scales: np.ndarray  # float64 [labels]


@dataclass(frozen=True)
class LexicalModel:
    """Quantised weights; the reference scorer that TypeScript must equal."""

    blocks: list[Block]
    bias: np.ndarray  # float64 [labels]

    def logits(self, counts: list[sp.csr_matrix]) -> np.ndarray:
        """Counts per block (`block_counts`) -> float64 [texts, labels]."""
        total = np.tile(self.bias, (counts[0].shape[0], 1))
        for block, count in zip(self.blocks, counts):
            values = _values(count, block.idf8 * block.idf_scale, block.settings["weight"])
            total += (values @ block.weights8.astype(np.float64)) * block.scales
        return total

    def log_scores(self, counts: list[sp.csr_matrix]) -> np.ndarray:
        """Log-probabilities at temperature 1, float64 [texts, labels]."""
        return log_softmax(self.logits(counts), axis=1)


def block_counts(texts: list[str], settings: dict) -> list[sp.csr_matrix]:
    """Texts -> for each configured block the n-gram counts [texts, buckets]."""
    normalised = [normalise(text) for text in texts]
    return [count_matrix([_hashes(text, block) for text in normalised], block["buckets"]) for block in settings["blocks"]]


def fit_lexical(counts: list[sp.csr_matrix], labels: np.ndarray, settings: dict) -> LexicalModel:
    """Counts per block and label indices [texts] -> the quantised model."""
    idfs = [_idf(count, settings["minTexts"]) for count in counts]
    values = [
        _values(count, idf8 * scale, block["weight"]) for count, (idf8, scale), block in zip(counts, idfs, settings["blocks"])
    ]
    fitted = LogisticRegression(C=settings["C"], max_iter=settings["maxIterations"], tol=1e-4).fit(sp.hstack(values).tocsr(), labels)
    # labels beyond `settings` cannot appear, and each fold holds all of them: classes_ is 0..L-1
    ends = np.cumsum([block["buckets"] for block in settings["blocks"]])[:-1]
    blocks = [
        Block(block, idf8, scale, *_quantise(weights.T))
        for block, (idf8, scale), weights in zip(settings["blocks"], idfs, np.split(fitted.coef_, ends, axis=1))
    ]
    return LexicalModel(blocks, fitted.intercept_)


def lexical_bytes(model: LexicalModel) -> bytes:
    """The content of lexical.bin."""
    return b"".join(block.idf8.tobytes() + np.ascontiguousarray(block.weights8).tobytes() for block in model.blocks)


def lexical_manifest(model: LexicalModel) -> dict:
    """The manifest's `lexical` entry, without file and temperature."""
    return {
        "blocks": [
            {**block.settings, "idfScale": block.idf_scale, "scales": block.scales.tolist()} for block in model.blocks
        ],
        "bias": model.bias.tolist(),
    }


def _hashes(normalised: str, block: dict) -> list[int]:
    if block["name"] == "word":
        return word_hashes(normalised)
    return character_hashes(normalised, block["shortest"], block["longest"])


def _idf(counts: sp.csr_matrix, min_texts: int) -> tuple[np.ndarray, float]:
    """Smoothed idf, ln((1 + texts) / (1 + texts with it)) + 1, as uint8 and its scale; 0 where fewer than min_texts have it."""
    texts = counts.shape[0]
    found = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.where(found < min_texts, 0.0, np.log((1 + texts) / (1 + found)) + 1)
    scale = float(idf.max()) / 255
    return np.round(idf / scale).astype(np.uint8), scale


def _values(counts: sp.csr_matrix, idf: np.ndarray, weight: float) -> sp.csr_matrix:
    """Counts -> (1 + ln count) * idf, each row scaled to length `weight` (an empty row stays 0)."""
    values = counts.copy()
    values.data = (1 + np.log(values.data)) * idf[values.indices]
    length = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
    return (sp.diags(weight / np.where(length == 0, 1, length)) @ values).tocsr()


def _quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float [buckets, labels] -> int8 of the same shape, symmetric, and one scale a label."""
    scales = np.abs(weights).max(axis=0) / 127
    return np.round(weights / scales).astype(np.int8), scales
