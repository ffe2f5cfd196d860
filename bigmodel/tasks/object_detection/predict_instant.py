"""Finds objects in pictures with the model beside this file; it needs pillow, and never the network.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > boxes.jsonl

Or in Python: `Model().predict(["photo.jpg"])`. Boxes are in pixels of the file, turned upright.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from bigmodel.training.standalone.boxes import FoundBox, answer_boxes, drawn_boxes, read_upright


class Model:
    """The middle of all boxes that it learned from, whatever a picture shows."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        pairs = zip(record["boxes"], record["shares"], strict=True)
        self._boxes = [(box, share) for box, share in pairs if share >= record["threshold"]]

    def show(self, path: str) -> str:
        """Return a picture with its boxes as HTML."""
        [found] = self.predict([path])
        return drawn_boxes(path, found, self.labels)

    def predict(self, paths: Sequence[str]) -> list[list[FoundBox]]:
        """Return the boxes of each picture: left, top, right, bottom, kind, certainty."""
        return [self._one(*read_upright(path)[1]) for path in paths]

    def _one(self, width: int, height: int) -> list[FoundBox]:
        return [
            (box[0] * width, box[1] * height, box[2] * width, box[3] * height, box[4], share)
            for box, share in self._boxes
        ]


if __name__ == "__main__":
    answer_boxes(Model)
