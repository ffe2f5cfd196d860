"""What pictures look like in a few numbers, each decoded once and small: hashes, light, borders; it judges nothing.

Perceptual hash: Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions" (the DCT
hash of `imagehash`). Candidates are compared point by point before they count as the same.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bigmodel.core.callbacks import OnShare
from bigmodel.data.media.entry import THUMB_ENDING

SIDE = 32  # points of the small grey copy
BITS = 10  # of 64 in which the hashes of one picture may differ
SAME = 0.97  # correlation of the grey copies
PLAIN = 4.0  # standard deviation of grey below which there is nothing to compare
CHUNK = 512  # pictures compared with all others at once
TURNS = 4  # quarter turns a picture is compared in

Small = NDArray[np.float32]


@dataclass(frozen=True)
class Looks:
    """Pictures in numbers, (pictures,) each.

    `grey` are small copies, (pictures, SIDE, SIDE), 0 to 255; `hashes` those of the picture and of its quarter
    turns, (pictures, TURNS); `light` and `dark` shares of points that are white and black.
    """

    grey: Small
    hashes: NDArray[np.uint64]
    light: Small
    dark: Small

    @property
    def spread(self) -> Small:
        """Standard deviation of grey."""
        return np.asarray(self.grey.std(axis=(1, 2)), np.float32)

    @property
    def has_border(self) -> NDArray[np.bool_]:
        """Whether the outermost ring of points is of one tone, and another than what lies within it."""
        ring = np.ones((SIDE, SIDE), np.bool_)
        ring[1:-1, 1:-1] = False
        within = ~ring
        outer, inner = self.grey[:, ring], self.grey[:, within]
        is_even = outer.std(axis=1) < 6
        differs = np.abs(outer.mean(axis=1) - inner.mean(axis=1)) > 15
        return np.asarray(is_even & differs & (inner.std(axis=1) > PLAIN), np.bool_)


def read_looks(files: Sequence[Path], tell: OnShare) -> Looks:
    """Decode pictures by several threads and return what they look like."""
    count = len(files)
    grey = np.zeros((count, SIDE, SIDE), np.float32)
    hashes = np.zeros((count, TURNS), np.uint64)
    light, dark = np.zeros(count, np.float32), np.zeros(count, np.float32)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for at, (small, turned, white, black) in enumerate(pool.map(_read, files)):
            grey[at], hashes[at], light[at], dark[at] = small, turned, white, black
            tell(at / max(1, count))
    return Looks(grey, hashes, light, dark)


def _read(file: Path) -> tuple[NDArray[np.uint8], list[int], float, float]:
    thumb = file.with_name(file.stem + THUMB_ENDING)
    with Image.open(thumb if thumb.is_file() else file) as picture:
        picture.draft("L", (4 * SIDE, 4 * SIDE))
        whole = picture.convert("L")
    points = np.asarray(whole)
    small = whole.resize((SIDE, SIDE), Image.Resampling.BOX)
    turns = [small.rotate(90 * turn) for turn in range(TURNS)]
    found = [int(str(imagehash.phash(turned)), 16) for turned in turns]
    return np.asarray(small), found, float((points >= 250).mean()), float((points <= 5).mean())


def same_pictures(looks: Looks) -> Iterator[tuple[int, int]]:
    """Yield pairs of pictures that look the same, also where one is turned; the later one comes second."""
    plain = looks.spread < PLAIN
    flat = looks.grey.reshape(len(looks.grey), -1)
    for start in range(0, len(flat), CHUNK):
        here = looks.hashes[start : start + CHUNK, 0]
        for turn in range(TURNS):
            there = looks.hashes[: start + CHUNK, turn]
            far = np.bitwise_count(here[:, None] ^ there[None, :])
            for row, other in np.argwhere(far <= BITS):
                left, right = int(other), int(row) + start
                if left >= right or plain[left] or plain[right]:
                    continue
                turned = np.rot90(looks.grey[left], turn).ravel()
                if np.corrcoef(turned, flat[right])[0, 1] >= SAME:
                    yield left, right
