"""An engine that is sure of the label whose name the text holds, and crashes, hangs or chatters when told to."""

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bigmodel.answers.label import Label
from bigmodel.answers.transcript import Transcript
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Explanation


class Mirror:
    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / "model.json").read_text("utf-8"))
        if record.get("is_broken"):
            raise ValueError("these weights are broken")
        if size_mb := record.get("size_mb"):
            self.weights = bytearray(size_mb * 2**20)
        self.folder, self.born_s = folder, time.process_time()
        self.labels = tuple(record["labels"])
        self.near = record.get("near", [])

    def answer(self, inputs: Sequence[str]) -> list[Any]:
        return [Label(self.labels, tuple(self._one(text))) for text in inputs]

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Three training rows that the record names, strange where the text holds no label at all."""
        near = tuple((row_id, 0.25 * n) for n, row_id in enumerate(self.near))
        return [
            Explanation(
                nearest=near,
                ood_score=0.5 if any(label in _content(text) for label in self.labels) else 1.5,
                course=((0.0, 0.5, (0.9, 0.1)), (0.5, 1.0, (0.2, 0.8))),
            )
            for text in inputs
        ]

    def _one(self, text: str) -> list[float]:
        text = _content(text)
        if text == "crash":
            os._exit(9)
        if text == "crash once" and not (self.folder / "crashed").exists():
            (self.folder / "crashed").touch()
            os._exit(9)
        self._take_time(text)
        if text == "chatter":
            os.write(1, b"{ a library prints this\n")
        if text == "refuse":
            raise TrainingError("text_missing")
        if text == "stumble":
            raise ValueError(text)
        if text == "process":
            return [float(os.getpid())]
        if text.startswith("secret "):
            return [float(text.split()[1] in os.environ)]
        if not self.labels:
            return [float(len(text))]
        hits = [1.0 + 8.0 * (label in text) for label in self.labels]
        return [hit / sum(hits) for hit in hits]

    def _take_time(self, text: str) -> None:
        if text in ("hang", "slow"):
            threading.Event().wait(0.4 if text == "slow" else None)
        if text == "work":  # a second of it, in which another has the processor twice as long
            while time.process_time() < self.born_s + 1.0:
                time.sleep(0.05)
                _ = sum(range(1_000_000))


class Onlooker(Mirror):
    """A mirror that answers and explains in one go, and would be caught answering twice."""

    def answer(self, inputs: Sequence[str]) -> list[Any]:
        raise ValueError("this was asked twice")

    def look(self, inputs: Sequence[str]) -> tuple[list[Any], list[Explanation]]:
        said = [Explanation(unreadable="broken" if text == "garbled" else "") for text in inputs]
        return [Label(self.labels, (0.25, 0.75)) for _ in inputs], said


class Listener(Mirror):
    """A mirror that hears what it is given, surer of the first word than of the others."""

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        return [Explanation() for _ in inputs]

    def stream(self, text: str) -> Iterator[Transcript]:
        words = text.split()
        return (self._heard(" ".join(words[: n + 1])) for n in range(len(words)))

    def answer(self, inputs: Sequence[str]) -> list[Any]:
        return [self._heard(_content(text)) for text in inputs]

    def _heard(self, text: str) -> Transcript:
        words = tuple((word, 0.95 if n == 0 else 0.4) for n, word in enumerate(text.split()))
        return Transcript(text, 0.75, words)


def _content(text: str) -> str:
    """Return what a file holds, where the input is the path of one."""
    if not os.path.isabs(text):  # noqa: PTH117 - most inputs are texts
        return text
    content = Path(text).read_bytes()
    if content.startswith(b"\xff"):
        raise DatasetError("picture_broken")
    return content.rpartition(b"IEND\xaeB`\x82")[2].decode(errors="replace")


class Engine:
    def load(self, folder: Path) -> Mirror:
        record = json.loads((folder / "model.json").read_text("utf-8"))
        if record.get("looks"):
            return Onlooker(folder)
        return (Listener if record.get("hears") else Mirror)(folder)


ENGINE = Engine()
