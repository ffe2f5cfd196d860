"""The network of a picture model with its files alone; it is written into programs, and never asks the network."""

import json
from pathlib import Path
from typing import Any

import timm
import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor, nn

from bigmodel.training.images.net import ConvNet, NetSize
from bigmodel.training.standalone.networks.torch_body import TorchBody


def build_timm(about: dict[str, Any], outputs: int) -> tuple[Any, nn.Linear | None]:
    """Return a network of timm, and a head apart from it where stages below its last layer are read as well."""
    levels = about.get("levels", 0)
    net: Any = timm.create_model(
        about["architecture"],
        pretrained=False,
        num_classes=0 if levels else outputs,
        **about["arguments"],
    )
    if not levels:
        return net, None
    wide = sum(stage["num_chs"] for stage in net.feature_info[-levels:])
    return net, nn.Linear(wide + net.head_hidden_size, outputs)


def look(net: Any, pictures: Tensor, levels: int) -> Tensor:
    """Return what a network of timm sees, (pictures, features): the means of its last stages, and its last layer."""
    if not levels:
        last: Tensor = net.forward_head(net.forward_features(pictures), pre_logits=True)
        return last
    maps, stages = net.forward_intermediates(pictures, indices=levels)
    last = net.forward_head(maps, pre_logits=True)
    return torch.cat([*(stage.mean(dim=(2, 3)) for stage in stages), last], dim=1)


class PictureNet(nn.Module):
    """A body of timm or Transformers with a head, and its scale of colours."""

    mean: Tensor
    spread: Tensor

    def __init__(self, about: dict[str, Any], outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("spread", torch.ones(1, 3, 1, 1))
        self.levels, self.head = about.get("levels", 0), None
        if "architecture" in about:
            self.net, self.head = build_timm(about, outputs)
        else:
            config = transformers.AutoConfig.for_model(**about["config"])
            config.num_labels = outputs
            self.net = transformers.AutoModelForImageClassification.from_config(config)  # type: ignore[no-untyped-call]

    def forward(self, pictures: Tensor) -> Any:
        scaled = (pictures - self.mean) / self.spread
        return self.head(look(self.net, scaled, self.levels)) if self.head else self.net(scaled)


class Logits(nn.Module):
    """A network that answers classes alone: (pictures, 3, side, side) to (pictures, classes)."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> Tensor:
        said = self.net(pictures)
        logits: Tensor = getattr(said, "logits", said)
        return logits


class Body(TorchBody):
    """The network of a folder."""

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "picture.json").read_text("utf-8"))
        net: nn.Module
        if record["kind"] == "net":
            net = ConvNet(NetSize(**record["net"]))
        else:
            net = PictureNet(record["body"], len(record["labels"]))
        net.load_state_dict(load_file(folder / "model.safetensors"))
        self.net, self.side = Logits(net).eval(), int(record["side"])
