"""Writes an encoder as a transformers.js folder: fp32, or quantised to int8 as it ships."""

import json
import shutil
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from .encoder import PooledEncoder, encoder_folder


def export_fp32(encoder: PooledEncoder, folder: Path, settings: dict) -> Path:
    """Writes the graph and its tokenizer into `folder`. -> the graph's path"""
    path = _new_folder(folder, settings) / "model.onnx"
    tokens = torch.full((2, 9), 5)
    mask = torch.ones_like(tokens)
    mask[1, 6:] = 0
    dynamic = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            encoder.eval(),
            (tokens, mask, torch.zeros_like(tokens))[: len(encoder.inputs)],
            path,
            input_names=encoder.inputs,
            output_names=["pooled"],
            dynamic_axes={**{name: dynamic for name in encoder.inputs}, "pooled": {0: "batch"}},
            opset_version=settings["opset"],
            dynamo=False,
        )
    _keep_norms_apart(path)
    return path


def export_int8(fp32: Path, folder: Path, settings: dict) -> Path:
    """Quantises an fp32 graph into `folder`, beside its tokenizer. -> the graph's path"""
    path = _new_folder(folder, settings) / "model_quantized.onnx"
    # reduce_range: without it, 8-bit products overflow 16 bits on CPUs that lack VNNI
    quantize_dynamic(
        fp32, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather", "Gemm"]
    )
    return path


def _keep_norms_apart(path: Path) -> None:
    """Writes the addition before each layer normalisation as a Sum of two.

    ONNX Runtime fuses an Add with the normalisation after it, and its fused SkipLayerNormalization takes ten times as long as the two
    (CPU, 1.30 to 1.32): a pass is 1.2 times as fast without it.
    """
    model = onnx.load(path)
    made_by = {output: node for node in model.graph.node for output in node.output}
    for node in model.graph.node:
        before = made_by.get(node.input[0]) if node.op_type == "LayerNormalization" else None
        if before is not None and before.op_type == "Add":
            before.op_type = "Sum"
    onnx.save(model, path)


def _new_folder(folder: Path, settings: dict) -> Path:
    """FOLDER/onnx, with the tokenizer and its settings in FOLDER."""
    source = encoder_folder(settings["source"])
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "config.json", folder / "config.json")
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    # the caller pads and truncates; the published file fixes both at 128 tokens
    tokenizer["truncation"] = tokenizer["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    options = json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))
    options["model_max_length"] = settings["maxTokens"]
    options.pop("name_or_path", None)
    (folder / "tokenizer_config.json").write_text(json.dumps(options, indent=2) + "\n", encoding="utf-8")
    return folder / "onnx"
