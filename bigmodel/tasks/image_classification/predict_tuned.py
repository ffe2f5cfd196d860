"""Sorts pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > answers.jsonl

Or in Python: `Model().predict(["photo.jpg"])`.
"""

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np

from bigmodel.training.images.alone import Body
from bigmodel.training.standalone.files import answer_files
from bigmodel.training.standalone.networks.linear import shares
from bigmodel.training.standalone.pictures import read_square, resized


class Model:
    """A trained picture model."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "picture.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._side, self._flips = record["side"], record["flips"]
        self._body = Body(folder)

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, one row a picture."""
        return [self._scores(read_picture(path, self._side)) for path in paths]

    def _scores(self, picture: Any) -> list[float]:
        found = self._shares(picture)
        if self._flips:
            found = (found + self._shares(np.ascontiguousarray(picture[:, :, :, ::-1]))) / 2
        scores: list[float] = found.tolist()
        return scores

    def _shares(self, picture: Any) -> Any:
        [logits] = self._body(picture)
        return np.array(shares(logits[0].astype(np.float64)))


def read_picture(path: str, side: int) -> Any:
    """Return the middle square of a picture as fractions, an array (1, 3, side, side)."""
    square = read_square(path, math.ceil(side * 8 / 7)).astype(np.float32)
    return np.ascontiguousarray(resized(square, side).transpose(2, 0, 1)[None]) / 255


if __name__ == "__main__":
    answer_files(Model, "Sort pictures with this model.")
