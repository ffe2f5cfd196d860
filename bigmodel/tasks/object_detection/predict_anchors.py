"""Finds objects in pictures with the model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py photo.jpg other.png
    python predict.py --json *.jpg > boxes.jsonl

Or in Python: `Model().predict(["photo.jpg"])`. Boxes are in pixels of the file, turned upright.
"""

from pathlib import Path

from bigmodel.training.detection.anchors.alone import Body
from bigmodel.training.detection.anchors.decoding import boxes_of_found
from bigmodel.training.detection.program import BoxFinder
from bigmodel.training.standalone.boxes import answer_boxes


class Model(BoxFinder):
    """A trained detector of torchvision."""

    _decode = staticmethod(boxes_of_found)

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        super().__init__(folder, "anchors.json")
        self._body = Body(folder)


if __name__ == "__main__":
    answer_boxes(Model)
