"""Pooled states of texts through the exported ONNX graphs, the corpus's cached by the hash of its text and of the graph."""

import hashlib
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from .encoder import INPUTS
from .export import FP32_FOLDER, INT8_FOLDER
from .paths import CACHE

GRAPHS = {"fp32": FP32_FOLDER / "onnx" / "model.onnx", "int8": INT8_FOLDER / "onnx" / "model_quantized.onnx"}


def tokenise(text: str, max_tokens: int) -> dict[str, np.ndarray]:
    """Text -> the graph's inputs, int64 [1, tokens], with [CLS] and [SEP], at most max_tokens."""
    encoded = _tokenizer(max_tokens).encode(text)
    columns = [encoded.ids, encoded.attention_mask, encoded.type_ids]
    return {name: np.array([column], dtype=np.int64) for name, column in zip(INPUTS, columns)}


def pooled_states(texts: list[str], precision: str, max_tokens: int) -> np.ndarray:
    """Texts -> float32 [texts, dims]. One text at a time: int8 activations are scaled per batch, so neighbours would change them."""
    path = CACHE / "pooled" / f"{precision}-{max_tokens}-{_file_hash(GRAPHS[precision])}.npz"
    known = dict(np.load(path)) if path.exists() else {}
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts) if key not in known}
    if missing:
        known |= _run(missing, precision, max_tokens)
        path.parent.mkdir(parents=True, exist_ok=True)
        # renamed when whole, so that a run cut short leaves no half file
        np.savez(path.with_suffix(".part.npz"), **known)
        path.with_suffix(".part.npz").replace(path)
    return np.stack([known[key] for key in keys])


def _run(texts: dict[str, str], precision: str, max_tokens: int) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(str(GRAPHS[precision]), providers=["CPUExecutionProvider"])
    states = {}
    for done, (key, text) in enumerate(texts.items()):
        if done % 1000 == 0:
            print(f"  {precision} pooled states: {done} of {len(texts)}", file=sys.stderr)
        states[key] = session.run(["pooled"], tokenise(text, max_tokens))[0][0]
    return states


@lru_cache
def _tokenizer(max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(INT8_FOLDER / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
