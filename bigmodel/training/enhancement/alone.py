"""The network of an enhancer with its files alone; it is written into programs, and never asks the network."""

import json
from pathlib import Path

from safetensors.torch import load_file

from bigmodel.training.enhancement.net import EnhancerSize, make_net
from bigmodel.training.standalone.networks.torch_body import TorchBody


class Body(TorchBody):
    """The network of a folder."""

    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "enhancer.json").read_text("utf-8"))
        size = EnhancerSize.from_json(record["net"])
        self.net, self.scale = make_net(size), size.scale
        self.net.load_state_dict(load_file(folder / "model.safetensors"))
        self.net.eval()
