"""Held-out scores in two bytes each: from them TypeScript finds how sure good texts of any persona usually are."""

import numpy as np

from .ensemble import TIERS

ONE = 65535


def calibration_bytes(kinds: np.ndarray, labels: np.ndarray, tiers: list[np.ndarray]) -> bytes:
    """Kind and label indices [rows], each tier's probabilities [rows, labels] -> the content of calibration.bin (FORMATS.md)."""
    classes = np.stack([kinds, labels], axis=1).astype(np.uint8)
    scores = np.round(np.stack(tiers, axis=1) * ONE).astype("<u2")
    return classes.tobytes() + scores.tobytes()


def held_out_scores(content: bytes, rows: int, labels: int) -> dict[str, np.ndarray]:
    """The content of calibration.bin -> each tier's probabilities float64 [rows, labels], to two bytes."""
    scores = np.frombuffer(content, "<u2", offset=2 * rows).reshape(rows, len(TIERS), labels) / ONE
    return {tier: scores[:, at] for at, tier in enumerate(TIERS)}
