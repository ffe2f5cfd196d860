"""The average of a model's weights, and what it goes on from."""

import torch
from torch import nn

from bigmodel.training.loop.ema import Ema


def test_saved_average_comes_back_to_the_device_of_the_model() -> None:
    model = nn.Linear(2, 1).to("meta")
    ema = Ema(model, 0.9)
    ema.take({"weight": torch.ones(1, 2), "bias": torch.zeros(1)})
    assert {value.device.type for value in ema.weights.values()} == {"meta"}


def test_saved_average_is_gone_on_from() -> None:
    ema = Ema(nn.Linear(2, 1), 0.9)
    ema.take({"weight": torch.full((1, 2), 3.0), "bias": torch.zeros(1)})
    assert ema.weights["weight"].tolist() == [[3.0, 3.0]]
