"""The heavy half of the toy task; it is light, but says when it imports something that a worker must not."""

import json
import math
import os
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

from bigmodel.tasks.toy_copy.spec import ToyParams

from bigmodel.answers.label import Label
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Wish
from bigmodel.core.task import BaseFiles, Checkpoint, Params, Reporter, StopRequested
from tests.fakes.chain import START, link

MODEL, STATE = "toy.json", "state.json"


class ToyPredictor:
    def __init__(self, folder: Path) -> None:
        record = json.loads((folder / MODEL).read_text("utf-8"))
        self.labels = tuple(record["labels"])
        self.skill = record["skill"]

    def answer(self, inputs: Sequence[str]) -> list[Label]:
        return [Label(self.labels, tuple(self._one(text))) for text in inputs]

    def _one(self, text: str) -> list[float]:
        knows = zlib.crc32(text.encode()) % 1000 < 1000 * self.skill
        hits = [1.0 + 8.0 * ((label in text) == knows) for label in self.labels]
        return [hit / sum(hits) for hit in hits]


class Toy:
    def train_instant(self, data: TaskData, params: Params, folder: Path, report: Reporter) -> None:
        settings = _settings(params)
        report.step(phase="instant", step=0, steps=1)
        time.sleep(settings.instant_s)
        report.step(phase="instant", step=1, steps=1)
        _write(folder, data, 0.7)

    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        settings = _settings(params)
        first, chain = _read(report.resume) if report.resume else (0, START)
        for step in range(first + 1, settings.steps + 1):
            time.sleep(settings.step_s)
            chain = link(chain, step)
            self._misbehave(step, settings, is_first=not report.resume and "/1/" in f"{folder}/")
            report.points(step, {"train/loss": 1 / step, "train/learning_rate": 0.1})
            is_due = settings.checkpoint_every and step % settings.checkpoint_every == 0
            try:
                report.step(phase="train", step=step, steps=settings.steps, epoch=step / 10)
            except StopRequested as stop:
                if stop.wish == Wish.PAUSE:
                    _save(report, step, chain, settings)
                raise
            if is_due or step == settings.steps:
                _save(report, step, chain, settings)
        _write(folder, data, settings.skill, chain)

    def load(self, folder: Path) -> ToyPredictor:
        return ToyPredictor(folder)

    def _misbehave(self, step: int, settings: ToyParams, *, is_first: bool) -> None:
        loss = math.nan if step == settings.nan_at else 1.0
        if not math.isfinite(loss):
            raise TrainingError("loss_not_finite", step=step, learning_rate=0.1)
        if step == settings.stumble_at:
            raise ValueError("a stumble with hf_abcdefghijkl in it")
        if step == settings.crash_at and is_first:
            os._exit(9)


def _settings(params: Params) -> ToyParams:
    settings = ToyParams.model_validate(params.model_dump())
    steps = 10 * settings.epochs or settings.steps
    return settings.model_copy(update={"steps": steps})


def _save(report: Reporter, step: int, chain: int, settings: ToyParams) -> None:
    folder = report.checkpoint_folder(step)
    (folder / STATE).write_text(json.dumps({"step": step, "chain": chain}))
    (folder / "ballast").write_bytes(os.urandom(int(settings.checkpoint_mb * 2**20)))
    report.checkpoint(step)


def _read(point: Checkpoint) -> tuple[int, int]:
    record = json.loads((point.folder / STATE).read_text("utf-8"))
    if record["step"] != point.step:
        raise ValueError(f"the checkpoint of step {point.step} is of step {record['step']}")
    return point.step, record["chain"]


def _write(folder: Path, data: TaskData, skill: float, chain: int = 0) -> None:
    record = {"labels": list(data.labels), "skill": skill, "chain": chain}
    (folder / MODEL).write_text(json.dumps(record), "utf-8")


ENGINE = Toy()
