"""Sorts pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > answers.jsonl

Or in Python: `Model().predict(["photo.jpg"])`.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import timm
import torch
import transformers
from PIL import Image, ImageOps
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Two convolutions beside a short way."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(*_layer(before, after, stride))
        self.second = nn.Sequential(*_layer(after, after))
        self.short: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            self.short = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),
                nn.Conv2d(before, after, 1, bias=False),
                nn.BatchNorm2d(after),
            )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.second(functional.relu(self.first(x))) + self.short(x))


class Net(nn.Module):
    """The network from scratch, or a body of timm or Transformers, with its scale of colours."""

    def __init__(self, record: dict[str, Any], outputs: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("spread", torch.ones(1, 3, 1, 1))
        if record["kind"] == "net":
            self._make(**record["net"])
        elif "architecture" in record["body"]:
            about = record["body"]
            self.net: Any = timm.create_model(
                about["architecture"], pretrained=False, num_classes=outputs, **about["arguments"]
            )
        else:
            config = transformers.AutoConfig.for_model(**record["body"]["config"])
            config.num_labels = outputs
            self.net = transformers.AutoModelForImageClassification.from_config(config)  # type: ignore[no-untyped-call]

    def forward(self, pictures: Tensor) -> Tensor:
        scaled = (pictures - self.mean) / self.spread
        if hasattr(self, "net"):
            answer = self.net(scaled)
            logits: Tensor = getattr(answer, "logits", answer)
            return logits
        made: Tensor = self.head(self.body(self.stem(scaled)).mean(dim=(2, 3)))
        return made

    def _make(self, outputs: int, width: int, blocks: Sequence[int]) -> None:
        half = width // 2
        first, second = _layer(3, half, 2), _layer(half, width)
        self.stem = nn.Sequential(*first, nn.ReLU(), *second, nn.ReLU(), nn.MaxPool2d(2))
        stages: list[nn.Module] = []
        before = width
        for place, count in enumerate(blocks):
            after = width * 2**place
            for number in range(count):
                stages.append(Block(before, after, 2 if place and not number else 1))
                before = after
        self.body = nn.Sequential(*stages)
        self.head = nn.Linear(before, outputs)


def _layer(before: int, after: int, stride: int = 1) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after)


class Model:
    """A trained picture model."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "picture.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._side, self._flips = record["side"], record["flips"]
        self._net = Net(record, len(self.labels)).eval()
        self._net.load_state_dict(load_file(folder / "model.safetensors"))

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, one row a picture."""
        return [self._scores(read_picture(path, self._side)) for path in paths]

    def _scores(self, picture: Tensor) -> list[float]:
        with torch.inference_mode():
            shares = self._net(picture).double().softmax(dim=1)
            if self._flips:
                shares = (shares + self._net(picture.flip(3)).double().softmax(dim=1)) / 2
        scores: list[float] = shares[0].tolist()
        return scores


def read_picture(path: str, side: int) -> Tensor:
    """Return the middle square of a picture, upright, as fractions: (1, 3, side, side)."""
    stored = math.ceil(side * 8 / 7)
    with Image.open(path) as file:
        picture = ImageOps.exif_transpose(file).convert("RGB")
    picture.thumbnail((2 * stored, 2 * stored))
    width, height = picture.size
    part = min(width, height)
    left, top = (width - part) / 2, (height - part) / 2
    box = (left, top, left + part, top + part)
    square = picture.resize((stored, stored), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    made = torch.from_numpy(np.array(square)).permute(2, 0, 1)[None].float() / 255
    return functional.interpolate(
        made, size=(side, side), mode="bilinear", antialias=True, align_corners=False
    )


def main() -> int:
    """Answer the pictures of the command line."""
    parser = argparse.ArgumentParser(description="Sort pictures with this model.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    model = Model()
    for path, scores in zip(args.pictures, model.predict(args.pictures), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")
    return 0


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one picture as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        return json.dumps({"label": labels[best], "probabilities": by_label}, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
