"""The encoder tier's linear heads: multinomial logistic regression on pooled states."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Heads:
    """float32 W [labels, dims] and b [labels], with the standardisation folded in."""

    weights: np.ndarray
    bias: np.ndarray

    def log_scores(self, pooled: np.ndarray) -> np.ndarray:
        """Pooled states [texts, dims] -> log-probabilities at temperature 1, float64 [texts, labels]."""
        return log_softmax(pooled.astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias, axis=1)

    def to_bytes(self) -> bytes:
        """The content of encoder-heads.bin."""
        return self.weights.astype("<f4").tobytes() + self.bias.astype("<f4").tobytes()


def fit_heads(pooled: np.ndarray, labels: np.ndarray, settings: dict) -> Heads:
    """Pooled states [texts, dims] and label indices [texts] -> heads. Each dimension is standardised on these texts."""
    mean, spread = pooled.mean(axis=0), pooled.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=settings["C"], max_iter=settings["maxIterations"], tol=1e-3).fit((pooled - mean) / spread, labels)
    weights = fitted.coef_ / spread
    return Heads(weights.astype(np.float32), (fitted.intercept_ - weights @ mean).astype(np.float32))
