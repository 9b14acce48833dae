"""Out-of-fold scores: texts scored by a model that never saw their scenario (or their voice)."""

import copy
import hashlib
import json
import random
import sys

import numpy as np

from .corpus import Row, read_corpus
from .ensemble import Combination, fit_combination
from .finetune import Tokens, finetuned, log_scores, training_key
from .folds import fold_of_rows
from .lexical import block_counts, fit_lexical
from .paths import CACHE, TRAINING

NOT_SCORED = -1


class Corpus:
    """Every row of the corpus with what both tiers need of it: n-gram counts per block, label, kind and fold indices [rows]."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.rows: list[Row] = read_corpus(config, config["folders"])
        self.labels = np.array([config["labels"].index(row.label) for row in self.rows])
        self.kinds = np.array([config["kinds"].index(row.kind) for row in self.rows])
        self.folds = fold_of_rows(self.rows, config["folds"], config["seed"])
        self.counts = block_counts([row.text for row in self.rows], config["lexical"])

    def only(self, mask: np.ndarray) -> "Corpus":
        """The rows of a boolean mask [rows]."""
        part = copy.copy(self)
        part.rows = [row for row, wanted in zip(self.rows, mask) if wanted]
        part.labels, part.kinds, part.folds = self.labels[mask], self.kinds[mask], self.folds[mask]
        part.counts = [count[mask] for count in self.counts]
        return part

    def is_held_out(self) -> np.ndarray:
        """Boolean mask [rows] of the folds that are scored by models of the rest: the first `heldOutFolds`."""
        return self.folds < self.config["heldOutFolds"]


def held_out_lexical(corpus: Corpus, groups: np.ndarray) -> np.ndarray:
    """Raw lexical log-probabilities [rows, labels]; each group is scored by a model of all the others."""

    def score(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        model = fit_lexical([count[train] for count in corpus.counts], corpus.labels[train], corpus.config["lexical"])
        return model.log_scores([count[test] for count in corpus.counts])

    return _by_group("lexical", corpus, groups, score, lambda train: _lexical_key(corpus, train))


def held_out_encoder(corpus: Corpus, groups: np.ndarray) -> np.ndarray:
    """The same for the encoder tier, each group by an encoder that was fine-tuned on all the others."""
    tokens = Tokens(corpus.config, random.Random(0))

    def score(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        model = finetuned(corpus.config, corpus.rows, train)
        return log_scores(model, tokens, [row for row, wanted in zip(corpus.rows, test) if wanted])

    return _by_group("encoder", corpus, groups, score, lambda train: training_key(corpus.config, train))


def held_out_tiers(corpus: Corpus) -> tuple[Corpus, Combination, dict[str, np.ndarray]]:
    """The texts that are held out, the combination fitted on their scores, and every tier's probabilities by it, each [texts, labels]."""
    mask = corpus.is_held_out()
    scored, groups = corpus.only(mask), _scored_folds(corpus)
    lexical, encoder = held_out_lexical(corpus, groups)[mask], held_out_encoder(corpus, groups)[mask]
    combination = fit_combination(lexical, encoder, scored.labels, scored.kinds, corpus.config)
    return scored, combination, combination.tier_scores(lexical, encoder, scored.kinds)


def finetune_folds(config: dict) -> None:
    """Fine-tunes the encoder once without each fold that is held out; what is done is skipped."""
    corpus = Corpus(config)
    held_out_encoder(corpus, _scored_folds(corpus))


def _scored_folds(corpus: Corpus) -> np.ndarray:
    """Fold index of each row that is held out, NOT_SCORED for the others [rows]."""
    return np.where(corpus.is_held_out(), corpus.folds, NOT_SCORED)


def _by_group(tier: str, corpus: Corpus, groups: np.ndarray, score, key) -> np.ndarray:
    """Each group's scores are kept in the cache under a hash of what they depend on, so a run that was cut short goes on there.

    Rows of the group NOT_SCORED have the score NaN.
    """
    scores = np.full((len(groups), len(corpus.config["labels"])), np.nan)
    for group in np.unique(groups[groups != NOT_SCORED]):
        test = groups == group
        path = CACHE / "held-out" / f"{tier}-{key(~test)}.npy"
        if not path.exists():
            print(f"  {tier}: scoring {group} by a model of the rest", file=sys.stderr, flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, score(~test, test))
        scores[test] = np.load(path)
    return scores


def _lexical_key(corpus: Corpus, train: np.ndarray) -> str:
    texts = [row.text for row in corpus.rows]
    digest = hashlib.sha256(json.dumps([corpus.config["lexical"], corpus.labels.tolist(), train.tolist(), texts]).encode())
    for module in ("lexical_features.py", "lexical.py"):
        digest.update((TRAINING / module).read_bytes())
    return digest.hexdigest()[:16]
