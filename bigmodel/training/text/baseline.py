"""Baseline of texts: TF-IDF of character and word n-grams, and a linear model on top.

It is the baseline of every text task. It never needs torch, neither to train nor to load, and is
stored as a vocabulary in JSON and coefficients in safetensors: nothing is pickled.
"""

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, Ridge  # type: ignore[import-untyped]
from sklearn.metrics import log_loss  # type: ignore[import-untyped]
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.frozen.logistic import class_rows
from bigmodel.training.loop.recipe import ClassParams, TextParams
from bigmodel.training.loop.targets import class_indices, numbers
from bigmodel.training.ood.score import Floats, Numbers, cross_fitted, fit_calibration
from bigmodel.training.text.memory import (
    TextMemory,
    chosen_rows,
    load_memory,
    make_memory,
    unrepeated,
)
from bigmodel.training.text.ngrams import (
    UNSPACED_LONGEST,
    Features,
    Ngrams,
    VectorizerConfig,
    Words,
    choose_vectorizer,
    fit_ngrams,
    fit_words,
)

VOCABULARY = "instant.json"
COEFFICIENTS = "instant.safetensors"
STRENGTHS = (3.0, 10.0, 30.0, 100.0)  # inverse penalties of the classifier
USUAL = 30.0  # where no rows can be left out to choose by
FOLDS = 3
MOST_TO_CHOOSE = 3_000  # rows that the penalty is chosen on
RIDGE = 0.5
STEPS = 3  # read, learn, write
ENOUGH_KNOWN = 1_000  # rows that were not learned from: fewer say less surely what is usual


class TextBaseline(ScorePredictor):
    """A loaded instant model. It keeps no torch and starts no threads."""

    def __init__(
        self,
        pieces: Ngrams,
        weights: Floats,
        bias: Floats,
        labels: tuple[str, ...],
        memory: TextMemory | None = None,
        words: Words | None = None,
    ) -> None:
        self.labels, self.memory = labels, memory
        self._pieces, self._weights, self._bias = pieces, weights, bias
        # weights: (outputs, features), bias: (outputs,); those of words come last
        self._words = words

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, or one number, a row for each input."""
        if not inputs:
            return []
        return self._scores(self._raw(self._pieces.read(inputs), inputs))

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the training rows each input is most like, whether it is like any, and why it cannot be read."""
        return self.look(inputs)[1]

    def look(self, inputs: Sequence[str]) -> tuple[list[Answer], list[Explanation]]:
        """Return what `answer` and `explain` return."""
        if not inputs or self.memory is None:
            return self.answer(inputs), [Explanation() for _ in inputs]
        read = self._pieces.read(inputs)
        raw = self._raw(read, inputs)
        look = self.memory.look(read, self._doubt(raw))
        return self.answers(self._scores(raw)), self.memory.explain(inputs, read, look)

    def ood_features(self, inputs: Sequence[str]) -> Floats:
        """Return the signs of strangeness of each input, (inputs, signs)."""
        if not inputs or self.memory is None:
            return np.empty((0, 3 if self.labels else 2))
        read = self._pieces.read(inputs)
        return self.memory.look(read, self._doubt(self._raw(read, inputs))).ood_features

    def save(self, folder: Path) -> None:
        """Write the model."""
        pieces = self._pieces
        stored = {"v": 1, "reading": pieces.reading.__dict__, "labels": list(self.labels)}
        stored["terms"] = list(pieces.terms)
        arrays = {"rarity": pieces.rarity, "weights": self._weights, "bias": self._bias}
        if self._words:
            stored["words"] = list(self._words.terms)
            arrays["word_rarity"] = self._words.rarity
        (folder / VOCABULARY).write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
        save_file(
            {name: np.ascontiguousarray(array) for name, array in arrays.items()},
            folder / COEFFICIENTS,
        )

    def _raw(self, read: Features, texts: Sequence[str]) -> Floats:
        features = read.features
        if self._words:
            words = self._words.read(self._pieces.reading.cut(texts))
            features = hstack([features, words]).tocsr()
        return np.asarray(features @ self._weights.T) + self._bias  # (rows, outputs)

    def _scores(self, raw: Floats) -> list[list[float]]:
        if not self.labels:
            return [[float(value)] for value in raw[:, 0]]
        return _probabilities(raw).tolist()  # type: ignore[no-any-return]

    def _doubt(self, raw: Floats) -> Floats | None:
        """Return how little speaks for any class: the largest logit above their mean, negative."""
        if not self.labels:
            return None
        known = raw[:, np.isfinite(self._bias)]  # a class without training rows has no say
        doubt: Floats = known.mean(axis=1) - known.max(axis=1)
        return doubt


Fit = Callable[[Rows], TextBaseline]


def train_classifier(data: TaskData, params: TextParams, folder: Path, report: Reporter) -> None:
    """Train the instant classifier of texts and write it into the folder."""
    class_indices(data.train.targets, data.labels)  # says at once what is wrong
    strength = _choose_strength(data.train, data.labels, params)
    fit = partial(_fit_classifier, labels=data.labels, params=params, strength=strength)
    train_by(fit, data, folder, report)


def train_regressor(data: TaskData, params: TextParams, folder: Path, report: Reporter) -> None:
    """Train the instant model of numbers and write it into the folder."""
    numbers(data.train.targets)
    train_by(partial(_fit_regressor, params=params), data, folder, report)


def load_baseline(folder: Path, kind: type[TextBaseline] = TextBaseline) -> TextBaseline:
    """Load an instant model; its answers are the same numbers as on the day it was trained."""
    stored = json.loads((folder / VOCABULARY).read_text("utf-8"))
    arrays = load_file(folder / COEFFICIENTS)
    pieces = Ngrams(VectorizerConfig(**stored["reading"]), stored["terms"], arrays["rarity"])
    labels = tuple(stored["labels"])
    words = Words(stored["words"], arrays["word_rarity"]) if "words" in stored else None
    memory = load_memory(folder)
    return kind(pieces, arrays["weights"], arrays["bias"], labels, memory, words)


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / VOCABULARY).is_file()


@dataclass(frozen=True)
class TextFeatures:
    """Training texts as features, (texts, terms), and what reads further ones so."""

    pieces: Ngrams
    words: Words | None
    characters: csr_matrix  # features of the n-grams of characters alone
    features: csr_matrix

    def model(
        self,
        rows: Rows,
        weights: Floats,
        bias: Floats,
        labels: tuple[str, ...],
        kind: type[TextBaseline] = TextBaseline,
    ) -> TextBaseline:
        """Return a model of these weights, (outputs, features) and (outputs,), with a memory of the rows."""
        memory = make_memory(rows, self.characters, self.pieces.reading.longest)
        return kind(self.pieces, weights, bias, labels, memory, self.words)


def read_features(texts: Sequence[str]) -> TextFeatures:
    """Return texts as n-grams of characters and, where spaces part words, of words."""
    pieces, characters = fit_ngrams(texts)
    is_spaced = pieces.reading.longest > UNSPACED_LONGEST
    found = fit_words(pieces.reading.cut(texts)) if is_spaced else None
    if found is None:
        return TextFeatures(pieces, None, characters, characters)
    words, features = found
    return TextFeatures(pieces, words, characters, hstack([characters, features]).tocsr())


def train_by(fit: Fit, data: TaskData, folder: Path, report: Reporter) -> None:
    """Fit a model, write it, and find out what is usual among rows that it did not learn from."""
    report.step(phase="instant", step=0, steps=STEPS)
    model = fit(data.train)
    report.step(phase="instant", step=1, steps=STEPS)
    model.save(folder)
    report.step(phase="instant", step=2, steps=STEPS)
    calibration = fit_calibration(_known_signs(fit, model, data, report))
    if model.memory:
        replace(model.memory, calibration=calibration).save(folder)


def _known_signs(fit: Fit, model: TextBaseline, data: TaskData, report: Reporter) -> Floats:
    """Return the signs of rows that were not learned from: validation rows, and while those are few, others by turns."""

    def signs_of(learn: Numbers, look: Numbers) -> Floats | None:
        report.step(phase="instant", step=2, steps=STEPS)
        try:
            part = fit(chosen_rows(data.train, learn))
        except TrainingError:  # what is left has one class, or no text
            return None
        learned = [data.train.inputs[n] for n in learn]
        return part.ood_features(unrepeated([data.train.inputs[n] for n in look], learned))

    held = unrepeated(data.validation.inputs, data.train.inputs)
    known = [model.ood_features(held)] if held else []
    turns = cross_fitted(len(data.train), signs_of)
    while sum(map(len, known)) < ENOUGH_KNOWN:
        ood_features = next(turns, None)
        if ood_features is None:
            break
        known.append(ood_features)
    return np.concatenate(known) if known else np.empty((0, 2))


def _fit_classifier(
    rows: Rows, *, labels: tuple[str, ...], params: TextParams, strength: float
) -> TextBaseline:
    classes = class_indices(rows.targets, labels)
    if len(set(classes.tolist())) < 2:
        raise TrainingError("one_class_only", classes=1)
    read = read_features(rows.inputs)
    head = fit_class_head(read.features, classes, len(labels), strength, params)
    return read.model(rows, *head, labels)


def fit_class_head(
    features: csr_matrix,
    classes: NDArray[np.int64],
    count: int,
    strength: float,
    params: ClassParams,
) -> tuple[Floats, Floats]:
    """Return weights and bias of a linear classifier, (classes, features) and (classes,)."""
    [model] = _path(features, classes, (strength,), params)
    return class_rows(model, count, -np.inf)


def _fit_regressor(rows: Rows, *, params: TextParams) -> TextBaseline:
    values = numbers(rows.targets)
    read = read_features(rows.inputs)
    return read.model(rows, *fit_number_head(read.features, values, params.seed), ())


def fit_number_head(features: csr_matrix, values: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return weights and bias of a linear model of numbers, (1, features) and (1,)."""
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    model = Ridge(alpha=RIDGE, random_state=seed, solver="sparse_cg")
    model.fit(features, (values - centre) / spread)
    weights = np.asarray(model.coef_, dtype=np.float64).reshape(1, -1) * spread
    return weights, np.asarray([float(model.intercept_) * spread + centre])


def _choose_strength(rows: Rows, labels: tuple[str, ...], params: TextParams) -> float:
    """Return the inverse penalty whose log loss on rows left out in turn is least."""
    step = max(1, len(rows) // MOST_TO_CHOOSE)
    texts, classes = rows.inputs[::step], class_indices(rows.targets, labels)[::step]
    return strength_on(read_features(texts).features, classes, len(labels), params)


def strength_on(
    features: csr_matrix, classes: NDArray[np.int64], count: int, params: ClassParams
) -> float:
    """Return the inverse penalty that suits rows which were read already."""
    if np.bincount(classes, minlength=count).min() < FOLDS:
        return USUAL  # a class could be missing from what is learned
    losses = np.zeros(len(STRENGTHS))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=params.seed)
    for learn, look in folds.split(features, classes):
        for place, model in enumerate(_path(features[learn], classes[learn], STRENGTHS, params)):
            losses[place] += log_loss(classes[look], model.predict_proba(features[look]))
    return STRENGTHS[int(np.argmin(losses))]


def _path(
    features: csr_matrix,
    classes: NDArray[np.int64],
    strengths: Sequence[float],
    params: ClassParams,
) -> Iterator[LogisticRegression]:
    """Yield the classifier of each strength; each begins where the one before ended."""
    weighting = "balanced" if params.class_weights == "balanced" else None
    model = LogisticRegression(class_weight=weighting, max_iter=300, warm_start=True)
    for strength in strengths:
        with warnings.catch_warnings():  # a few steps short of the optimum is good enough here
            warnings.simplefilter("ignore", ConvergenceWarning)
            yield model.set_params(C=strength).fit(features, classes)


def _probabilities(raw: Floats) -> Floats:
    raised = np.exp(raw - raw.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


__all__ = ["TextBaseline", "choose_vectorizer", "is_instant", "load_baseline"]
