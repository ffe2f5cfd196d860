"""The network of a detector with its files alone; it is written into programs, and never asks the network."""

import json
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn

from bigmodel.training.detection.net import Detector, DetectorSize
from bigmodel.training.standalone.networks.torch_body import TorchBody


class Maps(nn.Module):
    """A detector that answers its maps by place: kinds, reaches, middles."""

    def __init__(self, net: Detector) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        raw = self.net(pictures)
        return raw["cls_logits"], raw["bbox_regression"], raw["bbox_ctrness"]


class Body(TorchBody):
    """The network of a folder."""

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "detector.json").read_text("utf-8"))
        net = Detector(DetectorSize.from_json(record["net"]))
        net.load_state_dict(load_file(folder / "model.safetensors"))
        self.net, self.side = Maps(net).eval(), net.size.side
