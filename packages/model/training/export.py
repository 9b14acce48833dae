"""Writes the encoder as two transformers.js folders: int8 with the weights, fp32 in the cache for parity runs."""

import json
import shutil
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from .encoder import INPUTS, PooledEncoder, encoder_folder
from .paths import CACHE, WEIGHTS

FP32_FOLDER = CACHE / "encoder-fp32"
INT8_FOLDER = WEIGHTS / "encoder"


def export_encoder(config: dict) -> None:
    """Settings -> FP32_FOLDER/onnx/model.onnx and INT8_FOLDER/onnx/model_quantized.onnx, each beside its tokenizer."""
    settings = config["encoder"]
    source = package_folder(settings["package"])
    for folder in (FP32_FOLDER, INT8_FOLDER):
        (folder / "onnx").mkdir(parents=True, exist_ok=True)
        _write_tokenizer(source, folder, settings["maxTokens"])
    fp32 = FP32_FOLDER / "onnx" / "model.onnx"
    _export_fp32(PooledEncoder(source), fp32, settings["opset"])
    # reduce_range: without it, 8-bit products overflow 16 bits on CPUs that lack VNNI
    quantize_dynamic(
        fp32,
        INT8_FOLDER / "onnx" / "model_quantized.onnx",
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather", "Gemm"],
    )


def _export_fp32(model: PooledEncoder, path: Path, opset: int) -> None:
    tokens = torch.randint(1000, 2000, (2, 9))
    mask = torch.ones_like(tokens)
    mask[1, 6:] = 0
    dynamic = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            model,
            (tokens, mask, torch.zeros_like(tokens)),
            path,
            input_names=INPUTS,
            output_names=["pooled"],
            dynamic_axes={**{name: dynamic for name in INPUTS}, "pooled": {0: "batch"}},
            opset_version=opset,
            dynamo=False,
        )


def _write_tokenizer(source: Path, folder: Path, max_tokens: int) -> None:
    shutil.copyfile(source / "config.json", folder / "config.json")
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    # the caller pads and truncates; the published file fixes both at 128 tokens
    tokenizer["truncation"] = tokenizer["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    settings = json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))
    settings["model_max_length"] = max_tokens
    settings.pop("name_or_path", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
