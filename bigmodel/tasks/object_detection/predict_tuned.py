"""Finds objects in pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > boxes.jsonl

Or in Python: `Model().predict(["photo.jpg"])`. Boxes are in pixels of the file, turned upright.
"""

import os
from functools import partial
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from bigmodel.training.detection.alone import Body
from bigmodel.training.detection.decoding import boxes_of_maps
from bigmodel.training.detection.program import BoxFinder
from bigmodel.training.standalone.boxes import answer_boxes


class Model(BoxFinder):
    """A trained detector."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        super().__init__(folder, "detector.json")
        self._decode = partial(boxes_of_maps, side=self._side)
        self._body = Body(folder)


if __name__ == "__main__":
    answer_boxes(Model)
