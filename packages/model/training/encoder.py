"""The encoder: one forward gives the mean-pooled states of every layer, which all heads share."""

import importlib.util
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def encoder_folder(source: str) -> Path:
    """A folder with a Hugging Face model, the name of an installed PyPI package that holds one, or a hub id -> the model's folder.

    A hub id (one with a slash) is looked up in the local Hugging Face cache, and downloaded only if HF_HUB_OFFLINE=0 is set.
    """
    if Path(source).is_dir():
        return Path(source)
    if "/" in source:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(source, allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model"]))
    spec = importlib.util.find_spec(source)  # found without importing it
    if spec is None or spec.origin is None:
        raise RuntimeError(f'"{source}" is no folder, no hub id and no installed package: pip install -r requirements.txt')
    return Path(spec.origin).parent / "model"


class PooledEncoder(torch.nn.Module):
    """A transformer whose only output is its layers, mean-pooled over the attended tokens, concatenated and normalised."""

    def __init__(self, folder: Path, layers: int | None = None) -> None:
        """`layers`: keep only the first so many; all by default."""
        super().__init__()
        config = AutoConfig.from_pretrained(folder)
        for dropout in ("attention_probs_dropout_prob", "attention_dropout"):
            if hasattr(config, dropout):
                setattr(config, dropout, 0.0)  # drawing that many random numbers costs a sixth of the training time
        # eager attention: the fused kernels do not trace into plain ONNX operators
        self.model = AutoModel.from_pretrained(folder, config=config, attn_implementation="eager").eval()
        stacks = [part for part in self.model.modules() if isinstance(part, torch.nn.ModuleList)]
        self.blocks = next(stack for stack in stacks if len(stack) == config.num_hidden_layers)
        if layers is not None:
            del self.blocks[layers:]
            config.num_hidden_layers = layers
        self.inputs = INPUTS if hasattr(config, "type_vocab_size") else INPUTS[:2]

    @property
    def dims(self) -> int:
        """(layers + 1) * hidden: the embedding layer counts as layer 0."""
        return (len(self.blocks) + 1) * self.model.config.hidden_size

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Token tensors int64 [batch, tokens] in the order of `inputs` -> float32 [batch, dims], embedding layer first.

        Each row has mean 0 and variance 1 (layer normalisation over all dims, no learned scale).
        """
        states = self.model(**dict(zip(self.inputs, inputs)), output_hidden_states=True).hidden_states
        mask = inputs[1].unsqueeze(1).to(states[0].dtype)
        # a product of matrices: ONNX Runtime multiplies and sums in two passes, the second of them slow
        pooled = torch.cat([mask @ state for state in states], dim=-1).squeeze(1) / mask.sum(dim=-1).clamp(min=1.0)
        return torch.nn.functional.layer_norm(pooled.float(), (self.dims,))
