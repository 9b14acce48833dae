"""How good the tiers are on text whose scenario, or whose whole voice, they never saw: results.json and results.md."""

import fnmatch
import importlib.metadata
import json
import platform

import numpy as np
import torch

from .corpus import Row, corpus_hash, read_corpus
from .encoder import PooledEncoder, package_folder
from .ensemble import TIERS, Combination, fit_combination, macro_f1
from .export import INPUTS
from .folds import fold_of_rows
from .heads import fit_heads
from .held_out import Features, held_out
from .paths import EVALUATION, TRAINING, WEIGHTS
from .pooled_states import tokenise
from .report import report_of

NUMERIC_SAMPLE = 64
PYTORCH_TOLERANCE = 1e-3
INT8_LOSS_LIMIT = 0.01


def write_evaluation(config: dict) -> None:
    """Writes EVALUATION/results.json and the table made from it; raises if a numeric limit is broken."""
    rows = read_corpus(config, config["folders"])
    features = Features(rows, config)
    folds = fold_of_rows(rows, config["folds"], config["seed"])
    lexical, encoder = held_out("lexical", features, folds), held_out("encoder", features, folds)
    combination = fit_combination(lexical, encoder, features.labels, features.kinds, config)
    scores = combination.tier_scores(lexical, encoder, features.kinds)
    results = {
        "question": "Which of 12 characters does a text show, when its scenario (or its voice) was not trained on?",
        "corpus": {"rows": len(rows), "sha256": corpus_hash(config["folders"])},
        "seed": config["seed"],
        "versions": _versions(),
        "byScenario": {name: _quality(scores, features.labels, mask, config) for name, mask in _slices(rows, config).items()},
        "byVoice": _by_voice(rows, features, combination, config),
        "cascadeSkippedShare": combination.skipped_share(scores),
        "numeric": _numeric(rows, features, folds),
        "bytes": {path.relative_to(WEIGHTS).as_posix(): path.stat().st_size for path in sorted(WEIGHTS.rglob("*")) if path.is_file()},
    }
    EVALUATION.mkdir(exist_ok=True)
    (EVALUATION / "results.json").write_text(json.dumps(_rounded(results), indent=1) + "\n", encoding="utf-8")
    (EVALUATION / "results.md").write_text(report_of(results, config), encoding="utf-8")
    _require_limits(results["numeric"])


def _slices(rows: list[Row], config: dict) -> dict[str, np.ndarray]:
    """Name -> boolean mask [rows]: all, each kind, each intensity, each voice family."""
    slices = {"all": np.ones(len(rows), bool)}
    slices |= {f"kind: {kind}": np.array([row.kind == kind for row in rows]) for kind in config["kinds"]}
    slices |= {f"intensity: {name}": np.array([row.intensity == name for row in rows]) for name in config["intensities"]}
    families = _family_of_rows(rows, config)
    return slices | {f"voice: {name}": families == name for name in config["voiceFamilies"]}


def _family_of_rows(rows: list[Row], config: dict) -> np.ndarray:
    """Voice family of each row; folders that no family names are called "other"."""

    def family(folder: str) -> str:
        named = [name for name, patterns in config["voiceFamilies"].items() if any(fnmatch.fnmatch(folder, p) for p in patterns)]
        return named[0] if named else "other"

    return np.array([family(row.folder) for row in rows])


def _quality(scores: dict[str, np.ndarray], labels: np.ndarray, mask: np.ndarray, config: dict) -> dict:
    """Per tier: macro-F1, F1 of each label, and neutral recall, the share of neutral texts called neutral."""
    found: dict = {"rows": int(mask.sum())}
    neutral = mask & (labels == config["labels"].index("neutral"))
    for tier in TIERS:
        guess = scores[tier].argmax(axis=1)
        f1 = {name: _f1(guess[mask] == index, labels[mask] == index) for index, name in enumerate(config["labels"])}
        found[tier] = {
            "macroF1": macro_f1(scores[tier][mask], labels[mask]),
            "neutralRecall": float((guess[neutral] == labels[neutral]).mean()) if neutral.any() else None,
            "f1": f1,
        }
    return found


def _f1(guessed: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (guessed & true).sum() / max(1, guessed.sum() + true.sum()))


def _by_voice(rows: list[Row], features: Features, combination: Combination, config: dict) -> dict:
    """Each voice family scored by models that never saw it; temperatures, weight and gate are the shipped ones."""
    families = _family_of_rows(rows, config)
    scores = combination.tier_scores(
        held_out("lexical", features, families), held_out("encoder", features, families), features.kinds
    )
    return {name: _quality(scores, features.labels, families == name, config) for name in np.unique(families)}


def _numeric(rows: list[Row], features: Features, folds: np.ndarray) -> dict:
    """What export and int8 cost: largest differences on a sample, and macro-F1 over all folds."""
    step = max(1, len(rows) // NUMERIC_SAMPLE)
    encoder = features.config["encoder"]
    model = PooledEncoder(package_folder(encoder["package"]))
    with torch.no_grad():
        inputs = [tokenise(row.text, encoder["maxTokens"]) for row in rows[::step]]
        pytorch = np.concatenate([model(*(torch.from_numpy(one[name]) for name in INPUTS)).numpy() for one in inputs])
    heads = fit_heads(features.pooled["fp32"], features.labels, encoder)

    def difference(pooled: np.ndarray) -> dict[str, float]:
        probabilities = np.exp(heads.log_scores(pooled)) - np.exp(heads.log_scores(pytorch))
        return {"pooled": float(np.abs(pooled - pytorch).max()), "probability": float(np.abs(probabilities).max())}

    f1 = {
        f"fit {fit}, score {score}": macro_f1(held_out("encoder", features, folds, fit=fit, score=score), features.labels)
        for fit, score in (("fp32", "fp32"), ("fp32", "int8"), ("int8", "int8"))
    }
    return {
        "sample": len(inputs),
        "onnxAgainstPytorch": difference(features.pooled["fp32"][::step]),
        "int8AgainstPytorch": difference(features.pooled["int8"][::step]),
        "encoderMacroF1": f1,
        "int8Loss": f1["fit fp32, score fp32"] - f1["fit int8, score int8"],
    }


def _require_limits(numeric: dict) -> None:
    if max(numeric["onnxAgainstPytorch"].values()) > PYTORCH_TOLERANCE:
        raise RuntimeError(f"ONNX fp32 differs from PyTorch by {numeric['onnxAgainstPytorch']}, more than {PYTORCH_TOLERANCE}")
    if numeric["int8Loss"] > INT8_LOSS_LIMIT:
        raise RuntimeError(f"int8 costs {numeric['int8Loss']:.4f} macro-F1, more than {INT8_LOSS_LIMIT}")


def _versions() -> dict[str, str]:
    lines = (TRAINING / "requirements.txt").read_text(encoding="utf-8").split()
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in (line.split("==")[0] for line in lines)}}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value
