"""Instant model of boxes: the median box of each kind, whatever the picture shows. A detector that looks must beat it.

It never needs torch and is stored as JSON.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bigmodel.answers.boxes import Found
from bigmodel.core.datasets.boxes import Box, boxed_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.detection.found import look_at, placed

RECORD = "instant.json"
SHOWN = 0.5  # a kind is drawn where at least every other picture has it


@dataclass
class MedianBoxes:
    """A loaded instant model: boxes as shares of a picture, and how many of the pictures have the kind."""

    labels: tuple[str, ...]
    boxes: tuple[Box, ...]
    shares: tuple[float, ...]
    threshold: float

    def answer(self, inputs: Sequence[str]) -> list[Found]:
        """Return the same boxes for each picture."""
        return [self._one(path) for path in inputs]

    def _one(self, path: str) -> Found:
        look = look_at(path)
        return placed(look, self.boxes, self.shares, self.threshold, self.labels)


def train(data: TaskData, folder: Path, report: Reporter) -> None:
    """Write the median boxes of the training rows into the folder.

    Raises:
        TrainingError: `boxes_none_to_learn`.
    """
    report.step(phase="instant", step=0, steps=0)
    sides: dict[str, list[tuple[float, ...]]] = {}
    having: Counter[str] = Counter()
    for target in data.train.targets:
        found = boxed_of(target)
        if found is None:
            continue
        width, height = found.size
        for box in found.boxes:
            share = (box.left / width, box.top / height, box.right / width, box.bottom / height)
            sides.setdefault(box.kind, []).append(share)
        having.update({box.kind for box in found.boxes})
    if not sides:
        raise TrainingError("boxes_none_to_learn")
    kinds = sorted(sides, key=lambda kind: (-having[kind], kind))
    boxes = [[*np.median(sides[kind], axis=0).tolist(), kind] for kind in kinds]
    shares = [having[kind] / len(data.train) for kind in kinds]
    threshold = min(SHOWN, shares[0])  # the commonest kind is always drawn
    record = {"v": 1, "labels": list(data.labels), "boxes": boxes, "shares": shares}
    text = json.dumps(record | {"threshold": threshold}, ensure_ascii=False)
    (folder / RECORD).write_text(text, "utf-8")


def load(folder: Path) -> MedianBoxes:
    """Load an instant model."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    boxes = tuple(Box(*box) for box in record["boxes"])
    return MedianBoxes(tuple(record["labels"]), boxes, tuple(record["shares"]), record["threshold"])


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / RECORD).is_file()
