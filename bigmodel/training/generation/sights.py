"""What pictures show in numbers, and a judge of classes on them, both learned from real pictures: made ones are measured by it.

Numbers are the first principal axes of features of the training pictures, scaled so that their variance sums to 1.
Real and made pictures are seen at the same size. It never needs torch, unless features of EfficientNet-Lite0 are used.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.data.media.made import Squares
from bigmodel.training.frozen.head import LabelledVectors, fit_classifier
from bigmodel.training.images.features import look_plainly

RECORD, ARRAYS = "sights.json", "sights.safetensors"  # both stay here when a model is downloaded
AXES = 64
MOST_ROWS = 2_000  # of which the axes are found
PLAIN, LITE0 = "plain", "lite0"  # directions of edges, and colours; EfficientNet-Lite0

Floats = NDArray[np.float32]
Look = Callable[[Squares], Floats]


@dataclass(frozen=True)
class Sights:
    """centre: (features,), axes: (features, numbers), weights: (classes, numbers), bias: (classes,); `name` is of the features."""

    name: str
    look: Look
    centre: Floats
    axes: Floats
    weights: Floats
    bias: Floats

    def see(self, squares: Squares) -> Floats:
        """Return pictures as numbers, (pictures, numbers)."""
        if not len(squares):
            return np.empty((0, self.axes.shape[1]), np.float32)
        seen: Floats = ((self.look(squares) - self.centre) @ self.axes).astype(np.float32)
        return seen

    def judge(self, numbers: Floats) -> NDArray[np.int64]:
        """Return the class that each of some pictures most looks like; nothing where there are no classes."""
        if len(self.weights) < 2:
            return np.zeros(len(numbers), np.int64)
        found: NDArray[np.int64] = (numbers @ self.weights.T + self.bias).argmax(axis=1)
        return found

    def save(self, folder: Path) -> None:
        """Write all but the features' own weights beside a model."""
        arrays = {name: getattr(self, name) for name in ("centre", "axes", "weights", "bias")}
        save_file({n: np.ascontiguousarray(a) for n, a in arrays.items()}, folder / ARRAYS)
        (folder / RECORD).write_text(json.dumps({"v": 1, "features": self.name}), "utf-8")
        save = getattr(self.look, "save", None)  # of eyes with weights of their own
        if save:
            save(folder)


def learn_sights(
    squares: Squares, classes: NDArray[np.int64], count: int, *, name: str, look: Look
) -> tuple[Sights, Floats]:
    """Return the axes of training pictures and a judge of their classes, and what the pictures show; of many, evenly fewer."""
    step = -(-len(squares) // MOST_ROWS)
    features, classes = look(squares[::step]), classes[::step]
    centre = features.mean(axis=0)
    axes = _axes(features - centre)
    numbers = (features - centre) @ axes
    axes = axes / np.sqrt(max(float(numbers.var(axis=0).sum()), 1e-12))
    numbers = ((features - centre) @ axes).astype(np.float32)
    weights, bias = np.zeros((count, axes.shape[1])), np.zeros(count)
    if len(set(classes.tolist())) > 1:
        known = LabelledVectors(numbers, classes)
        head = fit_classifier(known, LabelledVectors(numbers[:0], classes[:0]), count)
        weights, bias = head.weights, head.bias
    parts = (part.astype(np.float32) for part in (centre, axes, weights, bias))
    return Sights(name, look, *parts), numbers


def load_sights(folder: Path) -> Sights:
    """Load what `save` wrote; a body is only loaded when it is to look."""
    record, arrays = json.loads((folder / RECORD).read_text("utf-8")), load_file(folder / ARRAYS)
    name: str = record["features"]
    look = BodyLook(folder) if name == LITE0 else look_plainly
    return Sights(name, look, **arrays)


class BodyLook:
    """Looks with the body beside a model."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._look: Look | None = None

    def __call__(self, squares: Squares) -> Floats:
        if self._look is None:
            from bigmodel.training.generation.body import load_body  # noqa: PLC0415 - torch takes its time, and only what is measured needs it

            self._look = load_body(self._folder)
        return self._look(squares)


def _axes(centred: Floats) -> Floats:
    """Return the directions in which rows differ most, (features, axes), by the smaller of the two products."""
    rows, width = centred.shape
    product = centred @ centred.T if rows < width else centred.T @ centred
    values, vectors = np.linalg.eigh(product.astype(np.float64))
    keep = np.argsort(-values)[: min(AXES, max(1, rows - 1), width)]
    if rows >= width:
        return np.asarray(vectors[:, keep], np.float32)
    lengths = np.sqrt(np.maximum(values[keep], 1e-12))
    return np.asarray(centred.T @ vectors[:, keep] / lengths, np.float32)
