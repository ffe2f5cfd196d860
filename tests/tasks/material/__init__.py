"""What the conformance tests train each task on: tiny data and a tiny base, one module a task, found by its name.

A module holds `MATERIAL`, an instance of `Material` or of a class below it; a new task brings its own.
"""

import importlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, Summary, TaskData
from bigmodel.core.task import BaseFiles, Task

ROWS = 40
SCRATCH = BaseFiles("scratch", "scratch")


class Material:
    """Rows and a base of one task. `suits` is a summary of data that no other task of its medium suits as well."""

    small: ClassVar[Mapping[str, object]] = {}  # settings that make a training quick
    rounds = 8  # after which the loss is lower for certain; fewer where one holds many steps
    instant_rows = ROWS  # enough for the baseline to be better than guessing
    suits: Summary | None = None
    bases: Sequence[str] = ("tiny", "scratch")  # those whose training is saved and loaded

    def data(self, folder: Path, rows: int) -> TaskData:
        """Return rows that the task can learn; their files go into the folder."""
        raise NotImplementedError

    def base(self, folder: Path) -> BaseFiles:
        """Return a tiny base such as a person might bring; where a task takes none, training from scratch."""
        return SCRATCH

    def is_learned(self, answers: Sequence[Answer], rows: Rows) -> bool:
        """Tell whether answers of the baseline are clearly better than guesses."""
        return share_right(answers, rows) > 0.9

    def are_alike(self, one: Any, other: Any) -> bool:
        """Tell whether two encoded answers are the same but for rounding, and hold no NaN."""
        if isinstance(one, float):
            return math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-5)
        if isinstance(one, Mapping):
            return one.keys() == other.keys() and all(
                self.are_alike(one[name], other[name]) for name in one
            )
        if isinstance(one, list | tuple):
            return len(one) == len(other) and all(map(self.are_alike, one, other))
        return bool(one == other)


def material_of(task: Task) -> Material:
    """Return what a task is trained on here."""
    found: Material = importlib.import_module(f"{__name__}.{task.name}").MATERIAL
    return found


def share_right(answers: Sequence[Answer], rows: Rows) -> float:
    """Return the share of answers that are the truth word for word."""
    pairs = zip(answers, rows.targets, strict=True)
    return sum(answer.text == truth for answer, truth in pairs) / len(rows)


def folder_base(folder: Path, write: Any) -> BaseFiles:
    """Return a base in a folder that is written once."""
    return BaseFiles("tiny", "folder", folder if folder.exists() else write(folder))
