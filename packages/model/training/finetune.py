"""Fine-tunes the encoder end to end, with one fold held out, and says how well it does on that fold.

An experiment so far: the shipped encoder is frozen. README.md has what it measured. It resumes after the last full epoch.
"""

import math
import random
import sys
import time
from collections.abc import Iterator

import numpy as np
import torch
from tokenizers import Tokenizer

from .augment import augmented
from .corpus import Row, read_corpus
from .encoder import PooledEncoder, package_folder
from .ensemble import macro_f1
from .export import INT8_FOLDER
from .folds import fold_of_rows
from .paths import CACHE

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class Classifier(torch.nn.Module):
    """Pooled states of all layers, normalised, into one linear head; the embeddings and the first layers stay as they are."""

    def __init__(self, package: str, labels: int, frozen_layers: int) -> None:
        super().__init__()
        self.encoder = PooledEncoder(package_folder(package))
        self.head = torch.nn.Linear(self.encoder.dims, labels)
        for part in (self.encoder.bert.embeddings, *self.encoder.bert.encoder.layer[:frozen_layers]):
            part.requires_grad_(False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token ids and attention mask, int64 [batch, tokens] -> logits [batch, labels]."""
        pooled = self.encoder(ids, mask, torch.zeros_like(ids))
        normalised = torch.nn.functional.layer_norm(pooled, pooled.shape[-1:])
        return self.head(torch.nn.functional.dropout(normalised, 0.2, self.training))

    def parameter_groups(self, settings: dict) -> list[dict]:
        """Each layer's learning rate is `layerDecay` times that of the layer above it."""
        layers = self.encoder.bert.encoder.layer
        groups = [
            {"params": list(layer.parameters()), "lr": settings["rate"] * settings["layerDecay"] ** (len(layers) - 1 - depth)}
            for depth, layer in enumerate(layers)
            if next(layer.parameters()).requires_grad
        ]
        return [*groups, {"params": list(self.head.parameters()), "lr": settings["headRate"]}]


def finetune(config: dict) -> None:
    """Trains on all folds but `heldFold`; writes CACHE/finetuned.pt after each epoch and logs macro-F1 on the held fold."""
    settings = config["finetune"]
    rng = random.Random(config["seed"])
    torch.manual_seed(config["seed"])
    rows = read_corpus(config, settings["folders"])
    folds = fold_of_rows(rows, config["folds"], config["seed"])
    train = [row for row, fold in zip(rows, folds) if fold != settings["heldFold"]]
    test = [row for row, fold in zip(rows, folds) if fold == settings["heldFold"]]
    tokens = _Tokens(settings["maxTokens"], settings["masked"], rng)
    model = Classifier(config["encoder"]["package"], len(config["labels"]), settings["frozenLayers"])
    groups = model.parameter_groups(settings)
    peaks = [group["lr"] for group in groups]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = settings["epochs"] * math.ceil(len(train) / settings["batch"])
    path = CACHE / "finetuned.pt"
    done = _resume(path, model, optimizer, settings)
    for epoch in range(done, settings["epochs"]):
        started, losses = time.monotonic(), []
        model.train()
        for step, batch in enumerate(tokens.batches(train, config["labels"], settings["batch"], noisy=True)):
            at = epoch * math.ceil(len(train) / settings["batch"]) + step
            for group, peak in zip(optimizer.param_groups, peaks):
                group["lr"] = peak * min(1, at / (0.08 * steps)) * max(0.02, 1 - at / steps)
            losses.append(_step(model, optimizer, batch))
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epochs": epoch + 1, "settings": settings}, path)
        score = _score(model, tokens, test, config["labels"])
        minutes = (time.monotonic() - started) / 60
        print(f"  epoch {epoch + 1}: loss {np.mean(losses):.3f}, held-out macro-F1 {score:.4f}, {minutes:.1f} min", file=sys.stderr)


def _resume(path, model: Classifier, optimizer: torch.optim.Optimizer, settings: dict) -> int:
    """Epochs already done with these settings, their state loaded."""
    if not path.exists():
        return 0
    saved = torch.load(path)
    if saved["settings"] != settings:
        return 0
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["epochs"]


def _step(model: Classifier, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    ids, mask, labels = batch
    loss = torch.nn.functional.cross_entropy(model(ids, mask), labels, label_smoothing=0.1)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def _score(model: Classifier, tokens: "_Tokens", rows: list[Row], labels: list[str]) -> float:
    model.eval()
    guesses, truth = [], []
    with torch.no_grad():
        for ids, mask, answers in tokens.batches(rows, labels, 32, noisy=False):
            guesses.append(model(ids, mask).numpy())
            truth.append(answers.numpy())
    return macro_f1(np.concatenate(guesses), np.concatenate(truth))


class _Tokens:
    """Texts to batches of token ids, neighbours in length together."""

    def __init__(self, max_tokens: int, masked: float, rng: random.Random) -> None:
        self.tokenizer = Tokenizer.from_file(str(INT8_FOLDER / "tokenizer.json"))
        self.tokenizer.enable_truncation(max_tokens)
        self.masked, self.rng = masked, rng
        self.mask = self.tokenizer.token_to_id("[MASK]")

    def batches(self, rows: list[Row], labels: list[str], size: int, *, noisy: bool) -> Iterator[Batch]:
        """Padded batches; `noisy` augments the texts, masks tokens and shuffles."""
        items = [(self._ids(row, noisy), labels.index(row.label)) for row in rows]
        if noisy:
            self.rng.shuffle(items)
        span = size * 20 if noisy else len(items)
        ordered = [item for at in range(0, len(items), span) for item in sorted(items[at : at + span], key=lambda item: len(item[0]))]
        batches = [ordered[at : at + size] for at in range(0, len(ordered), size)]
        if noisy:
            self.rng.shuffle(batches)
        for batch in batches:
            longest = max(len(ids) for ids, _ in batch)
            ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in batch])  # [PAD] is 0
            yield ids, (ids != 0).long(), torch.tensor([label for _, label in batch])

    def _ids(self, row: Row, noisy: bool) -> list[int]:
        ids = self.tokenizer.encode(augmented(row, self.rng) if noisy else row.text).ids
        if not noisy:
            return ids
        inner = [self.mask if self.rng.random() < self.masked else token for token in ids[1:-1]]
        return [ids[0], *inner, ids[-1]]
