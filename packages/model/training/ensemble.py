"""How the two tiers are combined, and when the lexical one is enough. Both choices are made on held-out scores."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax
from sklearn.metrics import f1_score

from .temperature import apply_temperatures, fit_temperatures

TIERS = ["lexical", "encoder", "ensemble", "cascade"]
SMALLEST = np.log(1e-12)


@dataclass(frozen=True)
class Combination:
    """Temperatures float64 [kinds] of the three tiers that have one, the ensemble's weight, the cascade's gate."""

    temperatures: dict[str, np.ndarray]
    lexical_weight: float
    gate: float

    def tier_scores(self, lexical: np.ndarray, encoder: np.ndarray, kinds: np.ndarray) -> dict[str, np.ndarray]:
        """Raw log-probabilities of both tiers [texts, labels] -> probabilities of all four tiers, each [texts, labels]."""
        p = apply_temperatures(lexical, self.temperatures["lexical"], kinds)
        q = apply_temperatures(encoder, self.temperatures["encoder"], kinds)
        both = apply_temperatures(_mean(p, q, self.lexical_weight), self.temperatures["ensemble"], kinds)
        cascade = np.where(p.max(axis=1, keepdims=True) >= np.log(self.gate), p, both)
        return {tier: np.exp(scores) for tier, scores in zip(TIERS, (p, q, both, cascade))}

    def skipped_share(self, scores: dict[str, np.ndarray]) -> float:
        """Share of texts whose cascade scores need no encoder."""
        return float((scores["lexical"].max(axis=1) >= self.gate).mean())


def fit_combination(lexical: np.ndarray, encoder: np.ndarray, labels: np.ndarray, kinds: np.ndarray, config: dict) -> Combination:
    """Held-out raw log-probabilities of both tiers [texts, labels] -> the combination."""
    temperatures = {"lexical": fit_temperatures(lexical, labels, kinds), "encoder": fit_temperatures(encoder, labels, kinds)}
    p = apply_temperatures(lexical, temperatures["lexical"], kinds)
    q = apply_temperatures(encoder, temperatures["encoder"], kinds)
    weight = _best_weight(p, q, labels, config["ensemble"]["weightSteps"])
    both = _mean(p, q, weight)
    temperatures["ensemble"] = fit_temperatures(both, labels, kinds)
    return Combination(temperatures, weight, smallest_gate(p, both, labels, config["cascade"]))


def macro_f1(scores: np.ndarray, labels: np.ndarray) -> float:
    """Scores [texts, labels] -> mean F1 of the labels that occur, in [0, 1]."""
    return float(f1_score(labels, scores.argmax(axis=1), labels=np.unique(labels), average="macro", zero_division=0))


def _mean(p: np.ndarray, q: np.ndarray, weight: float) -> np.ndarray:
    """Weighted geometric mean of two rows of log-probabilities, renormalised."""
    return log_softmax(weight * np.maximum(p, SMALLEST) + (1 - weight) * np.maximum(q, SMALLEST), axis=1)


def _best_weight(p: np.ndarray, q: np.ndarray, labels: np.ndarray, steps: int) -> float:
    """The weight of least negative log-likelihood: smoother over the grid than macro-F1, so less fitted to chance."""
    rows = np.arange(len(labels))
    grid = np.arange(steps + 1) / steps
    return float(min(grid, key=lambda weight: -_mean(p, q, weight)[rows, labels].mean()))


def smallest_gate(p: np.ndarray, both: np.ndarray, labels: np.ndarray, limits: dict[str, float]) -> float:
    """The lowest gate, in steps of 0.01, from which up the cascade loses no more than the limits against the ensemble (both log-probabilities)."""
    sure = p.max(axis=1, keepdims=True)
    least_f1 = macro_f1(both, labels) - limits["maxLoss"]
    least_drift = drift_found(both, labels) - limits["maxDriftLoss"]
    gate = 1.0
    for candidate in np.arange(99, 0, -1) / 100:
        cascade = np.where(sure >= np.log(candidate), p, both)
        if macro_f1(cascade, labels) < least_f1 or drift_found(cascade, labels) < least_drift:
            break
        gate = float(candidate)
    return gate


def drift_found(scores: np.ndarray, labels: np.ndarray, rate: float = 0.01) -> float:
    """Share of texts with a character (label > 0) that are less surely neutral than all but `rate` of the neutral ones."""
    neutral = scores[:, 0]
    return float((neutral[labels > 0] < np.quantile(neutral[labels == 0], rate)).mean())
