"""Held-out scores in two bytes each: from them TypeScript finds how sure good texts of any persona usually are."""

import json

import numpy as np

from .ensemble import TIERS
from .paths import WEIGHTS

ONE = 65535


def calibration_bytes(kinds: np.ndarray, labels: np.ndarray, tiers: list[np.ndarray]) -> bytes:
    """Kind and label indices [rows], each tier's probabilities [rows, labels] -> the content of calibration.bin (FORMATS.md)."""
    classes = np.stack([kinds, labels], axis=1).astype(np.uint8)
    scores = np.round(np.stack(tiers, axis=1) * ONE).astype("<u2")
    return classes.tobytes() + scores.tobytes()


def calibration_scores(held_out: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The shipped calibration.bin -> each tier's probabilities float64 [texts, labels], to two bytes: of the held-out texts, and of the others."""
    manifest = json.loads((WEIGHTS / "model.json").read_text(encoding="utf-8"))
    rows, labels = manifest["calibration"]["rows"], len(manifest["labels"])
    content = (WEIGHTS / manifest["calibration"]["file"]).read_bytes()
    scores = np.frombuffer(content, "<u2", offset=2 * rows).reshape(rows, len(TIERS), labels) / ONE
    return ({tier: scores[:held_out, at] for at, tier in enumerate(TIERS)}, {tier: scores[held_out:, at] for at, tier in enumerate(TIERS)})
