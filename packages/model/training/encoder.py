"""The frozen encoder: one forward gives the mean-pooled states of every layer, which all heads share."""

import importlib.util
from pathlib import Path

import torch
from transformers import AutoModel


def package_folder(package: str) -> Path:
    """Folder of the pretrained model inside the installed PyPI package (found without importing it)."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f'Package "{package}" is not installed: pip install -r requirements.txt')
    return Path(spec.origin).parent / "model"


class PooledEncoder(torch.nn.Module):
    """BERT whose only output is its layers, mean-pooled over the attended tokens and concatenated."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # eager attention: the fused kernels do not trace into plain ONNX operators
        self.bert = AutoModel.from_pretrained(folder, attn_implementation="eager", add_pooling_layer=False).eval()

    @property
    def dims(self) -> int:
        """(layers + 1) * hidden: the embedding layer counts as layer 0."""
        return (self.bert.config.num_hidden_layers + 1) * self.bert.config.hidden_size

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """Token tensors int64 [batch, tokens] -> pooled float32 [batch, dims], embedding layer first."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids, output_hidden_states=True
        ).hidden_states
        mask = attention_mask.unsqueeze(-1).to(states[0].dtype)
        stacked = torch.cat(states, dim=-1)
        return (stacked * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)
