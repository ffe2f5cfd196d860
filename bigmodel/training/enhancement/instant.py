"""Instant model of enhancement: plain (bicubic) enlarging, or the picture as it is. A model that learned must beat it.

It never needs torch and is stored as JSON.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.answers.picture import Enhanced
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import Reporter
from bigmodel.training.enhancement.question import answer_of, question_of
from bigmodel.training.enhancement.read import check, scale_of
from bigmodel.training.enhancement.recipe import EnhanceParams

RECORD = "instant.json"


@dataclass
class PlainEnlarger:
    """A loaded instant model."""

    scale: int
    damage: float
    labels: tuple[str, ...] = ()

    def answer(self, inputs: Sequence[str]) -> list[Enhanced]:
        """Return each picture enlarged."""
        asked = (question_of(text, self.scale, self.damage) for text in inputs)
        return [answer_of(one, self.scale, None, "plain") for one in asked]


def train(data: TaskData, params: EnhanceParams, folder: Path, report: Reporter) -> None:
    """Write down how much larger pictures are made.

    Raises:
        TrainingError: `nothing_to_enhance`.
    """
    report.step(phase="instant", step=0, steps=0)
    scale = scale_of(data, params.scale, report)
    check(data, scale, params.damage)
    record = {"v": 1, "scale": scale, "damage": params.damage}
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


def load(folder: Path) -> PlainEnlarger:
    """Load an instant model."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    return PlainEnlarger(record["scale"], record["damage"])


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / RECORD).is_file()
