"""A network of torch that takes and gives arrays, as one of ONNX does; it is written into programs."""

from typing import Any

import torch
from torch import nn

Array = Any  # numpy arrays of numbers


class TorchBody:
    """What a program asks with arrays. `net` takes tensors by place, and answers one or several."""

    net: nn.Module

    def __call__(self, *given: Array) -> list[Array]:
        with torch.inference_mode():
            made = self.net(*(torch.from_numpy(each) for each in given))
        return [each.numpy() for each in (made if isinstance(made, tuple) else (made,))]
