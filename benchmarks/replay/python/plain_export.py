"""Writes a classifier of the encoder's architecture as it is usually exported: a transformers.js folder with fp32 and int8 weights.

    python plain_export.py ENCODER OUT

The weights are random: their values do not change the time of a forward pass.
"""

import shutil
import sys
from pathlib import Path

import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

source, out = Path(sys.argv[1]), Path(sys.argv[2])
labels = 12

(out / "onnx").mkdir(parents=True, exist_ok=True)
config = transformers.BertConfig.from_pretrained(source, num_labels=labels)
model = transformers.BertForSequenceClassification._from_config(config, attn_implementation="eager").eval()
config.save_pretrained(out)
for name in ("tokenizer.json", "tokenizer_config.json"):
    shutil.copyfile(source / name, out / name)
names = ["input_ids", "attention_mask", "token_type_ids"]
example = torch.ones((2, 9), dtype=torch.int64)
torch.onnx.export(
    model,
    (example, example, example),
    out / "onnx" / "model.onnx",
    input_names=names,
    output_names=["logits"],
    dynamic_axes={**{name: {0: "batch", 1: "tokens"} for name in names}, "logits": {0: "batch"}},
    opset_version=17,
    dynamo=False,
)
quantize_dynamic(
    out / "onnx" / "model.onnx",
    out / "onnx" / "model_quantized.onnx",
    per_channel=True,
    reduce_range=True,
    weight_type=QuantType.QInt8,
    op_types_to_quantize=["MatMul", "Gather", "Gemm"],
)
