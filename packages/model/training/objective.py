"""What fine-tuning minimises: cross-entropy of the label, and contrast of labels for a warm-up."""

import torch
from torch.nn import functional

SMOOTHING = 0.1
CONTRAST_TEMPERATURE = 0.1


def label_loss(logits: torch.Tensor, labels: torch.Tensor, scores: str) -> torch.Tensor:
    """Logits [batch, labels], label indices [batch] -> mean loss; `scores` is "softmax" (one label) or "sigmoid" (each by itself)."""
    if scores == "softmax":
        return functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    wanted = functional.one_hot(labels, logits.shape[1]) * (1 - SMOOTHING) + SMOOTHING / logits.shape[1]
    return functional.binary_cross_entropy_with_logits(logits, wanted.to(logits.dtype)) * logits.shape[1]


def contrast_loss(pooled: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Pooled states [batch, dims], label indices [batch] -> supervised contrastive loss (Khosla et al. 2020, arXiv 2004.11362, eq. 2)."""
    unit = functional.normalize(pooled, dim=1)
    itself = torch.eye(len(labels), dtype=torch.bool)
    log_share = torch.log_softmax((unit @ unit.T / CONTRAST_TEMPERATURE).masked_fill(itself, -1e9), dim=1)
    same = (labels[:, None] == labels[None, :]) & ~itself
    # a text whose label occurs once in the batch counts nothing; in a small last batch that can be all of them
    return -((log_share * same).sum(dim=1) / same.sum(dim=1).clamp(min=1)).sum() / same.any(dim=1).sum().clamp(min=1)
