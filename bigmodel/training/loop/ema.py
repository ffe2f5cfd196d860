"""A running average of a model's weights, which answers steadier than the weights of any one step.

Exponential moving average as in Polyak and Juditsky 1992, with a start that does not remember the first weights.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Ema:
    """Follows a model. `weights` are by the names of its state; numbers that are not fractions are copied."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    def follow(self, model: nn.Module, step: int) -> None:
        """Take in the weights after a step, counted from 1."""
        kept = min(self._decay, step / (step + 9))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                if value.is_floating_point():
                    self.weights[name].lerp_(value, 1.0 - kept)
                else:
                    self.weights[name].copy_(value)

    def take(self, weights: Mapping[str, Tensor]) -> None:
        """Go on from saved weights, on the device where the model is."""
        for name, value in weights.items():
            self.weights[name].copy_(value)

    @contextmanager
    def put_into(self, model: nn.Module) -> Iterator[None]:
        """Let the model answer with the average for a while."""
        trained = {name: value.detach().clone() for name, value in model.state_dict().items()}
        model.load_state_dict(self.weights)
        try:
            yield
        finally:
            model.load_state_dict(trained)
