"""Pictures as squares that a detector reads, and boxes that stay on what they are around; what cannot be read is left out and said."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bigmodel.core.datasets.boxes import boxed_of
from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.images import open_picture
from bigmodel.training.detection.squares import GREY, Pixels, fitted, square
from bigmodel.training.images.features import SIDE

HELD_BYTES = 512 * 2**20  # of pictures that stay in memory; others are read again
SEEN = 0.35  # of a box that must be left in a picture that is varied
LEAST_SIDE = 3  # pixels of such a box
STRETCH = 0.2
SHRUNK, GROWN = 0.5, 1.4  # at full strength
REPORT_EVERY = 64

Boxes = NDArray[np.float32]  # (boxes, 4) left, top, right, bottom
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """A picture at the size of training, and its boxes in pixels of it."""

    pixels: Pixels
    boxes: Boxes
    labels: Numbers


class BoxedPictures:
    """The pictures of some rows, as many as fit in memory kept there."""

    def __init__(self, rows: Rows, kinds: Sequence[str], side: int) -> None:
        self._paths, self._side = rows.inputs, side
        self._held: dict[int, Pixels] = {}
        self._room = HELD_BYTES
        place = {kind: number for number, kind in enumerate(kinds)}
        self._boxes: list[tuple[Boxes, Numbers]] = []
        for target in rows.targets:
            found = boxed_of(target)
            known = [box for box in found.boxes if box.kind in place] if found else []
            size = np.array([*found.size, *found.size] if found else [1, 1, 1, 1], np.float32)
            sides = np.array([box[:4] for box in known], np.float32).reshape(-1, 4) / size
            self._boxes.append((sides, np.array([place[box.kind] for box in known], np.int64)))

    def __len__(self) -> int:
        return len(self._paths)

    def get(self, row: int) -> Seen:
        """Return a picture, its longer side as long as the square.

        Raises:
            DatasetError: it cannot be read.
        """
        pixels = self._held.get(row)
        if pixels is None:
            pixels = fitted(open_picture(Path(self._paths[row]), self._side), self._side)
            if pixels.nbytes <= self._room:
                self._room -= pixels.nbytes
                self._held[row] = pixels
        height, width = pixels.shape[:2]
        sides, labels = self._boxes[row]
        return Seen(pixels, sides * np.array([width, height] * 2, np.float32), labels)


def readable(
    rows: Rows, kinds: Sequence[str], side: int, report: Reporter, say: Callable[[], None]
) -> BoxedPictures:
    """Return the pictures of rows that can be read.

    Raises:
        TrainingError: `pictures_are_unreadable`, where there are rows and none can be read.
    """
    kept, whole = [], BoxedPictures(rows, kinds, side)
    for row in range(len(rows)):
        if row % REPORT_EVERY == 0:
            say()
        try:
            whole.get(row)
        except (DatasetError, OSError):
            continue
        kept.append(row)
    if len(kept) == len(rows):
        return whole
    report.note("training.note.pictures_left_out", "warning", count=len(rows) - len(kept))
    if not kept:
        raise TrainingError("pictures_are_unreadable")
    part = Rows(
        *([column[row] for row in kept] for column in (rows.ids, rows.inputs, rows.targets))
    )
    return BoxedPictures(part, kinds, side)


def cut_out(pictures: BoxedPictures, most: int) -> tuple[Pixels, Numbers]:
    """Return what is in the boxes of evenly chosen pictures as squares, (boxes, side, side, 3), and the kind of each."""
    squares, kinds = list[Pixels](), list[int]()
    for row in range(0, len(pictures), -(-len(pictures) // most) or 1):
        seen = pictures.get(row)
        picture = Image.fromarray(seen.pixels)
        for box, kind in zip(seen.boxes.tolist(), seen.labels.tolist(), strict=True):
            left, top, right, bottom = box
            sides = (
                round(left),
                round(top),
                round(max(right, left + 1)),
                round(max(bottom, top + 1)),
            )
            squares.append(np.asarray(picture.crop(sides).resize((SIDE, SIDE))))
            kinds.append(kind)
    empty = np.zeros((0, SIDE, SIDE, 3), np.uint8)
    return np.stack(squares) if squares else empty, np.array(kinds, np.int64)


def varied(
    seen: Seen, side: int, strength: float, dice: np.random.Generator, *, is_mirrored: bool = True
) -> Seen:
    """Return a picture made smaller or larger, stretched, moved, mirrored and lit otherwise, with its boxes."""
    if strength == 0:
        return Seen(square(seen.pixels, side), seen.boxes, seen.labels)
    low, high = math.log(SHRUNK) * strength, math.log(GROWN) * strength
    scale = math.exp(dice.uniform(low, high))
    stretch = math.exp(dice.uniform(-STRETCH, STRETCH) * strength)
    height, width = seen.pixels.shape[:2]
    wide, tall = max(16, round(width * scale * stretch)), max(16, round(height * scale / stretch))
    left, top = (
        int(dice.uniform(min(0, side - length), max(0, side - length) + 1e-6))
        for length in (wide, tall)
    )
    resized = Image.fromarray(seen.pixels).resize((wide, tall), Image.Resampling.BILINEAR)
    canvas = Image.new("RGB", (side, side), (GREY,) * 3)
    canvas.paste(resized, (left, top))
    scales = np.array([wide / width, tall / height] * 2, np.float32)
    boxes = seen.boxes * scales + np.array([left, top] * 2, np.float32)
    cut = boxes.clip(0, side)
    sides = cut[:, 2:] - cut[:, :2]
    is_seen = sides.prod(axis=1) > SEEN * (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    kept = is_seen & (sides > LEAST_SIDE).all(axis=1)
    pixels, boxes, labels = np.asarray(canvas), cut[kept], seen.labels[kept]
    if dice.random() < 0.5 and is_mirrored:
        pixels = pixels[:, ::-1]
        boxes = np.stack([side - boxes[:, 2], boxes[:, 1], side - boxes[:, 0], boxes[:, 3]], axis=1)
    return Seen(_lit(pixels, strength, dice), boxes, labels)


def _lit(pixels: Pixels, strength: float, dice: np.random.Generator) -> Pixels:
    """Return a picture with another light, contrast and saturation."""
    light, contrast, colour = 1 + dice.uniform(-0.5, 0.5, 3) * strength
    made = (pixels.astype(np.float32) * light - GREY) * contrast + GREY
    grey = made.mean(axis=2, keepdims=True)
    lit: Pixels = (grey + (made - grey) * colour).clip(0, 255).astype(np.uint8)
    return lit
