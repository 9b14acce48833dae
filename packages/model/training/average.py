"""The encoder that ships: the mean, weight by weight, of the encoders that were fine-tuned without a fold each."""

import numpy as np
import torch

from .finetune import Classifier, finetuned
from .held_out import Corpus


def averaged_classifier(corpus: Corpus) -> Classifier:
    """Every text was learned by all of them but one. All start from the same weights, so their mean lies in the same valley of the loss.

    See Wortsman et al., Model soups: averaging weights of multiple fine-tuned models, 2022, arXiv 2203.05482.
    """
    folds = np.unique(corpus.folds[corpus.is_held_out()])
    states = [finetuned(corpus.config, corpus.rows, corpus.folds != fold).state_dict() for fold in folds]
    model = Classifier(corpus.config)
    model.load_state_dict({name: _mean([state[name] for state in states]) for name in states[0]})
    return model.eval()


def _mean(values: list[torch.Tensor]) -> torch.Tensor:
    """The mean of weights; what is no weight (positions) is the same in all."""
    return torch.stack(values).mean(dim=0) if values[0].is_floating_point() else values[0]
