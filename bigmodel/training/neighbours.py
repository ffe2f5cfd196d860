"""Which training rows an input is most like, and whether it is like any; it keeps vectors and row ids, never the rows.

It belongs to a model in this app and never goes into a downloaded package.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

VECTORS, RECORD = "neighbours.safetensors", "neighbours.json"
FILES = frozenset({VECTORS, RECORD})
USUAL = 0.95  # of held-out rows are no farther from the training rows than the threshold
FEWEST_HELD = 20  # rows below which training rows among themselves say what is usual
MOST_ROWS = 20_000  # that are kept; of more, evenly chosen ones
PART = 256  # inputs compared at once

Vectors = NDArray[np.floating]


@dataclass(frozen=True)
class Neighbours:
    """Training rows as vectors of length 1, (rows, features). A distance is 1 minus the cosine: 0 to 2."""

    vectors: NDArray[np.float16]
    ids: tuple[str, ...]
    threshold: float

    def nearest(self, vectors: Vectors, count: int = 3) -> list[tuple[tuple[str, float], ...]]:
        """Return (row id, distance) of the nearest training rows of each vector, nearest first."""
        found = []
        for distances in self._distances(vectors):
            order = np.argsort(distances, kind="stable")[:count]
            found.append(tuple((self.ids[place], float(distances[place])) for place in order))
        return found

    def strangeness(self, vectors: Vectors) -> list[float]:
        """Return the distance to the nearest training row over the threshold; above 1 is strange."""
        return [float(d.min()) / self.threshold for d in self._distances(vectors)]

    def save(self, folder: Path) -> None:
        """Write the vectors, and ids and threshold as JSON."""
        save_file({"vectors": self.vectors}, folder / VECTORS)
        record = {"v": 1, "threshold": self.threshold, "ids": list(self.ids)}
        (folder / RECORD).write_text(json.dumps(record), "utf-8")

    def _distances(self, vectors: Vectors) -> list[NDArray[np.float32]]:
        kept = self.vectors.astype(np.float32)
        asked = unit(vectors).astype(np.float32)
        parts = [1 - asked[start : start + PART] @ kept.T for start in range(0, len(asked), PART)]
        return [np.maximum(row, 0) for part in parts for row in part]


def make_neighbours(train: Vectors, ids: Sequence[str], held: Vectors) -> Neighbours:
    """Return the neighbours of a model; the threshold comes from held-out rows where there are enough."""
    chosen = np.unique(np.linspace(0, len(train) - 1, MOST_ROWS).astype(np.int64))
    kept = unit(train[chosen] if len(train) > MOST_ROWS else train).astype(np.float16)
    names = tuple(ids[place] for place in chosen) if len(train) > MOST_ROWS else tuple(ids)
    plain = Neighbours(kept, names, 1.0)
    is_enough = len(held) >= FEWEST_HELD
    usual = plain.strangeness(held) if is_enough else _among_themselves(kept)
    return Neighbours(kept, names, max(1e-3, float(np.quantile(usual, USUAL))))


def load_neighbours(folder: Path) -> Neighbours | None:
    """Load what `Neighbours.save` wrote; None where there is nothing, as in a downloaded package."""
    if not (folder / RECORD).is_file() or not (folder / VECTORS).is_file():
        return None
    record = json.loads((folder / RECORD).read_text("utf-8"))
    vectors = load_file(folder / VECTORS)["vectors"]
    return Neighbours(vectors, tuple(record["ids"]), float(record["threshold"]))


def unit(vectors: Vectors) -> Vectors:
    """Return vectors brought to length 1; zeros stay."""
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, 1e-9)
    return scaled


def _among_themselves(vectors: NDArray[np.float16]) -> list[float]:
    """Return the distance of some rows to the nearest other row."""
    rows = vectors[:1000].astype(np.float32)
    likeness = rows @ rows.T
    np.fill_diagonal(likeness, -1)
    return [float(max(0.0, 1 - best)) for best in likeness.max(axis=1)]
