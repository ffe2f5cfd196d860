"""Which training rows an input is most like, and whether it is like any; it keeps vectors and row ids, never the rows.

It belongs to a model in this app and never goes into a downloaded package.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.training.ood.score import (
    LEAST_INSIDE,
    Floats,
    OodCalibration,
    calibration_from,
    fit_calibration,
)

VECTORS, RECORD = "neighbours.safetensors", "neighbours.json"
FILES = frozenset({VECTORS, RECORD})
FEWEST_HELD = 20  # rows below which training rows among themselves say what is usual
MOST_ROWS = 20_000  # that are kept; of more, evenly chosen ones
PART = 256  # inputs compared at once

LEAST_SHARE = 1e-12

Vectors = NDArray[np.floating]
Shares = NDArray[np.floating] | Sequence[Sequence[float]]  # probabilities, (inputs, classes)


@dataclass(frozen=True)
class Neighbours:
    """Training rows as vectors of length 1, (rows, features). A distance is 1 minus the cosine: 0 to 2.

    `usual` are the distance to the nearest row and, where it came from held-out rows, the doubt between classes.
    """

    vectors: NDArray[np.float16]
    ids: tuple[str, ...]
    calibration: OodCalibration | None = None

    def nearest(self, vectors: Vectors, count: int = 3) -> list[tuple[tuple[str, float], ...]]:
        """Return (row id, distance) of the nearest training rows of each vector, nearest first."""
        found = []
        for distances in self._distances(vectors):
            order = np.argsort(distances, kind="stable")[:count]
            found.append(tuple((self.ids[place], float(distances[place])) for place in order))
        return found

    def ood_score(self, vectors: Vectors, shares: Shares) -> list[float] | list[None]:
        """Return how strange inputs with these vectors and probabilities are; above 1 is strange."""
        if self.calibration is None:
            return [None] * len(vectors)
        ood_features = self.ood_features(vectors, shares)
        return self.calibration.ood_score(ood_features[:, : len(self.calibration.middles)])

    def ood_features(self, vectors: Vectors, shares: Shares) -> Floats:
        """Return the distance to the nearest training row, and the doubt between classes: (inputs, 2)."""
        far = [float(distances.min()) for distances in self._distances(vectors)]
        return np.stack([np.array(far), negative_margin(shares)], axis=1)

    def save(self, folder: Path) -> None:
        """Write the vectors, and ids and threshold as JSON."""
        save_file({"vectors": self.vectors}, folder / VECTORS)
        record = {
            "v": 3,
            "usual": self.calibration and asdict(self.calibration),
            "ids": list(self.ids),
        }
        (folder / RECORD).write_text(json.dumps(record), "utf-8")

    def _distances(self, vectors: Vectors) -> list[NDArray[np.float32]]:
        kept = self.vectors.astype(np.float32)
        asked = unit_vectors(vectors).astype(np.float32)
        parts = [1 - asked[start : start + PART] @ kept.T for start in range(0, len(asked), PART)]
        return [np.maximum(row, 0) for part in parts for row in part]


def make_neighbours(
    train: Vectors, ids: Sequence[str], held: Vectors, held_shares: Shares
) -> Neighbours:
    """Return the neighbours of a model; what is usual comes from held-out rows where there are enough."""
    chosen = np.unique(np.linspace(0, len(train) - 1, MOST_ROWS).astype(np.int64))
    kept = unit_vectors(train[chosen] if len(train) > MOST_ROWS else train).astype(np.float16)
    names = tuple(ids[place] for place in chosen) if len(train) > MOST_ROWS else tuple(ids)
    plain = Neighbours(kept, names)
    if len(held) < FEWEST_HELD:
        return replace(
            plain,
            calibration=fit_calibration(np.array(_nearest_other(kept))[:, None], LEAST_INSIDE),
        )
    return replace(
        plain, calibration=fit_calibration(plain.ood_features(held, held_shares), LEAST_INSIDE)
    )


def negative_margin(shares: Shares) -> Floats:
    """Return how little speaks for any class: the largest logarithm of a share above their mean, negative."""
    logs = np.log(np.maximum(np.asarray(shares, dtype=np.float64), LEAST_SHARE))
    doubt: Floats = logs.mean(axis=1) - logs.max(axis=1)
    return doubt


def load_neighbours(folder: Path) -> Neighbours | None:
    """Load what `Neighbours.save` wrote; None where there is nothing, as in a downloaded package."""
    if not (folder / RECORD).is_file() or not (folder / VECTORS).is_file():
        return None
    record = json.loads((folder / RECORD).read_text("utf-8"))
    vectors = load_file(folder / VECTORS)["vectors"]
    if record["v"] == 1:  # of before there was doubt
        calibration = OodCalibration((0.0,), (1.0,), float(record["threshold"]))
    else:
        calibration = record["usual"] and calibration_from(record["usual"])
    return Neighbours(vectors, tuple(record["ids"]), calibration)


def unit_vectors(vectors: Vectors) -> Vectors:
    """Return vectors brought to length 1; zeros stay."""
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, 1e-9)
    return scaled


def _nearest_other(vectors: NDArray[np.float16]) -> list[float]:
    """Return the distance of some rows to the nearest other row."""
    rows = vectors[:1000].astype(np.float32)
    likeness = rows @ rows.T
    np.fill_diagonal(likeness, -1)
    return [float(max(0.0, 1 - best)) for best in likeness.max(axis=1)]
