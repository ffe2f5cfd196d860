"""What a model is asked: a picture to enhance, and where it is measured the clear one along with it; it must never import torch."""

import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from bigmodel.answers.picture import Enhanced, Maker
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.images import LONGEST_EXACT, open_picture
from bigmodel.metrics.pictures.fidelity import measured
from bigmodel.training.enhancement.damage import damaged, drawn
from bigmodel.training.enhancement.plain import Pixels, enlarged, fitting

MOST_SIDE = 4_096  # pixels of the longer side of an answer
PREVIEW, STRIP = 1_024, 160  # of the picture that is shown, and of each part of a strip
QUALITY = 88


@dataclass(frozen=True)
class Question:
    """`given` is what the model sees, `plain` the same enlarged without it, `truth` what should come out, if that is known."""

    given: Pixels
    plain: Pixels
    truth: Pixels | None = None
    is_reduced: bool = False


def question_of(text: str, scale: int, handle: float) -> Question:
    """Return the question of a path, or of two: what is given, and the clear picture.

    Twice the same path asks for a clear photo back from what is made of it: smaller, or at its own size damaged
    by the handle, each time in the same way.

    Raises:
        DatasetError: a picture cannot be read; `pairs_scale`, the clear one is of another size than the model makes.
    """
    path, *more = parts_of(text)
    if not more:
        picture = open_picture(Path(path), MOST_SIDE // scale)
        given = np.asarray(picture)
        is_reduced = picture.info["transform"].upright != picture.size
        return Question(given, enlarged(given, scale), is_reduced=is_reduced)
    [clear] = more
    truth = fitting(np.asarray(open_picture(Path(clear), LONGEST_EXACT)), scale)
    if clear == path:
        dice = np.random.default_rng(zlib.crc32(Path(path).name.encode()))
        made = drawn(handle if scale == 1 else 0.0, dice, spared=0.0)
        given = damaged(truth, scale, made, dice)
    else:
        given = np.asarray(open_picture(Path(path), LONGEST_EXACT))
    plain = enlarged(given, scale)
    if plain.shape != truth.shape:
        raise DatasetError("pairs_scale", scale=scale)
    return Question(given, plain, truth)


def answer_of(
    asked: Question, scale: int, made: Pixels | None, without: Maker = "left"
) -> Enhanced:
    """Return the answer to a question; without a picture of the model it is the plain one, and says why."""
    shown = asked.plain if made is None else made
    height, width = shown.shape[:2]
    size, maker = (width, height), without if made is None else "model"
    if asked.truth is not None:
        numbers = measured(asked.truth, shown, asked.plain, scale)
        strip = _strip(asked.plain, shown, asked.truth)
        return Enhanced(size, scale, maker, measures=numbers, strip=strip)
    picture, plain = (_png(one) for one in (shown, asked.plain))
    preview = _jpeg(_small(shown))
    return Enhanced(size, scale, maker, asked.is_reduced, (), b"", preview, picture, plain)


def part_of(asked: Question, scale: int, made: Pixels, done: tuple[int, int]) -> Enhanced:
    """Return an answer that has come so far: `done` of how many tiles."""
    height, width = made.shape[:2]
    preview = _jpeg(_small(made))
    return Enhanced((width, height), scale, is_reduced=asked.is_reduced, preview=preview, done=done)


def _strip(plain: Pixels, made: Pixels, truth: Pixels) -> bytes:
    """Return the same part of three pictures side by side: where the plain one is furthest from the truth."""
    off = np.abs(plain.astype(np.int16) - truth).sum(axis=2, dtype=np.int64)
    down, across = (min(STRIP, side) for side in off.shape)
    sums = np.pad(off.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    parts = sums[down:, across:] - sums[:-down, across:] - sums[down:, :-across] + sums[:-down, :-across]  # fmt: skip
    top, left = np.unravel_index(int(parts.argmax()), parts.shape)
    places = slice(int(top), int(top) + down), slice(int(left), int(left) + across)
    return _jpeg(np.concatenate([one[places] for one in (plain, made, truth)], axis=1))


def _small(pixels: Pixels) -> Pixels:
    picture = Image.fromarray(pixels)
    picture.thumbnail((PREVIEW, PREVIEW))
    return np.asarray(picture)


def _png(pixels: Pixels) -> bytes:
    return _saved(pixels, "PNG", compress_level=1)


def _jpeg(pixels: Pixels) -> bytes:
    return _saved(pixels, "JPEG", quality=QUALITY)


def _saved(pixels: Pixels, kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()
