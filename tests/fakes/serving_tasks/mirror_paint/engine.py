"""An engine whose pictures are of one colour: as bright as the seed says, in as many steps as asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bigmodel.answers.made import ANSWER, Made
from bigmodel.core.errors import ModelError

SIDE = 8
NEAR = bytes([9] * 3 * SIDE * SIDE)  # the training picture that is nearest to all


class Painter:
    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)

    def answer(self, inputs: Sequence[str]) -> list[Made]:
        return [list(self.stream(text))[-1] for text in inputs]

    def stream(self, text: str) -> Iterator[Made]:
        return self.stream_by(text, {})

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Made]:
        how = {dial.name: dial.start for dial in ANSWER.dials} | dials
        if text and text not in self.labels:
            raise ModelError("made_class_unknown", name=text, known="")
        count, steps = int(how["count"]), int(how["steps"])
        for step in range(1, steps + 1):
            bright = int(how["seed"]) * step // steps
            pixels = bytes([bright] * 3 * SIDE * SIDE)
            yield Made(text, SIDE, pixels * count, nearest=NEAR * count, course=pixels * step)


class Engine:
    def load(self, folder: Path) -> Painter:
        return Painter(json.loads((folder / "model.json").read_text("utf-8"))["labels"])


ENGINE = Engine()
