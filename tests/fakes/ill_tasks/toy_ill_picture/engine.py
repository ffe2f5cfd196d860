"""The heavy half: it looks at every picture, and knows nothing then."""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Params, Reporter
from bigmodel.data.media.images import open_picture


class Blind(ScorePredictor):
    labels = ("circle", "square")

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        return [[0.5, 0.5] for _ in inputs]


class Looks:
    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        for path in data.train.inputs:
            open_picture(Path(path))
        (folder / "looks.json").write_text("{}")

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        self.train_instant(data, params, folder, report)

    def load(self, folder: Path) -> Blind:
        return Blind()


ENGINE = Looks()
