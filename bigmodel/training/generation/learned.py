"""What every model that makes pictures begins with: the pictures it learns from, and what made ones are measured by."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.made import Squares
from bigmodel.training.generation.memory import Memory
from bigmodel.training.generation.sights import PLAIN, learn_sights, plain_look
from bigmodel.training.images.read import read_rows
from bigmodel.training.loop.targets import class_indices

FEWEST = 100  # photos below which nothing but copies can be learned
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
    """Return the pictures of rows that can be read.

    Raises:
        TrainingError: `pictures_are_unreadable`.
    """

    def say(_done: int) -> None:
        report.step(phase="prepare", step=0, steps=0)

    found = read_rows(rows, side, report, say)
    known = (
        [target if target in labels else labels[0] for target in found.targets] if labels else []
    )
    classes = class_indices(known, labels) if labels else np.zeros(len(found.ids), np.int64)
    return Learned(found.squares, classes)


def require_enough(data: TaskData, report: Reporter) -> None:
    """Refuse too few photos, and warn of few.

    Raises:
        TrainingError: `photos_few_to_make`.
    """
    count = len(data.train)
    if count < FEWEST:
        raise TrainingError("photos_few_to_make", rows=count, least=FEWEST)
    if count < FEW:
        report.note("training.note.photos_few_to_make", "warning", rows=count, enough=FEW)


def save_measuring(
    learned: Learned, labels: tuple[str, ...], folder: Path, *, is_mirrored: bool
) -> None:
    """Write beside a model what its pictures are measured by."""
    sights = learn_sights(
        learned.squares, learned.classes, len(labels), name=PLAIN, look=plain_look
    )
    sights.save(folder)
    known = Memory(learned.squares, sights.see(learned.squares), is_mirrored)
    replace(known, limit=known.found_limit()).save(folder)
