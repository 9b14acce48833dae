"""Five folds by scenario: a scenario's versions share their facts, so they are never split."""

import hashlib
from collections import defaultdict

import numpy as np

from .corpus import Row


def fold_of_rows(rows: list[Row], folds: int, seed: int) -> np.ndarray:
    """Fold index of each row, int64 [rows], in 0..folds-1.

    Within each folder the scenarios are sorted by kind, then by a seeded hash of their name, and dealt out in turn: kinds are
    spread evenly, and adding a folder moves no scenario of another.
    """
    scenarios: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for row in rows:
        digest = hashlib.sha256(f"{seed}:{row.scenario}".encode()).hexdigest()
        scenarios[row.folder].add((row.kind, digest, row.scenario))
    fold: dict[tuple[str, str], int] = {}
    for folder, members in scenarios.items():
        for rank, (_, _, scenario) in enumerate(sorted(members)):
            fold[folder, scenario] = rank % folds
    return np.array([fold[row.folder, row.scenario] for row in rows])
