"""Fine-tunes the encoder end to end, leaving a fold or a voice family out; it resumes after the last full epoch."""

import hashlib
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from .augment import augmented
from .corpus import Row, corpus_hash
from .dropout import with_pooled_dropout
from .encoder import PooledEncoder, encoder_folder
from .ensemble import macro_f1
from .objective import contrast_loss, label_loss
from .paths import CACHE

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
WARM_UP = 0.08
LEAST_RATE = 0.02
PROGRESS_ROWS = 500


class Classifier(torch.nn.Module):
    """Pooled states of all layers into one linear head; the embeddings and the first layers stay as they are."""

    def __init__(self, config: dict) -> None:
        super().__init__()
        settings = config["encoder"]
        self.encoder = PooledEncoder(encoder_folder(settings["source"]), settings.get("layers"))
        with_pooled_dropout(self.encoder)
        self.head = torch.nn.Linear(self.encoder.dims, len(config["labels"]))
        self.encoder.model.requires_grad_(False)
        for block in self.trained_blocks(settings["finetune"]):
            block.requires_grad_(True)

    def trained_blocks(self, settings: dict) -> list[torch.nn.Module]:
        """The layers above the frozen ones."""
        return list(self.encoder.blocks)[settings["frozenLayers"] :]

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token ids and attention mask, int64 [batch, tokens] -> pooled states [batch, dims]."""
        return self.encoder(ids, mask, torch.zeros_like(ids))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token ids and attention mask, int64 [batch, tokens] -> logits [batch, labels]."""
        return self.head(torch.nn.functional.dropout(self.pooled(ids, mask), 0.2, self.training))

    def parameter_groups(self, settings: dict) -> list[dict]:
        """Each layer's learning rate is `layerDecay` times that of the layer above it."""
        blocks = self.trained_blocks(settings)
        groups = [
            {"params": list(block.parameters()), "lr": settings["rate"] * settings["layerDecay"] ** (len(blocks) - 1 - depth)}
            for depth, block in enumerate(blocks)
        ]
        return [*groups, {"params": list(self.head.parameters()), "lr": settings["headRate"]}]


def finetuned(config: dict, rows: list[Row], train: np.ndarray, teacher: np.ndarray | None = None) -> Classifier:
    """Rows and a boolean mask [rows] of those to train on -> the classifier after the last epoch; kept in the cache.

    `teacher`: probabilities [rows, labels] that are learned in equal parts with the labels.
    """
    settings = config["encoder"]["finetune"]
    torch.manual_seed(config["seed"])
    model = Classifier(config)
    optimizer = torch.optim.AdamW(model.parameter_groups(settings), weight_decay=0.01)
    path = CACHE / "finetuned" / f"{training_key(config, train, teacher)}.pt"
    done = _resume(path, model, optimizer)
    rng = random.Random(f"{config['seed']} {done}")
    tokens = Tokens(config, rng)
    chosen = [row for row, wanted in zip(rows, train) if wanted]
    left = [row for row, wanted in zip(rows, train) if not wanted]
    left = left[:: 1 + len(left) // PROGRESS_ROWS]
    for epoch in range(done, settings["epochs"]):
        started = time.monotonic()
        loss = _epoch(model, optimizer, tokens, chosen, epoch, config, None if teacher is None else torch.from_numpy(teacher[train]).float())
        path.parent.mkdir(parents=True, exist_ok=True)
        # renamed when whole, so that a run cut short leaves no half file
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epochs": epoch + 1}, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
        score = macro_f1(log_scores(model, tokens, left), tokens.labels_of(left)) if left else math.nan
        minutes = (time.monotonic() - started) / 60
        print(f"  epoch {epoch + 1}: loss {loss:.3f}, left-out macro-F1 {score:.4f}, {minutes:.1f} min", file=sys.stderr, flush=True)
    return model.eval()


def log_scores(model: Classifier, tokens: "Tokens", rows: list[Row]) -> np.ndarray:
    """Rows -> log-probabilities at temperature 1, float64 [rows, labels]."""
    model.eval()
    found = np.empty((len(rows), model.head.out_features))
    with torch.no_grad():
        for places, (ids, mask, _) in tokens.batches(rows, 32, noisy=False):
            found[places] = torch.log_softmax(model(ids, mask).double(), dim=1).numpy()
    return found


def training_key(config: dict, train: np.ndarray, teacher: np.ndarray | None = None) -> str:
    """Hash of what a fine-tuned encoder depends on: settings, corpus, rows trained on, teacher. After a change of code, delete the cache."""
    digest = hashlib.sha256(json.dumps([config[key] for key in ("encoder", "labels", "seed")]).encode())
    digest.update(corpus_hash(config["folders"]).encode())
    digest.update(train.tobytes())
    if teacher is not None:
        digest.update(teacher.tobytes())
    return digest.hexdigest()[:16]


def _resume(path: Path, model: Classifier, optimizer: torch.optim.Optimizer) -> int:
    """Epochs already done, their state loaded."""
    if not path.exists():
        return 0
    saved = torch.load(path)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["epochs"]


def _epoch(
    model: Classifier, optimizer: torch.optim.Optimizer, tokens: "Tokens", rows: list[Row], epoch: int, config: dict, teacher: torch.Tensor | None
) -> float:
    """One pass over the rows, augmented anew; the mean loss."""
    settings = config["encoder"]["finetune"]
    peaks = [group["lr"] for group in model.parameter_groups(settings)]
    steps, losses = math.ceil(len(rows) / settings["batch"]), []
    model.train()
    for step, (places, (ids, mask, labels)) in enumerate(tokens.batches(rows, settings["batch"], noisy=True)):
        at = (epoch * steps + step) / (settings["epochs"] * steps)
        for group, peak in zip(optimizer.param_groups, peaks):
            group["lr"] = peak * min(1, at / WARM_UP) * max(LEAST_RATE, 1 - at)
        with torch.autocast("cpu", torch.bfloat16, enabled=settings["bfloat16"]):
            if epoch < settings["contrastEpochs"]:
                loss = contrast_loss(model.pooled(ids, mask).float(), labels)
            else:
                logits = model(ids, mask).float()
                loss = label_loss(logits, labels, settings["scores"])
                if teacher is not None:
                    loss = (loss + torch.nn.functional.cross_entropy(logits, teacher[places])) / 2
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


class Tokens:
    """Texts to batches of token ids, neighbours in length together."""

    def __init__(self, config: dict, rng: random.Random) -> None:
        self.settings, self.labels, self.rng = config["encoder"]["finetune"], config["labels"], rng
        self.tokenizer = Tokenizer.from_file(str(encoder_folder(config["encoder"]["source"]) / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.mask, self.padding = (self._special(name) for name in ("mask", "pad"))

    def labels_of(self, rows: list[Row]) -> np.ndarray:
        """Label indices [rows]."""
        return np.array([self.labels.index(row.label) for row in rows])

    def batches(self, rows: list[Row], size: int, *, noisy: bool) -> Iterator[tuple[list[int], Batch]]:
        """Places of the rows, and their padded batch; `noisy` augments the texts, masks tokens, crops longer and shuffles."""
        ids = self._noisy_ids(rows) if noisy else self.ids_of([row.text for row in rows])
        labels = self.labels_of(rows)
        places = list(range(len(rows)))
        if noisy:
            self.rng.shuffle(places)
        span = size * 20 if noisy else max(1, len(places))
        ordered = [place for at in range(0, len(places), span) for place in sorted(places[at : at + span], key=lambda place: len(ids[place]))]
        batches = [ordered[at : at + size] for at in range(0, len(ordered), size)]
        if noisy:
            self.rng.shuffle(batches)
        for batch in batches:
            yield batch, (*self.padded([ids[place] for place in batch]), torch.from_numpy(labels[batch]))

    def ids_of(self, texts: list[str]) -> list[list[int]]:
        """Token ids of texts as they are, at most 256 each."""
        self.tokenizer.enable_truncation(256)
        return [self.tokenizer.encode(text).ids for text in texts]

    def padded(self, ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of token ids -> ids and attention mask, int64 [rows, tokens of the longest or up to 7 more]."""
        # few different shapes: kernels are compiled for each of them
        longest = -8 * (-max(len(row) for row in ids) // 8)
        lengths = torch.tensor([len(row) for row in ids])
        padded = torch.tensor([row + [self.padding] * (longest - len(row)) for row in ids])
        return padded, (torch.arange(longest) < lengths[:, None]).long()

    def _noisy_ids(self, rows: list[Row]) -> list[list[int]]:
        self.tokenizer.enable_truncation(self.settings["maxTokens"])

        def noisy(row: Row) -> list[int]:
            first, *inner, last = self.tokenizer.encode(augmented(row, self.rng)).ids
            return [first, *(self.mask if self.rng.random() < self.settings["masked"] else token for token in inner), last]

        return [noisy(row) for row in rows]

    def _special(self, name: str) -> int:
        found = [self.tokenizer.token_to_id(text) for text in (f"[{name.upper()}]", f"<{name}>")]
        known = [token for token in found if token is not None]
        if not known:
            raise RuntimeError(f"The tokenizer has no [{name.upper()}] and no <{name}> token")
        return known[0]
