"""Pooled states of texts through an exported ONNX graph."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from .encoder import INPUTS


def tokenise(text: str, folder: Path, max_tokens: int) -> dict[str, np.ndarray]:
    """Text -> the graph's inputs, int64 [1, tokens], with [CLS] and [SEP], at most max_tokens."""
    encoded = _tokenizer(folder, max_tokens).encode(text)
    columns = [encoded.ids, encoded.attention_mask, encoded.type_ids]
    return {name: np.array([column], dtype=np.int64) for name, column in zip(INPUTS, columns)}


def pooled_states(texts: list[str], graph: Path, max_tokens: int) -> np.ndarray:
    """Texts -> float32 [texts, dims]. One text at a time: int8 activations are scaled per batch, so neighbours would change them.

    `graph` is FOLDER/onnx/FILE, the tokenizer FOLDER/tokenizer.json.
    """
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    known = {one.name for one in session.get_inputs()}

    def states(text: str) -> np.ndarray:
        inputs = tokenise(text, graph.parent.parent, max_tokens)
        return session.run(["pooled"], {name: value for name, value in inputs.items() if name in known})[0][0]

    return np.stack([states(text) for text in texts])


@lru_cache
def _tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
