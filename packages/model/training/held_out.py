"""Out-of-fold scores: every text scored by a model that never saw its scenario (or its voice)."""

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


class Corpus:
    """Every row of the corpus with what both tiers need of it: n-gram counts per block, label, kind and fold indices [rows]."""

    def __init__(self, config: dict) -> None:
        self.config = config
        self.rows: list[Row] = read_corpus(config, config["folders"])
        self.labels = np.array([config["labels"].index(row.label) for row in self.rows])
        self.kinds = np.array([config["kinds"].index(row.kind) for row in self.rows])
        self.folds = fold_of_rows(self.rows, config["folds"], config["seed"])
        self.counts = block_counts([row.text for row in self.rows], config["lexical"])


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


def held_out_tiers(corpus: Corpus) -> tuple[Combination, dict[str, np.ndarray]]:
    """The combination fitted on the scores of the folds, and the probabilities of every tier by it, each [rows, labels]."""
    lexical, encoder = held_out_lexical(corpus, corpus.folds), held_out_encoder(corpus, corpus.folds)
    combination = fit_combination(lexical, encoder, corpus.labels, corpus.kinds, corpus.config)
    return combination, combination.tier_scores(lexical, encoder, corpus.kinds)


def finetune_folds(config: dict) -> None:
    """Fine-tunes the encoder once without each fold, then on everything; what is done is skipped."""
    corpus = Corpus(config)
    held_out_encoder(corpus, corpus.folds)
    print("  encoder: on every fold", file=sys.stderr, flush=True)
    finetuned(config, corpus.rows, np.ones(len(corpus.rows), bool))


def _by_group(tier: str, corpus: Corpus, groups: np.ndarray, score, key) -> np.ndarray:
    """Each group's scores are kept in the cache under a hash of what they depend on, so a run that was cut short goes on there."""
    scores = np.empty((len(groups), len(corpus.config["labels"])))
    for group in np.unique(groups):
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
