"""Baseline of made pictures: a Gaussian for each class in the space of its principal axes; it never needs torch.

What it makes is the mean picture of a class, moved by chance along the directions in which its pictures differ most.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.data.media.made import Squares

RECORD, ARRAYS = "instant.json", "instant.safetensors"
AXES = 100  # of 32-pixel photos of flowers: 40 leave a judge at 50 % of the classes asked for, 100 bring 68
MOST_NUMBERS = (
    50_000_000  # of all axes together: of many classes or large pictures, fewer axes each
)
MOST_ROWS = 2_000  # pictures of a class that are looked at: their products among each other are held at once
FLAT = 1e-5  # of the widest axis: narrower ones are what 32 bits leave of pictures that repeat or mirror each other
FEWEST_ROWS = (
    20  # pictures of a class: the mean of fewer shows each of them, of one the photo itself
)
ROWS_AN_AXIS = (
    4  # pictures for each axis: as many axes as pictures would hold the pictures themselves
)
STAGES = (0, 1, 2, 4, 8, 16, 40)  # axes of the stages that are shown, before all of them

Floats = NDArray[np.float32]


class Gaussians:
    """means: (classes, pixels), axes: (classes, axes, pixels), spreads: (classes, axes); pixels from 0 to 255."""

    def __init__(self, means: Floats, axes: Floats, spreads: Floats, side: int) -> None:
        self.means, self.axes, self.spreads, self.side = means, axes, spreads, side

    def stages(self, classes: Sequence[int], seeds: Sequence[Sequence[int]]) -> Iterator[Squares]:
        """Yield pictures with more and more axes, (pictures, side, side, 3)."""
        width = self.spreads.shape[1]
        chance = np.stack(
            [np.random.default_rng(list(one)).standard_normal(width) for one in seeds]
        )
        chosen = [min(place, len(self.means) - 1) for place in classes]
        moved = chance.astype(np.float32) * self.spreads[chosen]  # (pictures, axes)
        for count in (*(stage for stage in STAGES if stage < width), width):
            added = np.einsum("pa,pax->px", moved[:, :count], self.axes[chosen, :count])
            flat = (self.means[chosen] + added).round().clip(0, 255).astype(np.uint8)
            yield flat.reshape(-1, self.side, self.side, 3)

    def save(self, folder: Path, labels: Sequence[str], shares: Sequence[float]) -> None:
        """Write them and what is told of them."""
        arrays = {name: getattr(self, name) for name in ("means", "axes", "spreads")}
        halves = {n: np.ascontiguousarray(a, np.float16) for n, a in arrays.items()}
        save_file(halves, folder / ARRAYS)
        record = {"v": 1, "labels": list(labels), "side": self.side, "shares": list(shares)}
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def fit_gaussians(
    squares: Squares, classes: NDArray[np.int64], count: int, *, is_mirrored: bool = False
) -> Gaussians:
    """Return the Gaussian of each class; of one with few pictures that of all, for it would show them. Of very many, evenly fewer are looked at."""
    width = int(np.prod(squares.shape[1:]))
    means = np.zeros((max(1, count), width), np.float32)
    most = max(1, min(AXES, MOST_NUMBERS // means.size))
    axes, spreads = np.zeros((len(means), most, width), np.float32), np.zeros((len(means), most), np.float32)  # fmt: skip
    for place in range(len(means)):
        mine = _flat(squares, np.flatnonzero(classes == place), MOST_ROWS // (1 + is_mirrored))
        known = len(mine)
        if is_mirrored:
            turned = mine.reshape(-1, *squares.shape[1:])[:, :, ::-1]
            mine = np.concatenate([mine, turned.reshape(mine.shape)])
        means[place] = mine.mean(axis=0)
        values, vectors = np.linalg.eigh((mine - means[place]) @ (mine - means[place]).T)
        keep = np.argsort(-values)[: min(most, known // ROWS_AN_AXIS)]
        keep = keep[values[keep] > max(1e-6, FLAT * values.max())]
        lengths = np.sqrt(values[keep])
        axes[place, : len(keep)] = ((mine - means[place]).T @ vectors[:, keep] / lengths).T
        spreads[place, : len(keep)] = lengths / np.sqrt(max(1, len(mine) - 1))
    return Gaussians(means, axes, spreads, squares.shape[1])


def _flat(squares: Squares, places: NDArray[np.int64], most: int) -> Floats:
    """Return the pictures at some places, of all where those are few, (pictures, pixels)."""
    places = places if len(places) >= FEWEST_ROWS else np.arange(len(squares))
    chosen = places[:: -(-len(places) // most)]
    return squares[chosen].reshape(len(chosen), -1).astype(np.float32)


def load_gaussians(folder: Path) -> tuple[Gaussians, tuple[str, ...], list[float]]:
    """Load what `save` wrote, with the labels and the share of each."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = {name: a.astype(np.float32) for name, a in load_file(folder / ARRAYS).items()}
    found = Gaussians(arrays["means"], arrays["axes"], arrays["spreads"], record["side"])
    return found, tuple(record["labels"]), record["shares"]
