"""Where things lie, relative to this folder, and the settings file."""

import json
from pathlib import Path

TRAINING = Path(__file__).resolve().parent
MODEL = TRAINING.parent
CORPUS = MODEL / "corpus"
WEIGHTS = MODEL / "weights"
PARITY = MODEL / "parity"
EVALUATION = MODEL / "evaluation"
CACHE = TRAINING / ".cache"
FP32_ENCODER = CACHE / "encoder-fp32"
INT8_ENCODER = WEIGHTS / "encoder"
COMMAND = MODEL.parent / "cli" / "dist" / "main.js"
TINY_MODERNBERT = MODEL.parent / "classifier" / "testdata" / "tiny-modernbert"


def read_config() -> dict:
    """All settings; see README.md for what each one does."""
    return json.loads((TRAINING / "config.json").read_text(encoding="utf-8"))
