"""What every model that makes pictures begins with: the pictures it learns from, and what made ones are measured by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bigmodel.base_models import wheels
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.made import Squares
from bigmodel.data.versions.versions import MEDIA
from bigmodel.training.generation.memory import Memory
from bigmodel.training.generation.recipe import GenerationParams
from bigmodel.training.generation.sights import (
    LITE0,
    PLAIN,
    Look,
    Sights,
    learn_sights,
)
from bigmodel.training.images.features import look_plainly
from bigmodel.training.images.mirroring import settled
from bigmodel.training.images.read import read_rows
from bigmodel.training.loop.targets import class_indices

FEWEST = 100  # photos below which nothing but copies can be learned
BASES = "bases"  # beside the datasets of an installation
FEW = 1_000  # below which copies and sameness are to be expected


@dataclass(frozen=True)
class Learned:
    """Pictures at the size that is made, (pictures, side, side, 3), and their classes, (pictures,): all 0 without classes."""

    squares: Squares
    classes: NDArray[np.int64]

    def shares(self, count: int) -> list[float]:
        """Return the share of each class, of one where there are none."""
        found = np.bincount(self.classes, minlength=max(1, count)) / max(1, len(self.classes))
        return [float(share) for share in found]


def read_learned(rows: Rows, labels: tuple[str, ...], side: int, report: Reporter) -> Learned:
    """Return the pictures of rows that can be read; where there are classes, of rows that have one of them.

    Raises:
        TrainingError: `pictures_are_unreadable`.
    """

    def say(_done: int) -> None:
        report.step(phase="prepare", step=0, steps=0)

    kept = with_class(rows, labels, report)
    found = read_rows(kept, side, report, say)
    bare = np.zeros(len(found.ids), np.int64)
    return Learned(found.squares, class_indices(found.targets, labels) if labels else bare)


def mirrored(params: GenerationParams, learned: Learned, report: Reporter) -> bool:
    """Tell whether pictures are mirrored while learning, as a person says or these pictures do."""
    return settled(params, learned.squares, learned.classes, report).mirrored == "yes"


def with_class(rows: Rows, labels: tuple[str, ...], report: Reporter) -> Rows:
    """Return the rows whose class is one of these, and say how many are left out; all where there are no classes."""
    kept = _with_class(rows, labels)
    if left := len(rows) - len(kept):
        report.note("training.note.photos_without_class", "warning", count=left, rows=len(rows))
    return kept


def _with_class(rows: Rows, labels: tuple[str, ...]) -> Rows:
    """Return the rows whose class is one of these; all where there are no classes."""
    if not labels:
        return rows
    kept = [place for place, target in enumerate(rows.targets) if target in labels]
    return Rows(*([part[at] for at in kept] for part in (rows.ids, rows.inputs, rows.targets)))


def require_enough(data: TaskData, report: Reporter) -> None:
    """Refuse too few photos, and warn of few.

    Raises:
        TrainingError: `photos_few_to_make`.
    """
    count = len(_with_class(data.train, data.labels))
    if count < FEWEST:
        raise TrainingError("photos_few_to_make", rows=count, least=FEWEST)
    if count < FEW:
        report.note("training.note.photos_few_to_make", "warning", rows=count, enough=FEW)


@dataclass(frozen=True)
class Measures:
    """What made pictures are measured by, and what some training pictures show by it, (pictures, numbers)."""

    sights: Sights
    numbers: NDArray[np.float32]

    def save(self, folder: Path, learned: Learned, *, is_mirrored: bool) -> None:
        """Write them beside a model, with the pictures that it learned from."""
        self.sights.save(folder)
        known = Memory(learned.squares, self.numbers, is_mirrored).kept()
        replace(known, limit=known.found_limit()).save(folder)


def learn_measures(learned: Learned, data: TaskData) -> Measures:
    """Return what made pictures are measured by: features of EfficientNet-Lite0 where it is on this machine, else plain ones."""
    look, name = body_beside(data.train.inputs) or look_plainly, PLAIN
    if look is not look_plainly:
        name = LITE0
    return Measures(
        *learn_sights(learned.squares, learned.classes, len(data.labels), name=name, look=look)
    )


def body_beside(paths: Sequence[str]) -> Look | None:
    """Return the eyes of the installation that these files of a dataset belong to; None where they were not fetched."""
    media = next((p for p in Path(paths[0]).parents if p.name == MEDIA), None) if paths else None
    folder = wheels.find(media.parents[2] / BASES, LITE0) if media else None
    if folder is None:
        return None
    from bigmodel.training.generation.body import bring_body  # noqa: PLC0415 - torch takes its time, and only these eyes need it

    return bring_body(folder)
