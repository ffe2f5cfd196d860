"""A detector of Transformers with its files alone; it is written into programs, and never asks the network."""

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import Tensor, nn

from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.networks.torch_body import TorchBody


class Queries(nn.Module):
    """A detector that takes fractions, and answers kinds and places of its queries."""

    mean: Tensor
    spread: Tensor

    def __init__(self, net: Any, about: dict[str, Any]) -> None:
        super().__init__()
        for name in ("mean", "spread"):
            self.register_buffer(name, torch.tensor(about[name]).view(1, 3, 1, 1))
        self.net = net

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        said = self.net((pictures - self.mean) / self.spread)
        return said.logits, said.pred_boxes


class Body(TorchBody):
    """The network of a folder."""

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "queries.json").read_text("utf-8"))["net"]
        net = transformers.AutoModelForObjectDetection.from_pretrained(folder, **SAFELY)
        self.net, self.side = Queries(net, about).eval(), int(about["side"])
