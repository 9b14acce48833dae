"""Texts per second of transformers + torch, by batch size, on the texts that come as a JSON array on stdin.

The weights are random: the repository has the model as ONNX only, and their values do not change the time of a forward pass.
"""

import json
import sys
import time

import torch
import transformers

folder = sys.argv[1]
texts = sorted(json.load(sys.stdin), key=len)
tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json", pad_token="[PAD]")
model = transformers.BertModel(transformers.BertConfig.from_pretrained(folder)).eval()


def run(batch_size: int) -> float:
    begin = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(texts), batch_size):
            batch = tokenizer(
                texts[start : start + batch_size], padding=True, truncation=True, max_length=256, return_tensors="pt"
            )
            model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    return len(texts) / (time.perf_counter() - begin)


run(32)  # warm-up
print(
    json.dumps(
        {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "textsPerSecond": {str(size): run(size) for size in (1, 8, 16, 32)},
        }
    )
)
