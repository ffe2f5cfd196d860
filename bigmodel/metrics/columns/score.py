"""How well several columns are answered at once: one score over all of them, with intervals of resampled rows; it reads no file.

The score of a column is macro-F1 where it holds classes, F1 of whole entities where it holds marked words, and R²,
never below 0, where it holds numbers; that of a model is their mean. A row counts in the columns of which it says something.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bigmodel.core.datasets.columns import Head
from bigmodel.core.datasets.spans import spans_of
from bigmodel.core.results.results import Measure
from bigmodel.metrics import intervals, spans
from bigmodel.metrics.counts import Floats, ratio

NUMBER_COLUMNS = 4  # known, squared error, truth and its square
SPAN_COLUMNS = 3  # marks found, marks answered, true marks
Said = Sequence[
    str | float
]  # what a model says in a column: a class, a number or a list of marks a row


@dataclass(frozen=True)
class Answered:
    """A column: what is true of each row ("" where that is not known), and what a model says."""

    head: Head
    truth: Sequence[str]
    said: Said

    @property
    def is_known(self) -> Floats:
        """(rows,) 1 where the truth is known."""
        return np.array([bool(text) for text in self.truth], np.float64)


def score_of(columns: Sequence[Answered]) -> dict[str, float]:
    """Return both measures without intervals; at least one row."""
    found = _measures(columns)(_stacked(columns).mean(axis=1, keepdims=True))
    return {name: float(value[0]) for name, value in found.items()}


def measures(columns: Sequence[Answered]) -> dict[str, Measure]:
    """Return both measures with their intervals."""
    stacked, of_means = _stacked(columns), _measures(columns)
    values = of_means(stacked.mean(axis=1, keepdims=True))
    drawn, rows = of_means(_resampled(stacked)), stacked.shape[1]
    ends = {name: _ends(found) for name, found in drawn.items()}
    return {n: intervals.around_share(float(v[0]), *ends[n], rows) for n, v in values.items()}


def paired(
    new: Sequence[Answered], old: Sequence[Answered]
) -> dict[str, tuple[Measure, Measure, Measure]]:
    """Return each measure of two models on the same rows and its difference, by the same resamples of rows."""
    sides = [_stacked(new), _stacked(old)]
    drawn = np.vsplit(_resampled(np.concatenate(sides)), [len(sides[0])])
    values = [_measures(side)(rows.mean(axis=1, keepdims=True)) for side, rows in zip((new, old), sides, strict=True)]  # fmt: skip
    resampled = [_measures(side)(means) for side, means in zip((new, old), drawn, strict=True)]
    found = {}
    for name in values[0]:
        numbers = [*(v[name][0] for v in values), values[0][name][0] - values[1][name][0]]
        rows = [*(r[name] for r in resampled), resampled[0][name] - resampled[1][name]]
        made = [
            intervals.around(float(number), *_ends(row))
            for number, row in zip(numbers, rows, strict=True)
        ]
        found[name] = (made[0], made[1], made[2])
    return found


def gains(new: Sequence[Answered], old: Sequence[Answered]) -> Floats:
    """Return by how much each row is better answered: classes and marks by right or wrong, numbers by errors in spreads, (rows,)."""
    summed: Floats = np.zeros(len(new[0].truth))
    for first, second in zip(new, old, strict=True):
        summed += _faults(second) - _faults(first)
    return summed / len(new)


def faults(columns: Sequence[Answered]) -> Floats:
    """Return how wrong each row is answered, (rows,): wrong classes, rows with a wrong mark, and errors of numbers in spreads."""
    summed: Floats = np.sum([_faults(column) for column in columns], axis=0)
    return summed


def _faults(column: Answered) -> Floats:
    known = column.is_known
    if column.head.kinds:
        found, named, true = _marks(column)
        is_wrong: Floats = np.where((found < named) | (found < true), 1.0, 0.0)
        return is_wrong * known
    if column.head.classes:
        wrong = [t != s for t, s in zip(column.truth, column.said, strict=True)]
        return np.array(wrong, np.float64) * known
    true, said = _numbers(column)
    spread = float(true[known > 0].std()) if known.any() else 0.0
    off: Floats = np.abs(said - true) * known / (spread or 1.0)
    return off


def _stacked(columns: Sequence[Answered]) -> Floats:
    """Return what the measures are made of, (columns, rows): the parts of every column, and those of rows wholly right."""
    parts = [part for column in columns for part in _parts(column)]
    sorted_ = [column for column in columns if column.head.kind != "number"]
    known = np.prod([column.is_known for column in sorted_], axis=0) if sorted_ else None
    if known is None or not known.any():  # of no row it can be said
        return np.array(parts)
    right = known * (np.sum([_faults(column) for column in sorted_], axis=0) == 0)
    return np.array([*parts, right, known])


def _parts(column: Answered) -> list[Floats]:
    known, classes = column.is_known, column.head.classes
    if column.head.kinds:
        return _marks(column)
    if classes:
        place = {label: at for at, label in enumerate(classes)}
        true = np.array([place.get(text, -1) for text in column.truth])
        said = np.where(known > 0, [place[str(text)] for text in column.said], -1)
        counts = [
            (side == at).astype(np.float64) for at in range(len(classes)) for side in (true, said)
        ]
        found = [((true == at) & (said == at)).astype(np.float64) for at in range(len(classes))]
        return [*counts, *found]
    numbers, answered = _numbers(column)
    centred = (numbers - numbers[known > 0].mean()) * known if known.any() else numbers * 0
    return [known, known * (answered - numbers) ** 2, centred, centred**2]


def _marks(column: Answered) -> list[Floats]:
    """Return how many marks of each row are found, answered and true, nothing where the truth is not known."""
    truth = [spans_of(text) for text in column.truth]
    said = [spans_of(str(text)) for text in column.said]
    counted = spans.count(truth, said).columns * column.is_known
    return list(counted)


def _numbers(column: Answered) -> tuple[Floats, Floats]:
    true = np.array([float(text or 0) for text in column.truth], np.float64)
    return true, np.array(column.said, np.float64)


def _measures(columns: Sequence[Answered]) -> Callable[[Floats], Mapping[str, Floats]]:
    """Return the function from means of `_stacked`, (parts, resamples), to both measures."""

    def of_means(means: Floats) -> Mapping[str, Floats]:
        scores, at = [], 0
        for column in columns:
            count = len(column.head.classes)
            width = SPAN_COLUMNS if column.head.kinds else 3 * count or NUMBER_COLUMNS
            scores.append(_score(column.head, means[at : at + width]))
            at += width
        found = {"mean_score": np.mean(scores, axis=0)}
        return found | ({"all_right": ratio(means[at], means[at + 1])} if at < len(means) else {})

    return of_means


def _score(head: Head, part: Floats) -> Floats:
    if head.kinds:
        return spans.shares(part)["entity_f1"]
    return _macro_f1(part, len(head.classes)) if head.classes else _explained(part)


def _macro_f1(part: Floats, count: int) -> Floats:
    """Return the mean F1 over the classes that occur, in truths or answers."""
    either = part[: 2 * count].reshape(count, 2, -1).sum(axis=1)
    shares = ratio(2 * part[2 * count :], either)
    occurs = np.maximum(1, (either > 0).sum(axis=0))
    mean: Floats = (shares * (either > 0)).sum(axis=0) / occurs
    return mean


def _explained(part: Floats) -> Floats:
    """Return R², 0 where a column does not vary or is explained worse than by its mean."""
    known, error, first, second = part
    variance = second - ratio(first**2, known)
    varies = variance > 1e-12 * second
    explained: Floats = np.clip(1 - error / np.where(varies, variance, 1.0), 0.0, 1.0)
    return np.where(varies, explained, 0.0)


def _ends(values: Floats) -> tuple[float, float]:
    """Return where the middle 95 % of resamples lie."""
    low, high = np.percentile(values, (2.5, 97.5)).tolist()
    return low, high


def _resampled(stacked: Floats) -> Floats:
    """Return means over resamples of the rows, (parts, resamples)."""
    random, rows = np.random.default_rng(intervals.SEED), stacked.shape[1]
    batch = max(1, intervals.CELLS_AT_ONCE // max(1, rows))
    means = []
    for start in range(0, intervals.RESAMPLES, batch):
        size = min(batch, intervals.RESAMPLES - start)
        weights = random.multinomial(rows, np.full(rows, 1 / rows), size=size)
        means.append(stacked @ weights.T / rows)
    return np.concatenate(means, axis=1)
