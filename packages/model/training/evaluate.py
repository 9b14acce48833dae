"""How good the tiers are on text whose scenario, or whose whole voice, they never saw: results.json, results.md, two pictures."""

import fnmatch
import importlib.metadata
import json
import platform
import random

import numpy as np
import torch

from .average import averaged_classifier
from .calibration import calibration_scores
from .corpus import corpus_hash
from .encoder import INPUTS
from .ensemble import TIERS, Combination, drift_found, macro_f1
from .export import export_fp32, export_int8
from .finetune import Tokens, finetuned, log_scores
from .heads import Heads
from .held_out import Corpus, held_out_encoder, held_out_lexical, held_out_tiers
from .paths import CACHE, EVALUATION, FP32_ENCODER, INT8_ENCODER, TRAINING, WEIGHTS
from .pictures import confusion_picture, reliability_picture
from .pooled_states import pooled_states, tokenise
from .quality import quality, reliability
from .report import report_of
from .shipped import load_shipped

NUMERIC_SAMPLE = 64
PYTORCH_TOLERANCE = 1e-3
INT8_LOSS_LIMIT = 0.01
NEUTRAL = "neutral"
FALSE_ALARMS = 0.01
RESULTS = EVALUATION / "results.json"
VOICES = EVALUATION / "voices.json"


def write_evaluation(config: dict) -> None:
    """Writes EVALUATION/results.json and what is drawn from it; raises if a numeric limit is broken."""
    corpus = Corpus(config)
    scored, combination, scores = held_out_tiers(corpus)
    results = {
        "question": "Which of 12 characters does a text show, when its scenario (or its voice) was not trained on?",
        "corpus": {"rows": len(corpus.rows), "heldOut": len(scored.rows), "folds": config["folds"], "sha256": corpus_hash(config["folders"])},
        "seed": config["seed"],
        "versions": _versions(),
        **_measured(scored, combination, scores),
        "numeric": _numeric(corpus),
        "bytes": {path.relative_to(WEIGHTS).as_posix(): path.stat().st_size for path in sorted(WEIGHTS.rglob("*")) if path.is_file()},
    }
    _write_results(results, config)
    _require_limits(results["numeric"])


def write_measured(corpus: Corpus, combination: Combination, scores: dict[str, np.ndarray]) -> None:
    """Renews what RESULTS says of held-out scores; what it says of the files that were trained stays."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    _write_results({**results, **_measured(corpus, combination, scores)}, corpus.config)


def _measured(corpus: Corpus, combination: Combination, scores: dict[str, np.ndarray]) -> dict:
    return {
        "byScenario": {name: _tiers(scores, corpus, mask) for name, mask in _slices(corpus).items()},
        "reliability": {tier: reliability(scores[tier], corpus.labels) for tier in TIERS},
        "driftFound": {tier: drift_found(scores[tier], corpus.labels) for tier in TIERS},
        "untrainedChat": _untrained_chat(corpus, scores),
        "cascadeSkippedShare": combination.skipped_share(scores),
    }


def _untrained_chat(corpus: Corpus, scores: dict[str, np.ndarray]) -> dict:
    """What the plain chat of `calibrationFolders` is called, and what it does to the limit of 1 % false alarms in chat."""
    _, more = calibration_scores(len(corpus.rows))
    chat = corpus.kinds == corpus.config["kinds"].index("chat")
    plain, drifted = chat & (corpus.labels == 0), chat & (corpus.labels > 0)

    def of_tier(tier: str) -> dict[str, float]:
        new, known = more[tier][:, 0], scores[tier][plain, 0]
        before, after = np.quantile(known, FALSE_ALARMS), np.quantile(np.concatenate([known, new]), FALSE_ALARMS)
        found = [float((scores[tier][drifted, 0] < limit).mean()) for limit in (before, after)]
        return {
            "calledNeutral": float((more[tier].argmax(axis=1) == 0).mean()),
            "falseAlarmsWithout": float((new < before).mean()),
            "driftFoundWithout": found[0],
            "driftFoundWith": found[1],
        }

    return {"rows": len(more[TIERS[0]]), "tiers": {tier: of_tier(tier) for tier in TIERS}}


def _write_results(results: dict, config: dict) -> None:
    """Writes RESULTS and what is drawn from it."""
    write_json(RESULTS.name, results)
    _write_report(config)
    write_text("confusion.svg", confusion_picture(np.array(results["byScenario"]["all"]["cascade"]["confusion"]), config["labels"]))
    write_text("reliability.svg", reliability_picture(results["reliability"]))


def write_voices(config: dict) -> None:
    """Writes VOICES: each voice family scored by models that never saw it, combined as the shipped tiers are."""
    corpus = Corpus(config)
    families = _family_of_rows(corpus)
    lexical, encoder = held_out_lexical(corpus, families), held_out_encoder(corpus, families)
    scores = load_shipped().combination.tier_scores(lexical, encoder, corpus.kinds)
    by_voice = {name: _tiers(scores, corpus, families == name) for name in np.unique(families)}
    write_json(VOICES.name, {"sha256": corpus_hash(config["folders"]), "byVoice": by_voice})
    if RESULTS.exists():
        _write_report(config)


def _write_report(config: dict) -> None:
    """Writes results.md from RESULTS, and from VOICES where these are of the same corpus."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    voices = json.loads(VOICES.read_text(encoding="utf-8")) if VOICES.exists() else {}
    by_voice = voices["byVoice"] if voices.get("sha256") == results["corpus"]["sha256"] else None
    write_text("results.md", report_of({**results, "byVoice": by_voice}, config))


def _slices(corpus: Corpus) -> dict[str, np.ndarray]:
    """Name -> boolean mask [rows]: all, each kind, each intensity of a character, each voice family."""
    rows, config = corpus.rows, corpus.config
    slices = {"all": np.ones(len(rows), bool)}
    slices |= {f"kind: {kind}": np.array([row.kind == kind for row in rows]) for kind in config["kinds"]}
    slices |= {f"intensity: {name}": np.array([row.intensity == name and row.label != NEUTRAL for row in rows]) for name in config["intensities"]}
    families = _family_of_rows(corpus)
    return slices | {f"voice: {name}": families == name for name in config["voiceFamilies"]}


def _family_of_rows(corpus: Corpus) -> np.ndarray:
    """Voice family of each row; folders that no family names are called "other"."""

    def family(folder: str) -> str:
        named = [name for name, patterns in corpus.config["voiceFamilies"].items() if any(fnmatch.fnmatch(folder, p) for p in patterns)]
        return named[0] if named else "other"

    return np.array([family(row.folder) for row in corpus.rows])


def _tiers(scores: dict[str, np.ndarray], corpus: Corpus, mask: np.ndarray) -> dict:
    """Quality of each tier on the rows of the mask."""
    scenarios = np.array([row.scenario for row in corpus.rows])[mask]
    return {tier: quality(scores[tier][mask], corpus.labels[mask], scenarios, corpus.config["seed"]) for tier in TIERS}


def _numeric(corpus: Corpus) -> dict:
    """What export and int8 cost: largest differences of the shipped encoder on a sample, and macro-F1 of the first fold's."""
    settings = corpus.config["encoder"]
    texts = [row.text for row in corpus.rows]
    sample = texts[:: max(1, len(texts) // NUMERIC_SAMPLE)]
    model = averaged_classifier(corpus)
    heads = Heads(model.head.weight.detach().numpy(), model.head.bias.detach().numpy())
    with torch.no_grad():
        inputs = [tokenise(text, INT8_ENCODER, settings["maxTokens"]) for text in sample]
        pytorch = np.concatenate([model.encoder(*(torch.from_numpy(one[name]) for name in INPUTS)).numpy() for one in inputs])

    def difference(graph) -> dict[str, float]:
        pooled = pooled_states(sample, graph, settings["maxTokens"])
        probabilities = np.exp(heads.log_scores(pooled)) - np.exp(heads.log_scores(pytorch))
        return {"pooled": float(np.abs(pooled - pytorch).max()), "probability": float(np.abs(probabilities).max())}

    return {
        "sample": len(sample),
        "onnxAgainstPytorch": difference(FP32_ENCODER / "onnx" / "model.onnx"),
        "int8AgainstPytorch": difference(INT8_ENCODER / "onnx" / "model_quantized.onnx"),
        "firstFoldMacroF1": _first_fold(corpus),
    }


def _first_fold(corpus: Corpus) -> dict[str, float]:
    """Macro-F1 on the first fold of the encoder that was fine-tuned without it, in PyTorch and in int8."""
    settings, test = corpus.config["encoder"], corpus.folds == 0
    rows = [row for row, wanted in zip(corpus.rows, test) if wanted]
    model = finetuned(corpus.config, corpus.rows, ~test)
    heads = Heads(model.head.weight.detach().numpy(), model.head.bias.detach().numpy())
    folder = CACHE / "first-fold"
    graph = export_int8(export_fp32(model.encoder, folder / "fp32", settings), folder / "int8", settings)
    int8 = heads.log_scores(pooled_states([row.text for row in rows], graph, settings["maxTokens"]))
    fp32 = log_scores(model, Tokens(corpus.config, random.Random(0)), rows)
    return {"PyTorch": macro_f1(fp32, corpus.labels[test]), "int8": macro_f1(int8, corpus.labels[test])}


def _require_limits(numeric: dict) -> None:
    if max(numeric["onnxAgainstPytorch"].values()) > PYTORCH_TOLERANCE:
        raise RuntimeError(f"ONNX fp32 differs from PyTorch by {numeric['onnxAgainstPytorch']}, more than {PYTORCH_TOLERANCE}")
    loss = numeric["firstFoldMacroF1"]["PyTorch"] - numeric["firstFoldMacroF1"]["int8"]
    if loss > INT8_LOSS_LIMIT:
        raise RuntimeError(f"int8 costs {loss:.4f} macro-F1, more than {INT8_LOSS_LIMIT}")


def _versions() -> dict[str, str]:
    lines = (TRAINING / "requirements.txt").read_text(encoding="utf-8").split()
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in (line.split("==")[0] for line in lines)}}


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def write_json(name: str, content: object) -> None:
    """Writes EVALUATION/name, numbers to five digits."""
    write_text(name, json.dumps(_rounded(content), indent=1) + "\n")


def write_text(name: str, content: str) -> None:
    """Writes EVALUATION/name."""
    EVALUATION.mkdir(exist_ok=True)
    (EVALUATION / name).write_text(content, encoding="utf-8")
