"""Trained detectors without this app; it is written into programs that find objects."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bigmodel.training.detection.finding import found_shares
from bigmodel.training.standalone.boxes import FoundBox, drawn_boxes, read_upright


class BoxFinder:
    """A network, and how its answers are read as boxes; a program loads both from `net` of the record."""

    _body: Any
    _decode: Callable[..., Any]

    def __init__(self, folder: Path, name: str) -> None:
        record = json.loads((folder / name).read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._threshold: float = record["threshold"]
        self._net: dict[str, Any] = record["net"]
        self._side: int = self._net["side"]

    def show(self, path: str) -> str:
        """Return a picture with its boxes as HTML."""
        [found] = self.predict([path])
        return drawn_boxes(path, found, self.labels)

    def predict(self, paths: Sequence[str]) -> list[list[FoundBox]]:
        """Return the boxes of each picture, the surest first: left, top, right, bottom, kind, certainty."""
        return [self._one(path) for path in paths]

    def _one(self, path: str) -> list[FoundBox]:
        picture, (width, height) = read_upright(path)
        found = found_shares(self._body, self._decode, picture, self._side)
        return [
            (left * width, top * height, right * width, bottom * height, self.labels[label], sure)
            for (left, top, right, bottom), label, sure in found
            if sure >= self._threshold
        ]
