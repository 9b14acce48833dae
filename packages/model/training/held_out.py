"""Out-of-fold scores: every text scored by a model that never saw its scenario, quantised as it would be shipped."""

import hashlib
import json
import sys

import numpy as np

from .corpus import Row, read_corpus
from .finetune import finetuned
from .folds import fold_of_rows
from .heads import fit_heads
from .lexical import block_counts, fit_lexical
from .paths import CACHE, TRAINING
from .pooled_states import pooled_states


class Features:
    """Features of every row, computed once: n-gram counts per block, pooled states, label and kind indices [rows]."""

    def __init__(self, rows: list[Row], config: dict) -> None:
        texts = [row.text for row in rows]
        self.config = config
        self.text_hash = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
        self.labels = np.array([config["labels"].index(row.label) for row in rows])
        self.kinds = np.array([config["kinds"].index(row.kind) for row in rows])
        self.counts = block_counts(texts, config["lexical"])
        self.pooled = {name: pooled_states(texts, name, config["encoder"]["maxTokens"]) for name in ("int8", "fp32")}

    def lexical(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        """Boolean masks [rows] -> raw lexical log-probabilities of the test rows, by a model of the train rows."""
        model = fit_lexical([count[train] for count in self.counts], self.labels[train], self.config["lexical"])
        return model.log_scores([count[test] for count in self.counts])

    def encoder(self, train: np.ndarray, test: np.ndarray, fit: str = "int8", score: str = "int8") -> np.ndarray:
        """The same for the encoder tier; `fit` and `score` name the graphs whose pooled states are used."""
        heads = fit_heads(self.pooled[fit][train], self.labels[train], self.config["encoder"])
        return heads.log_scores(self.pooled[score][test])


def held_out(tier: str, features: Features, groups: np.ndarray, **precision: str) -> np.ndarray:
    """Raw log-probabilities [rows, labels] of "lexical" or "encoder"; each group is scored by a model of all the others.

    Kept in the cache under a hash of everything they depend on, so a run that was cut short goes on where it stopped.
    """
    path = CACHE / "held-out" / f"{tier}-{_key(tier, features, groups, precision)}.npy"
    if path.exists():
        return np.load(path)
    scores = np.empty((len(groups), len(features.config["labels"])))
    for group in np.unique(groups):
        print(f"  {tier}: scoring {group} by a model of the rest", file=sys.stderr)
        test = groups == group
        scores[test] = getattr(features, tier)(~test, test, **precision)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, scores)
    return scores


def _key(tier: str, features: Features, groups: np.ndarray, precision: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps([features.config[tier], precision, groups.tolist(), features.labels.tolist()]).encode())
    for module in ("lexical_features.py", "lexical.py") if tier == "lexical" else ("heads.py",):
        digest.update((TRAINING / module).read_bytes())
    digest.update(features.text_hash.encode())
    for pooled in features.pooled.values() if tier == "encoder" else ():
        digest.update(pooled.tobytes())
    return digest.hexdigest()[:16]


def finetune_folds(config: dict) -> None:
    """Fine-tunes the encoder once without each fold, then on everything; done ones are skipped."""
    rows = read_corpus(config, config["folders"])
    folds = fold_of_rows(rows, config["folds"], config["seed"])
    for fold in [*range(config["folds"]), None]:
        print(f"  fine-tuning {'on every fold' if fold is None else f'without fold {fold}'}", file=sys.stderr, flush=True)
        finetuned(config, rows, folds != fold if fold is not None else np.ones(len(rows), bool))
