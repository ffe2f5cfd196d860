"""Finds objects in pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > boxes.jsonl

Or in Python: `Model().predict(["photo.jpg"])`. Boxes are in pixels of the file, turned upright.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.detection.anchors.alone import Body
from bigmodel.training.detection.anchors.decoding import boxes_of_found
from bigmodel.training.detection.finding import found_shares
from bigmodel.training.standalone.boxes import FoundBox, answer_boxes, drawn_boxes, read_upright


class Model:
    """A trained detector of torchvision."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "anchors.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._threshold: float = record["threshold"]
        self._side: int = record["net"]["side"]
        self._body = Body(folder)

    def show(self, path: str) -> str:
        """Return a picture with its boxes as HTML."""
        [found] = self.predict([path])
        return drawn_boxes(path, found, self.labels)

    def predict(self, paths: Sequence[str]) -> list[list[FoundBox]]:
        """Return the boxes of each picture, the surest first: left, top, right, bottom, kind, certainty."""
        return [self._one(path) for path in paths]

    def _one(self, path: str) -> list[FoundBox]:
        picture, (width, height) = read_upright(path)
        found = found_shares(self._body, boxes_of_found, picture, self._side)
        return [
            (left * width, top * height, right * width, bottom * height, self.labels[label], sure)
            for (left, top, right, bottom), label, sure in found
            if sure >= self._threshold
        ]


def main() -> int:
    """Answer the files of the command line."""
    return answer_boxes(Model)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
