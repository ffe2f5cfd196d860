"""Baseline of images: fixed features, a Gaussian kernel to landmark images, logistic regression on top.

It never needs torch, neither to train nor to load, and is stored as JSON and safetensors: nothing is pickled.
Likeness is an RBF kernel to chosen training rows (Williams and Seeger 2001, the Nyström method).
"""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.frozen.logistic import class_rows
from bigmodel.training.images.features import SIDE, features_of
from bigmodel.training.images.read import LoadedImages, read_inputs, read_rows
from bigmodel.training.images.recipe import ImageParams
from bigmodel.training.loop.targets import class_indices
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours, make_neighbours

RECORD, ARRAYS = "instant.json", "instant.safetensors"
LANDMARKS = 600  # training pictures that others are compared with
SHARPNESS = 1.5  # of the kernel: its width is that of the usual distance over this
STRENGTH = 3.0  # inverse of the regularisation
NEAREST = 3

Floats = NDArray[np.float32]


class ImageBaseline(ScorePredictor):
    """A loaded instant model. It keeps no torch and starts no threads."""

    def __init__(
        self, arrays: dict[str, Floats], labels: tuple[str, ...], neighbours: Neighbours | None
    ) -> None:
        self.labels = labels
        self._arrays, self._neighbours = arrays, neighbours

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, a row for each picture."""
        return self.shares(self._look(inputs)) if inputs else []

    def shares(self, features: Floats) -> list[list[float]]:
        """Return probabilities by what pictures show, (pictures, features)."""
        return probabilities(features, self._arrays)

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the most alike training pictures, and whether a picture is like any."""
        if not inputs or self._neighbours is None:
            return [Explanation() for _ in inputs]
        vectors = self._look(inputs)
        nearest = self._neighbours.nearest(vectors, NEAREST)
        strange = self._neighbours.ood_score(vectors, self.shares(vectors))
        return [Explanation(near, far) for near, far in zip(nearest, strange, strict=True)]

    def _look(self, inputs: Sequence[str]) -> Floats:
        return features_of(read_inputs(inputs, SIDE))


def train_instant(data: TaskData, params: ImageParams, folder: Path, report: Reporter) -> None:
    """Train the instant classifier of pictures and write it into the folder."""
    count = len(data.train) + len(data.validation)

    def say(done: int) -> None:
        report.step(phase="instant", step=done, steps=count)

    train = read_rows(data.train, SIDE, report, say)
    classes = class_indices(train.targets, data.labels)
    features = features_of(train.squares)
    arrays = _fit(features, classes, len(data.labels), params)
    held = read_rows(data.validation, SIDE, report, say)
    kept = {name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()}
    save_file(kept, folder / ARRAYS)
    record = {"v": 1, "labels": list(data.labels), "side": SIDE}
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    seen = _features_or_none(held)
    shares = ImageBaseline(kept, data.labels, None).shares(seen) if held.ids else []
    make_neighbours(features, train.ids, seen, shares).save(folder)


def load_baseline(folder: Path) -> ImageBaseline:
    """Load an instant model; its answers are the same as on the day it was trained."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = load_file(folder / ARRAYS)
    return ImageBaseline(arrays, tuple(record["labels"]), load_neighbours(folder))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / RECORD).is_file()


def probabilities(features: Floats, arrays: dict[str, Floats]) -> list[list[float]]:
    """Return the class probabilities that a stored classifier gives pictures, a row for each."""
    like = likeness(features, arrays["landmarks"], float(arrays["width"][0]))
    raw = (like @ arrays["mix"] @ arrays["weights"].T + arrays["bias"]).astype(np.float64)
    raised = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: list[list[float]] = (raised / raised.sum(axis=1, keepdims=True)).tolist()
    return shares


def likeness(features: Floats, landmarks: Floats, width: float) -> Floats:
    """Return how alike pictures and landmarks are, from 0 to 1: (pictures, landmarks)."""
    squares = (features**2).sum(axis=1)[:, None] + (landmarks**2).sum(axis=1)[None, :]
    far = np.maximum(squares - 2 * features @ landmarks.T, 0)
    alike: Floats = np.exp(-far * width)
    return alike


def _fit(
    features: Floats, classes: NDArray[np.int64], count: int, params: ImageParams
) -> dict[str, Floats]:
    random = np.random.default_rng(params.seed)
    chosen = np.sort(random.permutation(len(features))[:LANDMARKS])
    landmarks = features[chosen]
    calibration = float(np.median(-np.log(np.maximum(likeness(landmarks, landmarks, 1.0), 1e-30))))
    width = SHARPNESS / max(calibration, 1e-6)
    values, axes = np.linalg.eigh(likeness(landmarks, landmarks, width).astype(np.float64))
    mix = axes / np.sqrt(np.maximum(values, 1e-6))
    like = likeness(features, landmarks, width) @ mix
    weighting = "balanced" if params.class_weights == "balanced" else None
    model = LogisticRegression(C=STRENGTH, class_weight=weighting, max_iter=80)
    with warnings.catch_warnings():  # a few steps short of the optimum is good enough here
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(like, classes)
    weights, bias = class_rows(model, count, -1e9)
    return {
        "landmarks": landmarks,
        "mix": mix,
        "weights": weights,
        "bias": bias,
        "width": np.array([width]),
    }


def _features_or_none(held: LoadedImages) -> Floats:
    return features_of(held.squares) if held.ids else np.empty((0, 1), np.float32)
