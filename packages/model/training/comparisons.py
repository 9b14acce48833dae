"""What was tried beside the shipped recipe, on the first fold of new scenarios: comparisons.json and comparisons.md."""

import copy
import random
import re

import numpy as np
import torch
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression

from .corpus import corpus_hash
from .encoder import PooledEncoder, encoder_folder
from .ensemble import Combination, macro_f1
from .evaluate import write_json, write_text
from .finetune import Classifier, Tokens, finetuned, log_scores
from .held_out import Corpus, held_out_lexical, held_out_tiers
from .report import comparisons_of

# fewer epochs than the shipped recipe, the same for all of these, so that each takes minutes
EPOCHS = 2
FINE_TUNED = {
    "fine-tuned, two epochs": {},
    "each label by itself (sigmoid)": {"finetune": {"scores": "sigmoid"}},
    "one more epoch of supervised contrast before": {"finetune": {"contrastEpochs": 1, "epochs": EPOCHS + 1}},
    "first three layers only": {"layers": 3},
}
FROZEN_C = 0.003
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LEAST_WORDS = 3


def write_comparisons(config: dict) -> None:
    """Writes EVALUATION/comparisons.json and .md; encoders that were fine-tuned are in the cache, so a run that was cut short goes on."""
    corpus = Corpus({**config, "heldOutFolds": config["folds"]})  # a teacher needs a score of every text
    _, combination, held_out = held_out_tiers(corpus)
    test = corpus.folds == 0
    shipped = finetuned(config, corpus.rows, ~test)
    tokens = Tokens(config, random.Random(0))
    rows = [row for row, wanted in zip(corpus.rows, test) if wanted]
    found = {"fine-tuned, as shipped": log_scores(shipped, tokens, rows)}
    for share in (0.75, 0.5):
        found[f"the same, on the {share:.0%} of tokens that draw most attention in two layers"] = _pruned_scores(shipped, tokens, rows, share)
    found |= _frozen(corpus, test)
    for name, settings in FINE_TUNED.items():
        found[name] = log_scores(finetuned(_changed(config, settings), corpus.rows, ~test), tokens, rows)
    taught = finetuned(_changed(config, {}), corpus.rows, ~test, teacher=held_out["ensemble"])
    found["taught by the ensemble's held-out scores (self-distillation)"] = log_scores(taught, tokens, rows)
    lexical = held_out_lexical(corpus, corpus.folds)[test]
    figures = {name: _figures(scores, lexical, combination, corpus, test) for name, scores in found.items()}
    write_json("comparisons.json", {"sha256": corpus_hash(config["folders"]), "seed": config["seed"], "rows": len(rows), "macroF1": figures})
    write_text("comparisons.md", comparisons_of(figures, len(rows)))


def _changed(config: dict, settings: dict) -> dict:
    """The configuration with fewer epochs and these encoder settings."""
    changed = copy.deepcopy(config)
    changed["encoder"] |= {key: value for key, value in settings.items() if key != "finetune"}
    changed["encoder"]["finetune"] |= {"epochs": EPOCHS, **settings.get("finetune", {})}
    return changed


def _figures(scores: np.ndarray, lexical: np.ndarray, combination: Combination, corpus: Corpus, test: np.ndarray) -> dict[str, float]:
    """Macro-F1 of an encoder's log-probabilities alone, and combined with the lexical tier as the shipped ones are."""
    ensemble = combination.tier_scores(lexical, scores, corpus.kinds[test])["ensemble"]
    return {"encoder": macro_f1(scores, corpus.labels[test]), "ensemble": macro_f1(ensemble, corpus.labels[test])}


def _frozen(corpus: Corpus, test: np.ndarray) -> dict[str, np.ndarray]:
    """Linear heads on the states of the encoder as published: of all layers, of the first three, of each sentence."""
    encoder = PooledEncoder(encoder_folder(corpus.config["encoder"]["source"])).eval()
    width = encoder.model.config.hidden_size
    tokens = Tokens(corpus.config, random.Random(0))
    states = _states(encoder, tokens, [row.text for row in corpus.rows])
    found = {
        "frozen, pooled states of all layers": _fit(states[~test], corpus.labels[~test])(states[test]),
        "frozen, first three layers": _fit(states[~test, : 4 * width], corpus.labels[~test])(states[test, : 4 * width]),
    }
    sentences = [(place, sentence) for place, row in enumerate(corpus.rows) for sentence in _sentences(row.text)]
    places = np.array([place for place, _ in sentences])
    of_sentences = _states(encoder, tokens, [sentence for _, sentence in sentences])
    tested = test[places]
    scores = _fit(of_sentences[~tested], corpus.labels[places[~tested]])(of_sentences[tested])
    rows = [scores[places[tested] == place] for place in np.flatnonzero(test)]
    found["frozen, trained on sentences, mean of a text's"] = np.stack([row.mean(axis=0) for row in rows])
    most = np.stack([row.max(axis=0) for row in rows])
    found["frozen, trained on sentences, maximum of a text's"] = most - logsumexp(most, axis=1, keepdims=True)
    return found


def _fit(states: np.ndarray, labels: np.ndarray):
    """States [texts, dims] and labels -> function from states to log-probabilities [texts, labels]."""
    return LogisticRegression(C=FROZEN_C, max_iter=400).fit(states, labels).predict_log_proba


def _sentences(text: str) -> list[str]:
    found = [one for one in SENTENCE.split(text) if len(one.split()) >= LEAST_WORDS]
    return found or [text]


def _states(encoder: PooledEncoder, tokens: Tokens, texts: list[str]) -> np.ndarray:
    """Texts -> pooled states float32 [texts, dims], in batches of neighbours in length."""
    ids = tokens.ids_of(texts)
    found = np.empty((len(texts), encoder.dims), np.float32)
    order = sorted(range(len(texts)), key=lambda place: len(ids[place]))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(order), 32):
            batch = order[at : at + 32]
            padded, mask = tokens.padded([ids[place] for place in batch])
            found[batch] = encoder(padded, mask, torch.zeros_like(padded)).float().numpy()
    return found


def _pruned_scores(model: Classifier, tokens: Tokens, rows: list, share: float) -> np.ndarray:
    """Log-probabilities [rows, labels] from the share of each text's tokens that draw most attention in the first two layers."""
    found = np.empty((len(rows), model.head.out_features))
    with torch.no_grad():
        for place, ids in enumerate(tokens.ids_of([row.text for row in rows])):
            whole, mask = tokens.padded([ids])
            attentions = model.encoder.model(whole, mask, output_attentions=True).attentions[:2]
            drawn = torch.stack(attentions).mean(dim=(0, 1, 2, 3))
            drawn[[0, -1]] = torch.inf  # the marks of beginning and end stay
            kept = drawn.topk(max(2, round(share * len(ids)))).indices.sort().values
            logits = model(whole[:, kept], mask[:, kept])
            found[place] = torch.log_softmax(logits[0].double(), dim=0).numpy()
    return found
