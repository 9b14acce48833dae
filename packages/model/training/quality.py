"""How good scores are, with 95 % intervals: texts of a scenario share their facts, so scenarios are drawn, not texts."""

import numpy as np

DRAWS = 1000


def quality(scores: np.ndarray, labels: np.ndarray, scenarios: np.ndarray, seed: int) -> dict:
    """Probabilities [texts, labels], label and scenario indices [texts] -> rows, macro-F1 and accuracy with intervals, F1 by label, neutral recall."""
    counts = confusion_by_scenario(scores, labels, scenarios)
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), DRAWS)
    resampled = np.tensordot(drawn, counts, axes=1)
    total = counts.sum(axis=0)
    f1, neutral = f1_of(total), total[0].sum()
    return {
        "rows": int(total.sum()),
        "macroF1": _with_interval(_mean(f1, total), [_mean(f1_of(one), one) for one in resampled]),
        "accuracy": _with_interval(np.trace(total) / total.sum(), [np.trace(one) / one.sum() for one in resampled]),
        "neutralRecall": float(total[0, 0] / neutral) if neutral else None,
        "f1": f1.tolist(),
        "confusion": total.tolist(),
    }


def confusion_by_scenario(scores: np.ndarray, labels: np.ndarray, scenarios: np.ndarray) -> np.ndarray:
    """-> counts int64 [scenarios, label, label called]."""
    _, places = np.unique(scenarios, return_inverse=True)
    counts = np.zeros((places.max() + 1, scores.shape[1], scores.shape[1]), np.int64)
    np.add.at(counts, (places, labels, scores.argmax(axis=1)), 1)
    return counts


def f1_of(confusion: np.ndarray) -> np.ndarray:
    """Confusion counts [label, label called] -> F1 of each label, float64 [labels]; 0 where it neither occurs nor is called."""
    return 2 * np.diag(confusion) / np.maximum(1, confusion.sum(axis=0) + confusion.sum(axis=1))


def reliability(scores: np.ndarray, labels: np.ndarray, bins: int = 10) -> list[dict]:
    """Top probabilities in bins of equal width -> per bin that is not empty: rows, mean probability, share that was right."""
    top, right = scores.max(axis=1), scores.argmax(axis=1) == labels
    place = np.minimum(bins - 1, (top * bins).astype(int))
    return [
        {"rows": int((place == b).sum()), "confidence": float(top[place == b].mean()), "accuracy": float(right[place == b].mean())}
        for b in np.unique(place)
    ]


def _mean(f1: np.ndarray, confusion: np.ndarray) -> float:
    """Mean over the labels that occur."""
    return float(f1[confusion.sum(axis=1) > 0].mean())


def _with_interval(value: float, drawn: list[float]) -> dict[str, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": float(value), "low": float(low), "high": float(high)}
