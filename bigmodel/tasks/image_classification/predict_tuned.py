"""Sorts pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > answers.jsonl

Or in Python: `Model().predict(["photo.jpg"])`.
"""

import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import timm
import torch
import transformers
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from bigmodel.training.images.net import ConvNet, NetSize
from bigmodel.training.standalone.files import answer_files
from bigmodel.training.standalone.pictures import read_square


class Body(nn.Module):
    """A body of timm or Transformers with a head, and its scale of colours."""

    mean: Tensor
    spread: Tensor

    def __init__(self, about: dict[str, Any], outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("spread", torch.ones(1, 3, 1, 1))
        if "architecture" in about:
            self.net: Any = timm.create_model(
                about["architecture"], pretrained=False, num_classes=outputs, **about["arguments"]
            )
        else:
            config = transformers.AutoConfig.for_model(**about["config"])
            config.num_labels = outputs
            self.net = transformers.AutoModelForImageClassification.from_config(config)  # type: ignore[no-untyped-call]

    def forward(self, pictures: Tensor) -> Any:
        return self.net((pictures - self.mean) / self.spread)


class Model:
    """A trained picture model."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "picture.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._side, self._flips = record["side"], record["flips"]
        if record["kind"] == "net":
            self._net: nn.Module = ConvNet(NetSize(**record["net"]))
        else:
            self._net = Body(record["body"], len(self.labels))
        self._net.load_state_dict(load_file(folder / "model.safetensors"))
        nn.Module.eval(self._net)

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, one row a picture."""
        return [self._scores(read_picture(path, self._side)) for path in paths]

    def _scores(self, picture: Tensor) -> list[float]:
        with torch.inference_mode():
            shares = self._shares(picture)
            if self._flips:
                shares = (shares + self._shares(picture.flip(3))) / 2
        scores: list[float] = shares[0].tolist()
        return scores

    def _shares(self, picture: Tensor) -> Tensor:
        answer = self._net(picture)
        logits: Tensor = getattr(answer, "logits", answer)
        return logits.double().softmax(dim=1)


def read_picture(path: str, side: int) -> Tensor:
    """Return the middle square of a picture as fractions: (1, 3, side, side)."""
    square = torch.from_numpy(read_square(path, math.ceil(side * 8 / 7)).copy())
    return functional.interpolate(
        square.permute(2, 0, 1)[None].float() / 255,
        size=(side, side),
        mode="bilinear",
        antialias=True,
        align_corners=False,
    )


def main() -> int:
    """Answer the files of the command line."""
    return answer_files(Model, "Sort pictures with this model.")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
