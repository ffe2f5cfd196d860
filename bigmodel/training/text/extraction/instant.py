"""Instant model of answers in a passage: parts of the sentences that say most of the question, ranked by a linear model.

The ranker maximises the F1 expected of its choice (a softmax over the candidates of a question). It never needs torch,
neither to train nor to load, and is stored as words in JSON and weights in safetensors: nothing is pickled.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped]

from bigmodel.answers.extracted import Found
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.extracts import Extract, extracts_of, texts_of
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Reporter
from bigmodel.metrics import extraction
from bigmodel.training.text.extraction.calibration import fit_line
from bigmodel.training.text.extraction.candidates import Candidate
from bigmodel.training.text.extraction.choice import asked_parts
from bigmodel.training.text.extraction.features import COMMONEST, WIDTH, Floats, Ints, Passage
from bigmodel.training.text.extraction.found import as_found
from bigmodel.training.text.extraction.ranker import RECORD, Ranker, load_ranker

STEPS = 60  # of the optimiser
MOST_ROWS = 2_000  # that are learned from: more would take longer than seconds
MOST_TERMS = 40_000
PENALTY = 3.0


class InstantFinder:
    """A loaded instant model. It keeps no torch and starts no threads."""

    labels: tuple[str, ...] = ()

    def __init__(self, ranker: Ranker) -> None:
        self._ranker = ranker

    def answer(self, inputs: Sequence[str]) -> list[Found]:
        """Return the answer to each question in its passage."""
        asked = [asked_parts(text) for text in inputs]
        return [as_found(*one, self._ranker.choose(*one)) for one in asked]


def train(data: TaskData, folder: Path, report: Reporter) -> None:
    """Train the instant model and write it into the folder.

    Raises:
        TrainingError: `extracts_none_to_learn`.
    """
    rows = _some(data.train)
    truths = [extracts_of(target) for target in rows.targets]
    if not any(truths):
        raise TrainingError("extracts_none_to_learn")
    report.step(phase="instant", step=0, steps=STEPS)
    ranker = Ranker(_rarity(rows), np.zeros(WIDTH), has_nothing=not all(truths))
    ranker = ranker.with_weights(_weights(ranker, rows, truths, report))
    # How sure to be is measured on rows that the weights were not fitted to, where there are some.
    ranker = replace(ranker, line=_line(ranker, _some(data.validation)))
    ranker.save(folder)


def load(folder: Path) -> InstantFinder:
    """Load an instant model."""
    return InstantFinder(load_ranker(folder))


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / RECORD).is_file()


def _some(rows: Rows) -> Rows:
    """Return as many rows as are learned from in seconds, evenly chosen."""
    step = max(1, -(-len(rows) // MOST_ROWS))
    return Rows(rows.ids[::step], rows.inputs[::step], rows.targets[::step])


def _rarity(rows: Rows) -> dict[str, float]:
    """Return how rare words and pairs are among the sentences of the passages."""
    passages = [Passage(text) for text in dict.fromkeys(asked_parts(row)[0] for row in rows.inputs)]
    sentences = sum(len(passage.grams) for passage in passages)
    counts = Counter(gram for passage in passages for grams in passage.grams for gram in grams)
    kept = sorted(counts, key=lambda gram: (-counts[gram], gram))[:MOST_TERMS]
    rarity = {gram: log(1 + sentences / (0.5 + counts[gram])) for gram in kept if counts[gram] > 1}
    return rarity | {COMMONEST: log(1 + sentences / 1.5)}


def _weights(
    ranker: Ranker, rows: Rows, truths: Sequence[Sequence[Extract]], report: Reporter
) -> Floats:
    seen, gains, sizes = [], [], []
    for number, (text, accepted) in enumerate(zip(rows.inputs, truths, strict=True)):
        if number % 50 == 0:
            report.step(phase="instant", step=0, steps=STEPS)
        candidates, found = ranker.look(*asked_parts(text))
        if len(found):
            seen.append(csr_matrix(found))
            gains += _gains(candidates, accepted, has_nothing=ranker.has_nothing)
            sizes.append(len(found))
    step = 0

    def tell() -> None:
        nonlocal step
        report.step(phase="instant", step=min(step, STEPS), steps=STEPS)
        step += 1

    if not sizes:
        raise TrainingError("extracts_none_to_learn")
    return _fit(vstack(seen).tocsr(), np.array(gains), np.array(sizes), tell)


def _gains(
    candidates: Sequence[Candidate], accepted: Sequence[Extract], *, has_nothing: bool
) -> list[float]:
    """Return the F1 of each candidate by its characters, and of the answer that there is none."""
    gains = [max((_common(one, true) for true in accepted), default=0.0) for one in candidates]
    return [*gains, float(not accepted)] if has_nothing else gains


def _common(one: Candidate, true: Extract) -> float:
    end = true.start + len(true.text)
    common = max(0, min(one.end, end) - max(one.start, true.start))
    return 2 * common / (one.end - one.start + len(true.text))


def _fit(rows: csr_matrix, gains: Floats, sizes: Ints, tell: Callable[[], None]) -> Floats:
    """Return the weights that maximise the gain expected of a softmax over the candidates of each question."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    own = np.repeat(np.arange(len(sizes)), sizes)
    scale = np.sqrt(np.asarray(rows.multiply(rows).mean(axis=0)).ravel())
    scale[scale == 0] = 1.0
    scaled = rows.multiply(1 / scale).tocsr()
    turned = scaled.T.tocsr()

    def loss(weights: Floats) -> tuple[float, Floats]:
        tell()
        raw = scaled @ weights
        raised = np.exp(raw - np.maximum.reduceat(raw, starts)[own])
        shares = raised / np.add.reduceat(raised, starts)[own]
        expected = np.add.reduceat(shares * gains, starts)
        slope = turned @ (-shares * (gains - expected[own]))
        value = PENALTY / 2 * float(weights @ weights) - float(expected.sum())
        return value, slope + PENALTY * weights

    options = {"maxiter": STEPS}
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options=options)
    result: Floats = found.x / scale
    return result


def _line(ranker: Ranker, rows: Rows) -> tuple[float, float]:
    shares, right = [], []
    for text, target in zip(rows.inputs, rows.targets, strict=True):
        passage, question = asked_parts(text)
        choice = ranker.choose(passage, question)
        if choice.is_nothing:
            shares.append(choice.nothing or 0.0)
        else:
            shares.append(choice.places[0][2])
        said = as_found(passage, question, choice).text
        right.append(extraction.score(texts_of(target), said)[1])
    return fit_line(shares, right)
