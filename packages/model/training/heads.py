"""The encoder tier's linear heads on pooled states."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax


@dataclass(frozen=True)
class Heads:
    """float32 W [labels, dims] and b [labels]."""

    weights: np.ndarray
    bias: np.ndarray

    def log_scores(self, pooled: np.ndarray) -> np.ndarray:
        """Pooled states [texts, dims] -> log-probabilities at temperature 1, float64 [texts, labels]."""
        return log_softmax(pooled.astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias, axis=1)

    def to_bytes(self) -> bytes:
        """The content of encoder-heads.bin."""
        return self.weights.astype("<f4").tobytes() + self.bias.astype("<f4").tobytes()
