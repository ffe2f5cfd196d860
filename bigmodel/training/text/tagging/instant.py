"""Instant model of marked words: what a word and its neighbours look like, and a linear-chain CRF on top.

It never needs torch, neither to train nor to load, and is stored as a vocabulary in JSON and weights in
safetensors: nothing is pickled.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from math import inf
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from bigmodel.answers.spans import Marked
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.spans import Span, bio_tags, spans_of, tags_of_spans
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.training.text.tagging import crf
from bigmodel.training.text.tagging.decode import Floats, allowed, marginals, tagged, viterbi
from bigmodel.training.text.tagging.parts import features_of, places_of

NAME = "instant"  # of both its files
RAREST = 2  # times a feature is seen in training texts to be kept
MOST_WEIGHTS = 3_000_000  # features by tags
MOST_PARTS = 300_000  # of training texts; more of them take longer than seconds
PENALTY = 0.3
ROUNDS = 60


class InstantTagger:
    """A loaded instant model."""

    def __init__(
        self, labels: Sequence[str], terms: Sequence[str], weights: Floats, moves: Floats
    ) -> None:
        self.labels = tuple(labels)
        self._tags = bio_tags(self.labels)
        self._terms = terms
        self._index = {term: place for place, term in enumerate(terms)}
        self._weights, self._moves = weights, moves

    @property
    def parameters(self) -> int:
        """How many numbers it consists of."""
        return int(self._weights.size + self._moves.size)

    def save(self, folder: Path, name: str = NAME) -> None:
        """Write the model as two files of a name."""
        stored = {"v": 1, "labels": list(self.labels), "terms": list(self._terms)}
        arrays = {"weights": self._weights, "moves": self._moves}
        (folder / f"{name}.json").write_text(json.dumps(stored, ensure_ascii=False), "utf-8")
        save_file(
            {key: np.ascontiguousarray(a, np.float32) for key, a in arrays.items()},
            folder / f"{name}.safetensors",
        )

    def answer(self, inputs: Sequence[str]) -> list[Marked]:
        """Return each text with its marks."""
        return [self._one(text) for text in inputs]

    def _one(self, text: str) -> Marked:
        places = places_of(text)
        scores = np.zeros((len(places), len(self._tags)))
        for at, seen in enumerate(features_of(text, places)):
            known = [self._index[term] for term in seen if term in self._index]
            scores[at] = self._weights[known].sum(axis=0)
        path, chances = viterbi(scores, self._moves), marginals(scores, self._moves)
        found = tagged(self._tags, places, path, chances)
        spans = tuple(Span(start, end, kind) for start, end, kind, _ in found)
        sureness = tuple(sure for *_, sure in found)
        least = float(chances.max(axis=1).min()) if len(chances) else 1.0
        return Marked(text, spans, sureness, self.labels, least)


def train(data: TaskData, folder: Path, report: Reporter) -> None:
    """Train the instant model and write it into the folder.

    Raises:
        TrainingError: `spans_none_to_learn`.
    """
    if not data.labels:
        raise TrainingError("spans_none_to_learn")
    fit(data.train, data.labels, report).save(folder)


def fit(
    rows: Rows, kinds: tuple[str, ...], report: Reporter, *, until: float = inf
) -> InstantTagger:
    """Return a model of some rows; no round begins after `until`, by the monotonic clock."""
    report.step(phase="instant", step=0, steps=ROUNDS)
    tags = bio_tags(kinds)
    rows = _some(rows)
    places = [places_of(text) for text in rows.inputs]
    seen = [
        features
        for text, parts in zip(rows.inputs, places, strict=True)
        for features in features_of(text, parts)
    ]
    terms = _terms(seen, len(tags))
    number = {tag: at for at, tag in enumerate(tags)}
    right = [
        number[tag]
        for target, parts in zip(rows.targets, places, strict=True)
        for tag in tags_of_spans(spans_of(target), parts)
    ]
    step = 0

    def tell() -> None:
        nonlocal step
        report.step(phase="instant", step=min(step, ROUNDS), steps=ROUNDS)
        step += 1

    weights, moves = crf.fit(
        _matrix(seen, terms),
        np.array(right, np.int64),
        [len(parts) for parts in places],
        allowed(tags),
        penalty=PENALTY,
        rounds=ROUNDS,
        tell=tell,
        is_over=lambda: time.monotonic() > until,
    )
    used = np.flatnonzero(np.abs(weights).max(axis=1, initial=0.0) > 1e-4)
    return InstantTagger(kinds, [terms[at] for at in used.tolist()], weights[used], moves)


def load(folder: Path, name: str = NAME) -> InstantTagger:
    """Load what was saved under a name."""
    stored, arrays = (
        json.loads((folder / f"{name}.json").read_text("utf-8")),
        load_file(folder / f"{name}.safetensors"),
    )
    weights, moves = (arrays[name].astype(np.float64) for name in ("weights", "moves"))
    return InstantTagger(stored["labels"], stored["terms"], weights, moves)


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / f"{NAME}.json").is_file()


def _some(rows: Rows) -> Rows:
    """Return rows, spread evenly, of as many parts as are learned from in seconds."""
    step = max(1, -(-sum(map(len, rows.inputs)) // (4 * MOST_PARTS)))
    return Rows(rows.ids[::step], rows.inputs[::step], rows.targets[::step])


def _terms(seen: Sequence[Sequence[str]], tags: int) -> list[str]:
    """Return the features to learn weights for, the most frequent first."""
    counts = Counter(term for features in seen for term in features)
    kept = [(term, count) for term, count in counts.most_common() if count >= RAREST]
    return [term for term, _ in kept[: MOST_WEIGHTS // tags]]


def _matrix(seen: Sequence[Sequence[str]], terms: Sequence[str]) -> csr_matrix:
    index = {term: place for place, term in enumerate(terms)}
    columns = [[index[term] for term in features if term in index] for features in seen]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in columns])])
    flat = np.fromiter((at for row in columns for at in row), np.int64, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(seen), len(terms)))
