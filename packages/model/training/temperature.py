"""Temperature per kind: one number that makes held-out probabilities as sure as they are right."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BOUNDS = (0.1, 10.0)


def fit_temperatures(log_scores: np.ndarray, labels: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Held-out log-probabilities [texts, labels], label and kind indices [texts] -> the temperature of each kind, float64 [kinds].

    Minimises the mean negative log-likelihood of the true label within each kind.
    """
    return np.array([_fit(log_scores[kinds == kind], labels[kinds == kind]) for kind in range(kinds.max() + 1)])


def apply_temperatures(log_scores: np.ndarray, temperatures: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Log-probabilities [texts, labels] -> the same, sharpened or flattened by each text's kind."""
    return log_softmax(log_scores / temperatures[kinds][:, None], axis=1)


def _fit(log_scores: np.ndarray, labels: np.ndarray) -> float:
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -log_softmax(log_scores / np.exp(log_temperature), axis=1)[rows, labels].mean()

    return float(np.exp(minimize_scalar(loss, bounds=np.log(BOUNDS), method="bounded").x))
