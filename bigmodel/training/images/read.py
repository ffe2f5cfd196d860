"""Pictures of files as one array of squares, read once; what cannot be read is left out and said, never guessed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.images import open_picture

MARGIN = 8 / 7  # of the stored side over the trained one, so that crops can move
LONG = 2.0  # a side ratio beyond which the ends of a picture are cut away
REPORT_EVERY = 64  # pictures read

Squares = NDArray[np.uint8]  # (pictures, side, side, 3)


@dataclass(frozen=True)
class LoadedImages:
    """The pictures of some rows that could be read, with ids and targets in step."""

    squares: Squares
    ids: list[str]
    targets: list[str]


def read_square(path: str | Path, side: int) -> Squares:
    """Return the middle square of a picture, (side, side, 3).

    Raises:
        DatasetError: the picture cannot be read.
    """
    picture = open_picture(Path(path), math.ceil(LONG * side))
    width, height = picture.size
    part = min(width, height)
    left, top = (width - part) / 2, (height - part) / 2
    box = (left, top, left + part, top + part)
    made = picture.resize((side, side), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    return np.asarray(made)


def read_rows(rows: Rows, side: int, report: Reporter, say: Callable[[int], None]) -> LoadedImages:
    """Read the pictures of rows at one size. `say` is called with how many are read, now and then.

    Raises:
        TrainingError: `pictures_are_unreadable`, where there are rows and none can be read.
    """
    squares = np.empty((len(rows), side, side, 3), dtype=np.uint8)
    ids, targets = list[str](), list[str]()
    for place, path in enumerate(rows.inputs):
        if place % REPORT_EVERY == 0:
            say(place)
        try:
            squares[len(ids)] = read_square(path, side)
        except (DatasetError, OSError):
            continue
        ids.append(rows.ids[place])
        targets.append(rows.targets[place])
    if len(ids) < len(rows):
        report.note("training.note.pictures_left_out", "warning", count=len(rows) - len(ids))
    if rows and not ids:
        raise TrainingError("pictures_are_unreadable")
    return LoadedImages(squares[: len(ids)], ids, targets)


def read_inputs(paths: Sequence[str], side: int) -> Squares:
    """Return pictures that are asked about; the first that cannot be read is refused with its reason."""
    return np.stack([read_square(path, side) for path in paths])
