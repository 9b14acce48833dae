"""A tiny, random ModernBERT classifier: a fixture that shows any sequence classifier with an ONNX export can be the encoder."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import ModernBertConfig, ModernBertForSequenceClassification

from .paths import TINY_MODERNBERT

LABELS = ["formal", "casual", "neutral", "angry"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [
    "Dear Ms. Vale, thank you for your patience. Your order was sent today.",
    "hey, no rush, we can do it tomorrow!",
    "The report is ready.",
    "Why is this not done? We said today!",
    "Xylophones 42 ...",
]
MAX_TOKENS = 64


def write_tiny_modernbert(seed: int) -> None:
    """Writes TINY_MODERNBERT: a transformers.js folder with an fp32 graph, and expected.json with the scores of TEXTS."""
    tokenizer = _tokenizer()
    model = _model(seed, tokenizer.get_vocab_size())
    (TINY_MODERNBERT / "onnx").mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(TINY_MODERNBERT / "tokenizer.json"), pretty=False)
    _write_json("tokenizer_config.json", _tokenizer_config())
    model.config.architectures = ["ModernBertForSequenceClassification"]
    _write_json("config.json", {key: value for key, value in model.config.to_dict().items() if not key.startswith("_")})
    _export(model, TINY_MODERNBERT / "onnx" / "model.onnx")
    _write_json("expected.json", [_expected(model, tokenizer, text) for text in TEXTS])


def _tokenizer() -> Tokenizer:
    """WordPiece over the words of TEXTS (the last one left out, so that unknown words occur), letters and digits."""
    normalizer = normalizers.BertNormalizer(lowercase=True)
    splitter = pre_tokenizers.BertPreTokenizer()
    words = {word for text in TEXTS[:-1] for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = list(dict.fromkeys(SPECIAL + letters + [f"##{letter}" for letter in letters] + sorted(words)))
    ids = {token: index for index, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[(name, ids[name]) for name in ("[CLS]", "[SEP]")]
    )
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def _tokenizer_config() -> dict:
    names = ["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "model_input_names": ["input_ids", "attention_mask"],
        **dict(zip(names, SPECIAL)),
    }


def _model(seed: int, vocabulary: int) -> ModernBertForSequenceClassification:
    torch.manual_seed(seed)
    config = ModernBertConfig(
        vocab_size=vocabulary, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=MAX_TOKENS, local_attention=16, global_attn_every_n_layers=2,
        id2label=dict(enumerate(LABELS)), label2id={label: index for index, label in enumerate(LABELS)},
        pad_token_id=0, cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3,
        # wide enough that random weights give scores that differ from text to text
        initializer_range=0.5, attn_implementation="eager", reference_compile=False,
    )  # fmt: skip
    return ModernBertForSequenceClassification(config).eval()


def _export(model: ModernBertForSequenceClassification, path: Path) -> None:
    tokens = torch.full((2, 7), 5)
    dynamic = {0: "batch", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            _LogitsOnly(model), (tokens, torch.ones_like(tokens)), path,
            input_names=["input_ids", "attention_mask"], output_names=["logits"],
            dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "logits": {0: "batch"}},
            opset_version=17, dynamo=False,
        )  # fmt: skip


class _LogitsOnly(torch.nn.Module):
    def __init__(self, model: ModernBertForSequenceClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def _expected(model: ModernBertForSequenceClassification, tokenizer: Tokenizer, text: str) -> dict:
    """The text, its token ids, and PyTorch's logits and probabilities by label."""
    ids = tokenizer.encode(text).ids
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long)).logits[0]
    return {
        "text": text,
        "inputIds": ids,
        "logits": dict(zip(LABELS, logits.tolist())),
        "scores": dict(zip(LABELS, logits.softmax(0).tolist())),
    }


def _write_json(name: str, content: object) -> None:
    (TINY_MODERNBERT / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
