"""Clear pictures and what is given of them, as patches to learn from; what does not fit is left out and said. It must never import torch."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.images import LONGEST_EXACT, open_picture
from bigmodel.training.enhancement.damage import damaged, drawn
from bigmodel.training.enhancement.plain import Pixels, enlarged, fitting

HELD_BYTES = 512 * 2**20  # of pictures that stay in memory; others are read again
RIM = 8  # pixels around a patch that are made with it, so that its edge is like any other
LEAST_SIDE = 8  # of a picture that is given
REPORT_EVERY = 64


@dataclass(frozen=True)
class Patch:
    """Part of a picture as it is given, the same enlarged without a model, and as it should be."""

    given: Pixels
    plain: Pixels
    clear: Pixels


@dataclass
class Photos:
    """Pictures of some rows, as many as fit in memory kept there. `paths` are (given, clear), the same twice for clear photos."""

    paths: list[tuple[str, str]]
    scale: int
    side: int = 0  # of the parts that are taken: no given picture is smaller
    _held: dict[int, tuple[Pixels | None, Pixels]] = field(default_factory=dict)
    _room: int = HELD_BYTES

    def __len__(self) -> int:
        return len(self.paths)

    def pair(self, row: int) -> tuple[Pixels | None, Pixels]:
        """Return what is given, None where it is made of the clear picture, and that one, `scale` times as large.

        Raises:
            DatasetError: a picture cannot be read; `pairs_scale`.
        """
        if row in self._held:
            return self._held[row]
        path, clear_path = self.paths[row]
        clear = fitting(_read(clear_path), self.scale)
        given = None if path == clear_path else _read(path)
        if given is not None and enlarged_shape(given, self.scale) != clear.shape:
            raise DatasetError("pairs_scale", scale=self.scale)
        size = clear.nbytes + (0 if given is None else given.nbytes)
        if size <= self._room:
            self._room -= size
            self._held[row] = given, clear
        return given, clear

    def patch(self, row: int, side: int, handle: float, dice: np.random.Generator) -> Patch:
        """Return a random part of a picture, turned and mirrored at random, damaged by the handle where it is made."""
        given, clear = self.pair(row)
        scale = self.scale
        height, width = (length // scale for length in clear.shape[:2])
        top, left = (int(dice.integers(length - side + 1)) for length in (height, width))
        y0, x0 = max(0, top - RIM), max(0, left - RIM)
        y1, x1 = min(height, top + side + RIM), min(width, left + side + RIM)
        if given is None:
            part = clear[y0 * scale : y1 * scale, x0 * scale : x1 * scale]
            low = damaged(part, scale, drawn(handle, dice), dice)
        else:
            low = given[y0:y1, x0:x1]
        large = enlarged(low, scale), clear[y0 * scale :, x0 * scale :]
        top, left = top - y0, left - x0
        sides = [_cut(low, top, left, side)]
        sides += [_cut(one, top * scale, left * scale, side * scale) for one in large]
        ways = dice.random(3) < 0.5
        return Patch(*(_turned(one, ways) for one in sides))


def photos_of(
    rows: Rows, scale: int, side: int, report: Reporter, say: Callable[[], None] = lambda: None
) -> Photos:
    """Return the pictures of rows from which parts of a side can be taken; the others are counted in a note.

    The side is made smaller only where half of the pictures or more are.
    """
    found = Photos(list(zip(rows.inputs, rows.targets, strict=True)), scale)
    kept: list[tuple[int, tuple[str, str]]] = []
    unread = unfit = 0
    for row in range(len(found)):
        if row % REPORT_EVERY == 0:
            say()
        try:
            _, clear = found.pair(row)
        except DatasetError as error:
            unfit += error.key == "pairs_scale"
            unread += error.key != "pairs_scale"
            continue
        kept.append((min(clear.shape[:2]) // scale, found.paths[row]))
    sides = sorted(length for length, _ in kept if length >= LEAST_SIDE)
    side = min(side, sides[(len(sides) - 1) // 2]) if sides else side
    paths = [both for length, both in kept if length >= max(side, LEAST_SIDE)]
    unfit += len(kept) - len(paths)
    if unread:
        report.note("training.note.pictures_left_out", "warning", count=unread)
    if unfit:
        report.note("training.note.pictures_unfit", "warning", count=unfit, side=side, scale=scale)
    return Photos(paths, scale, side)


def scale_of(data: TaskData, wanted: int, report: Reporter) -> int:
    """Return how many times larger pictures are made: as wanted, or as the pairs are where there are some."""
    for path, clear in zip(data.train.inputs, data.train.targets, strict=True):
        if path == clear:
            continue
        with Image.open(path) as small, Image.open(clear) as large:
            scale = round(large.width / small.width)
        if scale != wanted:
            report.note("training.note.scale_of_pairs", "warning", scale=scale, wanted=wanted)
        return scale
    return wanted


def check(data: TaskData, scale: int, handle: float) -> None:
    """Refuse clear photos that are neither to be enlarged nor damaged: there is nothing to learn.

    Raises:
        TrainingError: `nothing_to_enhance`.
    """
    pairs = zip(data.train.inputs, data.train.targets, strict=True)
    if scale == 1 and handle == 0 and all(path == clear for path, clear in pairs):
        raise TrainingError("nothing_to_enhance")


def enlarged_shape(given: Pixels, scale: int) -> tuple[int, ...]:
    """Return the shape of a picture that is so many times larger."""
    height, width, colours = given.shape
    return height * scale, width * scale, colours


def _read(path: str) -> Pixels:
    return np.asarray(open_picture(Path(path), LONGEST_EXACT))


def _cut(pixels: Pixels, top: int, left: int, side: int) -> Pixels:
    return pixels[top : top + side, left : left + side]


def _turned(pixels: Pixels, ways: NDArray[np.bool_]) -> Pixels:
    across, down, over = ways
    pixels = pixels[:, ::-1] if across else pixels
    pixels = pixels[::-1] if down else pixels
    return pixels.transpose(1, 0, 2) if over else pixels
