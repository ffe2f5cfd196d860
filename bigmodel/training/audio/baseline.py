"""Baseline of audio: statistics of cepstral coefficients, and kernel ridge regression on them.

It never needs torch, neither to train nor to load, and is stored as JSON and safetensors: nothing is pickled.
Kernel ridge regression (Saunders et al. 1998) on landmark rows (Williams and Seeger 2001); width, penalty and
the sharpness of its probabilities come from leaving out one row at a time, which has a closed form.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.audio.features import (
    RATE_HZ,
    Floats,
    choose_window_s,
    describe,
    read_clip,
    spans,
)
from bigmodel.training.audio.recipe import AudioParams
from bigmodel.training.loop.targets import balanced_weights, class_indices
from bigmodel.training.ood.neighbours import Neighbours, load_neighbours, make_neighbours

RECORD, ARRAYS = "instant_sound.json", "instant_sound.safetensors"
LANDMARKS = 1_500  # rows the kernel machine compares with
TRIAL_LANDMARKS = 500  # while the width of the kernel is chosen
WIDTHS = (0.1, 0.25, 0.5, 1.0)  # of the kernel, in shares of 1 / features
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
SHARPNESS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
REPORT_EVERY = 32  # recordings read
LONG = 1.5  # windows: recordings above it are also answered along their course

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Machine:
    """A trained kernel machine: all that an answer needs."""

    centre: Floats  # (features,)
    scale: Floats  # (features,)
    landmarks: Floats  # (landmarks, features)
    weights: Floats  # (landmarks, classes)
    bias: Floats  # (classes,)
    width: float
    sharpness: float

    def standardise(self, features: Floats) -> Floats:
        """Return features with mean 0 and spread 1 over the training rows."""
        return (features - self.centre) / self.scale

    def answer(self, standard: Floats) -> Matrix:
        """Return probabilities, (rows, classes)."""
        raw = kernel(standard, self.landmarks, self.width) @ self.weights + self.bias
        return _shares(self.sharpness * raw.astype(np.float64))


class AudioBaseline(ScorePredictor):
    """A loaded instant model of recordings. It keeps no torch and starts no threads."""

    def __init__(
        self,
        machine: Machine,
        labels: tuple[str, ...],
        window_s: float,
        neighbours: Neighbours | None,
    ) -> None:
        self.labels, self.window_s = labels, window_s
        self._machine, self._neighbours = machine, neighbours

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, a row for each recording."""
        if not inputs:
            return []
        features = np.stack([describe(read_clip(path)) for path in inputs])
        return self._machine.answer(self._machine.standardise(features)).tolist()  # type: ignore[no-any-return]

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the nearest training recordings, how strange each is, and its course if it is long."""
        return [self._explain(read_clip(path)) for path in inputs]

    def _explain(self, clip: Floats) -> Explanation:
        near: tuple[tuple[str, float], ...] = ()
        strange = None
        if self._neighbours:
            standard = self._machine.standardise(describe(clip)[None])
            near = self._neighbours.nearest(standard)[0]
            strange = self._neighbours.ood_score(standard, self._machine.answer(standard))[0]
        return Explanation(near, strange, self._course(clip))

    def _course(self, clip: Floats) -> tuple[tuple[float, float, tuple[float, ...]], ...]:
        width = int(self.window_s * RATE_HZ)
        if len(clip) <= LONG * width:
            return ()
        cuts = list(spans(len(clip), width))
        features = np.stack([describe(clip[start:end]) for start, end in cuts])
        shares = self._machine.answer(self._machine.standardise(features)).tolist()
        return tuple(
            (start / RATE_HZ, end / RATE_HZ, tuple(row))
            for (start, end), row in zip(cuts, shares, strict=True)
        )


def train_instant(data: TaskData, params: AudioParams, folder: Path, report: Reporter) -> None:
    """Train the instant model of recordings and write it into the folder."""
    rows, features, seconds = _read(data.train, report)
    classes = class_indices([data.train.targets[row] for row in rows], data.labels)
    _, held, _ = _read(data.validation, report)
    is_balanced = params.class_weights == "balanced"
    machine = learn(features, classes, len(data.labels), seed=params.seed, is_balanced=is_balanced)
    report.step(phase="instant", step=len(rows), steps=len(rows))
    ids = [data.train.ids[row] for row in rows]
    standard = machine.standardise(features)
    looked = machine.standardise(held)
    shares = machine.answer(looked) if len(looked) else np.empty((0, 1))
    make_neighbours(standard, ids, looked, shares).save(folder)
    _write(folder, machine, data.labels, choose_window_s(seconds, params.clip_s))


def learn(
    features: Floats, classes: NDArray[np.int64], count: int, *, seed: int, is_balanced: bool
) -> Machine:
    """Return the kernel machine that answers left-out rows best. features: (rows, features)."""
    centre, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-3)
    standard: Floats = (features - centre) / scale
    weights = balanced_weights(classes, count) if is_balanced else np.ones(len(classes))
    order = np.random.default_rng(seed).permutation(len(standard))
    truth = np.eye(count)[classes]

    def tried(landmarks: int, width: float) -> "_Fit":
        return _fit(standard, truth, weights, standard[np.sort(order[:landmarks])], width)

    trials = [tried(TRIAL_LANDMARKS, width / standard.shape[1]) for width in WIDTHS]
    best = min(trials, key=lambda fit: fit.loss)
    if len(standard) > TRIAL_LANDMARKS:
        best = tried(LANDMARKS, best.width)
    return Machine(
        centre.astype(np.float32),
        scale.astype(np.float32),
        best.landmarks,
        best.weights.astype(np.float32),
        best.bias.astype(np.float32),
        best.width,
        best.sharpness,
    )


def kernel(one: Floats, other: Floats, width: float) -> Floats:
    """Return the likeness of every row of one to every row of the other: exp(-width · distance²)."""
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)
    near: Floats = np.exp(-width * np.maximum(0, squares - 2 * one @ other.T))
    return near


def load_baseline(folder: Path) -> AudioBaseline:
    """Load an instant model; its answers are the same numbers as on the day it was trained."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    machine = Machine(
        **load_file(folder / ARRAYS), width=record["width"], sharpness=record["sharpness"]
    )
    labels = tuple(record["labels"])
    return AudioBaseline(machine, labels, record["window_s"], load_neighbours(folder))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model of recordings."""
    return (folder / RECORD).is_file()


@dataclass(frozen=True)
class _Fit:
    landmarks: Floats
    weights: Matrix
    bias: Matrix
    width: float
    sharpness: float
    loss: float  # mean log loss of rows left out one at a time


def _fit(
    standard: Floats, truth: Matrix, weights: NDArray[np.float64], landmarks: Floats, width: float
) -> _Fit:
    """Return the best penalty for a width; every penalty costs one product, after one decomposition."""
    inner = kernel(landmarks, landmarks, width).astype(np.float64)
    sizes, axes = np.linalg.eigh(inner)
    whiten = axes / np.sqrt(np.maximum(sizes, 1e-6))
    bias = (weights @ truth) / weights.sum()
    root = np.sqrt(weights)[:, None]
    mapped = kernel(standard, landmarks, width) @ whiten
    strengths, turned = np.linalg.eigh((mapped * root).T @ (mapped * root))
    seen = mapped @ turned * root  # (rows, landmarks)
    wanted = (truth - bias) * root
    onto = seen.T @ wanted
    best: _Fit | None = None
    for penalty in PENALTIES:
        shrunk = 1 / (np.maximum(strengths, 0) + penalty)
        own = np.minimum((np.square(seen) * shrunk).sum(axis=1, keepdims=True), 1 - 1e-6)
        left_out = (seen @ (onto * shrunk[:, None]) - own * wanted) / (1 - own) / root + bias
        sharpness, loss = _sharpen(left_out, truth, weights)
        if best is None or loss < best.loss:
            solved = whiten @ turned @ (onto * shrunk[:, None])
            best = _Fit(landmarks, solved, bias, width, sharpness, loss)
    if best is None:
        raise ValueError("no penalty to try")
    return best


def _sharpen(raw: Matrix, truth: Matrix, weights: NDArray[np.float64]) -> tuple[float, float]:
    """Return the sharpness whose probabilities fit left-out rows best, and their mean log loss."""
    losses = []
    for sharpness in SHARPNESS:
        sure = (_shares(sharpness * raw) * truth).sum(axis=1)
        losses.append(float(-(weights * np.log(np.maximum(sure, 1e-9))).sum() / weights.sum()))
    place = int(np.argmin(losses))
    return SHARPNESS[place], losses[place]


def _shares(raw: Matrix) -> Matrix:
    raised = np.exp(raw - raw.max(axis=1, keepdims=True), dtype=np.float64)
    shares: Matrix = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _read(rows: Rows, report: Reporter) -> tuple[list[int], Floats, list[float]]:
    """Return which rows can be read, their features, and their seconds; what cannot be read is said."""
    kept, features, seconds = [], [], []
    for place, path in enumerate(rows.inputs):
        if place % REPORT_EVERY == 0:
            report.step(phase="instant", step=place, steps=len(rows))
        try:
            clip = read_clip(path)
        except DatasetError:
            continue
        kept.append(place)
        features.append(describe(clip))
        seconds.append(len(clip) / RATE_HZ)
    if len(kept) < len(rows):
        report.note("training.note.clips_left_out", "warning", count=len(rows) - len(kept))
    if rows and not kept:
        raise TrainingError("clips_are_unreadable")
    return kept, np.stack(features) if kept else np.empty((0, 1), np.float32), seconds


def _write(folder: Path, machine: Machine, labels: tuple[str, ...], window_s: float) -> None:
    record = {
        "v": 1,
        "labels": list(labels),
        "window_s": window_s,
        "width": machine.width,
        "sharpness": machine.sharpness,
    }
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    names = ("centre", "scale", "landmarks", "weights", "bias")
    arrays = {name: np.ascontiguousarray(getattr(machine, name)) for name in names}
    save_file(arrays, folder / ARRAYS)
