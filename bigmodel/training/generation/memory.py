"""The training pictures beside a model that makes pictures: which of them is nearest to a made one, and whether that is a copy.

A made picture is called a copy where the nearest training picture is much nearer than the next ones are (as Carlini et al.
2023 find memorised pictures of diffusion models): nearer than training pictures are to each other, but for one of a hundred.
Where a training mirrors pictures, their mirror images are looked at too.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.data.media.made import Squares, shrunk

FILE = "copied.safetensors"  # stays here when a model is downloaded: it is what was learned from
MOST_PIXELS = (
    10_000 * 64 * 64
)  # that are kept; of more, all pictures at half their side, or at a quarter
LEAST_SIDE = 16  # from which on they are made no smaller
NEAR = 50  # next ones that the nearest is held against
COPY, SURE_COPY = (
    0.5,
    0.1,
)  # of their mean distance: above the first none is a copy, below the second each is
ALIKE = 0.01  # share of training pictures that may lie as near to another one as a copy does
COMPARED = 300  # training pictures that the limit is found by
PART = 500  # pictures compared at once


@dataclass(frozen=True)
class Near:
    """Of each picture the place of the nearest training picture, (pictures,), and whether it is a copy of it."""

    places: NDArray[np.int64]
    copied: NDArray[np.bool_]


@dataclass(frozen=True)
class Memory:
    """Training pictures at the size that is made, or smaller; what they show in numbers; and whether they were mirrored."""

    squares: Squares
    numbers: NDArray[np.float32]  # (pictures, numbers)
    is_mirrored: bool
    limit: float = COPY  # share of the mean distance of the next ones, below which it is a copy

    def nearest(self, made: Squares) -> Near:
        """Return the training picture nearest to each made one, by the squared difference of their pixels."""
        found = self._distances(shrunk(made, self.squares.shape[1]))
        return Near(found.argmin(axis=1), _ratios(found) < self.limit)

    def shown(self, places: NDArray[np.int64], side: int) -> Squares:
        """Return training pictures at the size that is made, (places, side, side, 3)."""
        by = side // self.squares.shape[1]
        return self.squares[places].repeat(by, axis=1).repeat(by, axis=2)

    def kept(self) -> "Memory":
        """Return what is kept of it: every picture, smaller where there are very many."""
        count, side = self.squares.shape[:2]
        while count * side**2 > MOST_PIXELS and side > LEAST_SIDE and side % 2 == 0:
            side //= 2
        return replace(self, squares=shrunk(self.squares, side))

    def found_limit(self) -> float:
        """Return the limit that suits these pictures: how near they lie to each other."""
        step = -(-len(self.squares) // COMPARED)
        places = np.arange(0, len(self.squares), step)
        found = self._distances(self.squares[places])
        found[np.arange(len(places)), places] = np.inf  # each is nearest to itself
        return float(np.clip(np.quantile(_ratios(found), ALIKE), SURE_COPY, COPY))

    def save(self, folder: Path) -> None:
        """Write them beside a model."""
        arrays: dict[str, NDArray[Any]] = {
            "squares": np.ascontiguousarray(self.squares),
            "numbers": np.ascontiguousarray(self.numbers),
            "mirrored": np.array([self.is_mirrored]),
            "limit": np.array([self.limit], np.float32),
        }
        save_file(arrays, folder / FILE)

    def _distances(self, made: Squares) -> NDArray[np.float32]:
        """Return squared distances, (made, training pictures), to them or to their mirror images."""
        found = _squared(made, self.squares)
        return (
            np.minimum(found, _squared(made[:, :, ::-1], self.squares))
            if self.is_mirrored
            else found
        )


def _squared(made: Squares, known: Squares) -> NDArray[np.float32]:
    flat = made.reshape(len(made), -1).astype(np.float32)
    own = (flat**2).sum(axis=1)[:, None]
    columns = []
    for start in range(0, len(known), PART):
        part = known[start : start + PART].reshape(-1, flat.shape[1]).astype(np.float32)
        columns.append(own + (part**2).sum(axis=1)[None] - 2 * flat @ part.T)
    found: NDArray[np.float32] = np.maximum(np.concatenate(columns, axis=1), 0)
    return found


def _ratios(squared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how near the nearest is, as a share of the mean distance of the next ones, (rows,)."""
    near = min(NEAR + 1, squared.shape[1] // 2)
    ordered = np.sqrt(np.sort(np.partition(squared, near, axis=1)[:, :near], axis=1))
    found: NDArray[np.float32] = ordered[:, 0] / np.maximum(ordered[:, 1:].mean(axis=1), 1e-6)
    return found


def load_memory(folder: Path) -> Memory:
    """Load what `save` wrote."""
    arrays = load_file(folder / FILE)
    limit = float(arrays["limit"][0])
    return Memory(arrays["squares"], arrays["numbers"], bool(arrays["mirrored"][0]), limit)
