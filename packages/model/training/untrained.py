"""Corpus texts that no model is trained on: the styles of plain chat, for the calibration."""

import json
import subprocess
from dataclasses import dataclass

import numpy as np

from .corpus import read_corpus
from .ensemble import TIERS
from .paths import COMMAND


@dataclass(frozen=True)
class Untrained:
    """Kind and label indices [rows], and each tier's probabilities float64 [rows, labels]."""

    kinds: np.ndarray
    labels: np.ndarray
    scores: dict[str, np.ndarray]


def untrained_texts(config: dict) -> Untrained:
    """The rows of `calibrationFolders`, scored by the shipped files as a guard scores them, long texts in windows.

    Raises CalledProcessError if the command `persona-guard` is not built (`pnpm build`).
    """
    rows = read_corpus(config, config["calibrationFolders"])
    texts = "\n".join(json.dumps({"text": row.text, "kind": row.kind}) for row in rows)
    return Untrained(
        np.array([config["kinds"].index(row.kind) for row in rows]),
        np.array([config["labels"].index(row.label) for row in rows]),
        {tier: _scores(texts, tier, config["labels"]) for tier in TIERS},
    )


def _scores(texts: str, tier: str, labels: list[str]) -> np.ndarray:
    command = ["node", str(COMMAND), "score", "--tier", tier, "--json"]
    found = subprocess.run(command, input=texts, capture_output=True, text=True, check=True).stdout
    rows = [json.loads(line)["scores"] for line in found.strip().split("\n")]
    return np.array([[row[label] for label in labels] for row in rows])
