"""Sorts pictures with the model beside this file; it needs numpy, pillow and safetensors, and never the network.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > answers.jsonl

Or in Python: `Model().predict(["photo.jpg"])`.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bigmodel.training.images.baseline import probabilities
from bigmodel.training.images.features import features_of
from bigmodel.training.standalone.files import answer_files
from bigmodel.training.standalone.pictures import read_square


class Model:
    """Edges and colours of a picture, their likeness to some training pictures, and a linear model on it."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._side: int = record["side"]
        self._arrays = load_file(folder / "instant.safetensors")

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, one row a picture."""
        squares = np.stack([read_square(path, self._side) for path in paths])
        return probabilities(features_of(squares), self._arrays)


if __name__ == "__main__":
    answer_files(Model, "Sort pictures with this model.")
