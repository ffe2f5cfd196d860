"""The heavy half: classes by the mean length of their texts, and a scale learnt by gradient descent."""

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.label import Label
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.job import Wish
from bigmodel.core.task import (
    BaseFiles,
    Checkpoint,
    Params,
    Predictor,
    Reporter,
    StopRequested,
)

STATE = "scale.json"


class LengthPredictor:
    """Softmax over the distance to each class's mean length."""

    def __init__(self, labels: Sequence[str], means: Sequence[float], scale: float) -> None:
        self.labels = tuple(labels)
        self.means = tuple(means)
        self.scale = scale

    def answer(self, inputs: Sequence[str]) -> list[Label]:
        return [Label(self.labels, tuple(self._one(len(text)))) for text in inputs]

    def _one(self, length: int) -> list[float]:
        powers = [math.exp(-self.scale * abs(length - mean)) for mean in self.means]
        return [power / sum(powers) for power in powers]


class LengthEngine:
    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        report.step(phase="instant", step=1, steps=1)
        _write(folder, data, scale=0.01)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        first, scale = _read(report.resume) if report.resume else (1, 0.01)
        settings = params.model_dump()
        rounds, rest_s = int(settings["rounds"]), float(settings["rest_s"])
        for step in range(first, rounds + 1):
            time.sleep(rest_s)
            loss = _loss(data.train, data, scale)
            slope = (_loss(data.train, data, scale + 1e-4) - loss) / 1e-4
            scale = max(1e-3, scale - 0.01 * slope)
            report.points(step, {"train/loss": loss})
            try:
                report.step(phase="train", step=step, steps=rounds, epoch=step, epochs=rounds)
            except StopRequested as stop:
                if stop.wish == Wish.PAUSE:
                    _save(report, step, scale)
                raise
        _write(folder, data, scale)

    def load(self, folder: Path) -> Predictor:
        record = json.loads((folder / "length.json").read_text("utf-8"))
        return LengthPredictor(record["labels"], record["means"], record["scale"])


def _save(report: Reporter, step: int, scale: float) -> None:
    folder = report.checkpoint_folder(step)
    (folder / STATE).write_text(json.dumps({"scale": scale}), "utf-8")
    report.checkpoint(step)


def _read(point: Checkpoint) -> tuple[int, float]:
    """Return the round to go on with, and the scale."""
    return point.step + 1, json.loads((point.folder / STATE).read_text("utf-8"))["scale"]


def _means(data: TaskData) -> list[float]:
    lengths: dict[str, list[int]] = {label: [] for label in data.labels}
    for text, label in zip(data.train.inputs, data.train.targets, strict=True):
        lengths[label].append(len(text))
    return [sum(found) / len(found) for found in lengths.values()]


def _loss(rows: Rows, data: TaskData, scale: float) -> float:
    """Return the mean of -ln p(truth)."""
    model = LengthPredictor(data.labels, _means(data), scale)
    places = {label: place for place, label in enumerate(data.labels)}
    answers = model.answer(rows.inputs)
    pairs = zip(answers, rows.targets, strict=True)
    chances = [answer.scores[places[target]] for answer, target in pairs]
    return -sum(math.log(max(chance, 1e-12)) for chance in chances) / len(chances)


def _write(folder: Path, data: TaskData, scale: float) -> None:
    record = {"labels": list(data.labels), "means": _means(data), "scale": scale}
    (folder / "length.json").write_text(json.dumps(record), "utf-8")


ENGINE = LengthEngine()
