"""The field's finding on our corpus: what a classifier that was trained on chat alone makes of emails, messages and reports."""

import random

import numpy as np

from .corpus import corpus_hash
from .evaluate import write_json
from .finetune import Tokens, finetuned, log_scores
from .held_out import Corpus, held_out_tiers
from .lexical import fit_lexical
from .quality import quality

TIERS = ["lexical", "encoder", "ensemble"]


def write_chat_only(config: dict) -> None:
    """Writes EVALUATION/chat-only.json: macro-F1 on the first fold by kind, for three training sets without that fold."""
    corpus = Corpus(config)
    _, combination, _ = held_out_tiers(corpus)
    test = corpus.folds == 0
    chat = ~test & (corpus.kinds == config["kinds"].index("chat"))
    training_sets = {"chat only": chat, "all kinds, as many texts": _as_many(corpus, ~test, int(chat.sum())), "all kinds": ~test}
    results = []
    for name, train in training_sets.items():
        lexical, encoder = _scores(corpus, train, test)
        scores = combination.tier_scores(lexical, encoder, corpus.kinds[test])
        results.append({"trainedOn": name, "texts": int(train.sum()), "kinds": {kind: _figures(corpus, test, scores, kind) for kind in config["kinds"]}})
    write_json("chat-only.json", {"sha256": corpus_hash(config["folders"]), "seed": config["seed"], "trainingSets": results})


def _as_many(corpus: Corpus, pool: np.ndarray, texts: int) -> np.ndarray:
    """Whole scenarios of the pool, drawn in a seeded order until there are as many texts."""
    names = np.array([f"{row.folder}/{row.scenario}" for row in corpus.rows])
    order = sorted(set(names[pool]))
    random.Random(corpus.config["seed"]).shuffle(order)
    taken = np.zeros(len(names), bool)
    for name in order:
        if taken.sum() >= texts:
            break
        taken |= pool & (names == name)
    return taken


def _scores(corpus: Corpus, train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw log-probabilities of both tiers on the test rows."""
    config = corpus.config
    lexical = fit_lexical([count[train] for count in corpus.counts], corpus.labels[train], config["lexical"])
    rows = [row for row, wanted in zip(corpus.rows, test) if wanted]
    encoder = log_scores(finetuned(config, corpus.rows, train), Tokens(config, random.Random(0)), rows)
    return lexical.log_scores([count[test] for count in corpus.counts]), encoder


def _figures(corpus: Corpus, test: np.ndarray, scores: dict[str, np.ndarray], kind: str) -> dict:
    """Rows of the kind, and each tier's macro-F1 on them with its interval."""
    of_kind = corpus.kinds[test] == corpus.config["kinds"].index(kind)
    scenarios = np.array([row.scenario for row in corpus.rows])[test][of_kind]
    labels = corpus.labels[test][of_kind]
    found = {tier: quality(scores[tier][of_kind], labels, scenarios, corpus.config["seed"])["macroF1"] for tier in TIERS}
    return {"rows": int(of_kind.sum()), **found}
