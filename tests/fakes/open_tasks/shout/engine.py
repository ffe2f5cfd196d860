"""The heavy half: the word that stood in the place of each word."""

import json
from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.transcript import Transcript
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Params, Reporter


class ShoutPredictor:
    labels: tuple[str, ...] = ()

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        said = (" ".join(self.known.get(word, word) for word in text.split()) for text in inputs)
        return [Transcript(text, 0.9) for text in said]


class ShoutEngine:
    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        report.step(phase="train", step=1, steps=1)
        pairs = zip(data.train.inputs, data.train.targets, strict=True)
        known = {
            word: other
            for text, target in pairs
            for word, other in zip(text.split(), target.split(), strict=False)
        }
        (folder / "words.json").write_text(json.dumps(known), "utf-8")

    def load(self, folder: Path) -> ShoutPredictor:
        return ShoutPredictor(json.loads((folder / "words.json").read_text("utf-8")))


ENGINE = ShoutEngine()
