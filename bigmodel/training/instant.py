"""The model that stands in seconds: character n-grams weighted by rarity, and a linear model on top.

It is the baseline of every text task. It never needs torch, neither to train nor to load, and is
stored as a vocabulary in JSON and coefficients in safetensors: nothing is pickled.
TF-IDF as in Salton and Buckley 1988 (sublinear term counts, smoothed rarity, rows of length 1).
"""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression, Ridge  # type: ignore[import-untyped]

from bigmodel.core.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.recipe import TextParams
from bigmodel.training.target import class_indices, numbers

VOCABULARY = "instant.json"
COEFFICIENTS = "instant.safetensors"
MOST_FEATURES = 200_000
MOST_CHARACTERS = 12_000_000  # of all training texts together: beyond it, texts are cut
FEWEST_CHARACTERS = 300  # no text is cut below this
ROWS_TO_REPEAT = 1000  # from so many rows on, a term must occur in two of them
STRENGTH = 30.0  # inverse of the regularisation of the classifier
RIDGE = 0.5
STEPS = 3  # read, learn, write

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """How texts become features: kind of n-gram, its lengths, and where texts are cut.

    `char_wb` keeps n-grams within words, that is between spaces; Chinese writes whole clauses so.
    """

    analyzer: Literal["char", "char_wb"]
    shortest: int
    longest: int
    characters: int

    def vectorizer(self, terms: Sequence[str] | None = None, rows: int = 0) -> TfidfVectorizer:
        """Return a reader of known terms, or one that finds its terms in so many rows."""
        return TfidfVectorizer(
            analyzer=self.analyzer,
            ngram_range=(self.shortest, self.longest),
            sublinear_tf=True,
            max_features=None if terms else MOST_FEATURES,
            min_df=2 if rows >= ROWS_TO_REPEAT else 1,
            vocabulary=list(terms) if terms else None,
            dtype=np.float64,
        )

    def cut(self, texts: Sequence[str]) -> list[str]:
        return [text[: self.characters] for text in texts]


def choose_reading(texts: Sequence[str]) -> Reading:
    """Choose short n-grams for scripts without spaces, whose characters say more; five-fold checks chose these."""
    characters = max(FEWEST_CHARACTERS, MOST_CHARACTERS // max(1, len(texts)))
    if unspaced_share(texts) > 0.2:
        return Reading("char_wb", 1, 3, characters)
    return Reading("char_wb", 2, 5, characters)


def unspaced_share(texts: Sequence[str]) -> float:
    """Return the share of letters from scripts written without spaces (Chinese, Japanese, Thai and kin)."""
    letters = [letter for text in texts[:2000] for letter in text[:500] if letter.isalpha()]
    unspaced = sum(
        "\u3040" <= letter <= "\u9fff" or "\u0e00" <= letter <= "\u0eff" or letter >= "\U00020000"
        for letter in letters
    )
    return unspaced / max(1, len(letters))


class InstantPredictor:
    """A loaded instant model. It keeps no torch and starts no threads."""

    def __init__(
        self,
        reading: Reading,
        vectorizer: TfidfVectorizer,
        weights: Floats,
        bias: Floats,
        labels: tuple[str, ...],
    ) -> None:
        self.labels = labels
        self._reading, self._vectorizer = reading, vectorizer
        self._weights, self._bias = weights, bias  # (outputs, features), (outputs,)

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, or one number, a row for each input."""
        if not inputs:
            return []
        features = self._vectorizer.transform(self._reading.cut(inputs))
        raw = np.asarray(features @ self._weights.T) + self._bias  # (rows, outputs)
        if not self.labels:
            return [[float(value)] for value in raw[:, 0]]
        return _probabilities(raw).tolist()  # type: ignore[no-any-return]


def train_classifier(data: TaskData, params: TextParams, folder: Path, report: Reporter) -> None:
    """Train the instant classifier of texts and write it into the folder."""
    classes = class_indices(data.train.targets, data.labels)
    report.step(phase="instant", step=0, steps=STEPS)
    reading, vectorizer, features = _read(data.train)
    report.step(phase="instant", step=1, steps=STEPS)
    weighting = "balanced" if params.class_weights == "balanced" else None
    model = LogisticRegression(C=STRENGTH, class_weight=weighting, max_iter=300)
    with warnings.catch_warnings():  # a few steps short of the optimum is good enough here
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, classes)
    report.step(phase="instant", step=2, steps=STEPS)
    weights, bias = _full(model, len(data.labels))
    _write(folder, reading, vectorizer, weights, bias, data.labels)


def train_regressor(data: TaskData, params: TextParams, folder: Path, report: Reporter) -> None:
    """Train the instant model of numbers and write it into the folder."""
    values = numbers(data.train.targets)
    report.step(phase="instant", step=0, steps=STEPS)
    reading, vectorizer, features = _read(data.train)
    report.step(phase="instant", step=1, steps=STEPS)
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    model = Ridge(alpha=RIDGE, random_state=params.seed, solver="sparse_cg")
    model.fit(features, (values - centre) / spread)
    report.step(phase="instant", step=2, steps=STEPS)
    weights = np.asarray(model.coef_, dtype=np.float64).reshape(1, -1) * spread
    bias = np.asarray([float(model.intercept_) * spread + centre])
    _write(folder, reading, vectorizer, weights, bias, ())


def load_instant(folder: Path) -> InstantPredictor:
    """Load an instant model; its answers are the same numbers as on the day it was trained."""
    stored = json.loads((folder / VOCABULARY).read_text("utf-8"))
    arrays = load_file(folder / COEFFICIENTS)
    reading = Reading(**stored["reading"])
    vectorizer = reading.vectorizer(stored["terms"])
    vectorizer.idf_ = arrays["rarity"]
    labels = tuple(stored["labels"])
    return InstantPredictor(reading, vectorizer, arrays["weights"], arrays["bias"], labels)


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / VOCABULARY).is_file()


def _read(rows: Rows) -> tuple[Reading, TfidfVectorizer, Any]:
    """Return how to read the texts, the fitted reader, and their features as a sparse matrix."""
    reading = choose_reading(rows.inputs)
    vectorizer = reading.vectorizer(rows=len(rows))
    try:
        features = vectorizer.fit_transform(reading.cut(rows.inputs))
    except ValueError as error:  # scikit-learn's word for "no character n-gram in any row"
        raise TrainingError("texts_are_empty") from error
    return reading, vectorizer, features


def _full(model: LogisticRegression, count: int) -> tuple[Floats, Floats]:
    """Return weights and bias with one row for each label, also where two classes share one row."""
    weights = np.zeros((count, model.coef_.shape[1]))
    bias = np.full(count, -np.inf)
    if len(model.classes_) == 2:
        low, high = model.classes_
        weights[high], bias[high], bias[low] = model.coef_[0], model.intercept_[0], 0.0
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias


def _probabilities(raw: Floats) -> Floats:
    raised = np.exp(raw - raw.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result


def _write(
    folder: Path,
    reading: Reading,
    vectorizer: TfidfVectorizer,
    weights: Floats,
    bias: Floats,
    labels: tuple[str, ...],
) -> None:
    terms = vectorizer.get_feature_names_out().tolist()
    stored = {"v": 1, "reading": reading.__dict__, "labels": list(labels), "terms": terms}
    (folder / VOCABULARY).write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
    arrays = {"rarity": np.asarray(vectorizer.idf_), "weights": weights, "bias": bias}
    save_file(
        {name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / COEFFICIENTS
    )
