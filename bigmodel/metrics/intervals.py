"""Intervals of 95 %: Wilson's for shares, percentiles of seeded resamples for all else. Same input, same interval."""

from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.results.comparison import Compared
from bigmodel.core.results.results import Measure
from bigmodel.metrics.counts import Counts, Floats, Ints

Z = 1.959963984540054  # of a normal distribution, two-sided 95 %
RESAMPLES = 1_000
SEED = 20_240_601
SIDES = ("new", "old", "by")  # of a comparison
CELLS_AT_ONCE = 2_000_000  # keeps a batch of resamples near 16 MB


def wilson(part: int, whole: int) -> Measure:
    """Return a share with its score interval (Wilson 1927); of nothing, everything is possible."""
    if whole == 0:
        return Measure(0.0, 0.0, 1.0)
    share = part / whole
    scale = 1 + Z**2 / whole
    centre = (share + Z**2 / (2 * whole)) / scale
    half = Z * np.sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2)) / scale
    return Measure(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def of_counts(
    matrix: Ints, measures: Callable[[Counts], Mapping[str, Floats]]
) -> dict[str, tuple[Floats, Floats]]:
    """Return low and high of each measure over resamples of the rows behind a confusion matrix.

    Drawing rows with replacement is drawing its cells from a multinomial distribution, which costs
    the same for a thousand rows and for a million.
    """
    truth, answer = np.nonzero(matrix)  # sorted by truth
    cells = matrix[truth, answer]
    drawn: dict[str, list[Floats]] = {}
    for counts in _drawn_counts(truth, answer, cells, matrix.shape[0]):
        for name, values in measures(counts).items():
            drawn.setdefault(name, []).append(values)
    return {name: _ends(np.concatenate(parts)) for name, parts in drawn.items()}


def of_rows(
    columns: Floats, measures: Callable[[Floats], Mapping[str, Floats]]
) -> dict[str, tuple[float, float]]:
    """Return low and high of each measure of column means over resamples of rows.

    `columns` is (columns, rows); `measures` gets the means, shaped (columns, resamples).
    """
    count, rows = columns.shape
    random = np.random.default_rng(SEED)
    batch = max(1, CELLS_AT_ONCE // max(1, rows))
    means = np.empty((count, RESAMPLES))
    for start in range(0, RESAMPLES, batch):
        size = min(batch, RESAMPLES - start)
        chosen = random.integers(0, rows, (size, rows), dtype=np.int32)
        for index, column in enumerate(columns):
            means[index, start : start + size] = column[chosen].mean(axis=1)
    ends = {name: _ends(values) for name, values in measures(means).items()}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def of_pairs(
    truth: Ints, new: Ints, old: Ints, classes: int, measure: Callable[[Counts], Floats]
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Return low and high of a measure of two models' answers to the same rows, and of its difference.

    A paired bootstrap (Efron and Tibshirani 1993): both models keep the same rows of every resample.
    Rows of the same truth and the same two answers are one cell of a multinomial distribution.
    """
    cells, sizes = np.unique(np.stack([truth, new, old]), axis=1, return_counts=True)
    random = np.random.default_rng(SEED)
    batch = max(1, CELLS_AT_ONCE // len(sizes))
    values = np.empty((3, RESAMPLES))
    for start in range(0, RESAMPLES, batch):
        size = min(batch, RESAMPLES - start)
        drawn = random.multinomial(len(truth), sizes / len(truth), size=size)
        rows = _summed(drawn, cells[0], classes)
        for index, answers in enumerate(cells[1:]):
            order = np.argsort(answers, kind="stable")
            named = _summed(drawn[:, order], answers[order], classes)
            found = _summed(drawn * (cells[0] == answers), cells[0], classes)
            values[index, start : start + size] = measure(Counts(rows, named, found))
    values[2] = values[0] - values[1]
    new_ends, old_ends, by = (tuple(map(float, _ends(row))) for row in values)
    return new_ends, old_ends, by  # type: ignore[return-value] # two ends each


def of_means(
    columns: Floats,
    measures: Callable[[Floats], Mapping[str, Floats]],
    shares: Collection[str] = (),
) -> dict[str, Measure]:
    """Return each measure of column means with its interval; arguments as of `of_rows`.

    Those named in `shares` lie between 0 and 1.
    """
    values, ends = measures(columns.mean(axis=1, keepdims=True)), of_rows(columns, measures)
    return {
        name: around_share(float(value[0]), *ends[name], columns.shape[1])
        if name in shares
        else around(float(value[0]), *ends[name])
        for name, value in values.items()
    }


def compared(
    new: Floats, old: Floats, measures: Callable[[Floats], Mapping[str, Floats]]
) -> dict[str, Compared]:
    """Return each measure that two models share on the same rows, and its difference: a paired bootstrap.

    `new` and `old` are (columns, rows); `measures` gets the means of one of them, as of `of_rows`.
    """
    half = len(new)

    def both(means: Floats) -> dict[str, Floats]:
        mine, its = measures(means[:half]), measures(means[half:])
        found = {f"new {name}": value for name, value in mine.items()}
        found |= {f"old {name}": value for name, value in its.items()}
        shared = [name for name in mine if name in its]
        return found | {f"by {name}": mine[name] - its[name] for name in shared}

    made = of_means(np.concatenate([new, old]), both)
    names = [key.removeprefix("by ") for key in made if key.startswith("by ")]
    return {name: Compared(name, *(made[f"{side} {name}"] for side in SIDES)) for name in names}


def around(value: float, low: float, high: float) -> Measure:
    """Return a measure whose interval holds its value: percentiles of a biased measure may not."""
    return Measure(float(value), float(min(value, low)), float(max(value, high)))


def around_share(value: float, low: float, high: float, rows: int) -> Measure:
    """Return a measure between 0 and 1 whose interval has a width.

    Where every answer was right (or wrong), so is every resample; then the interval is that of a
    share of as many rows (Wilson).
    """
    if high > low or rows == 0:
        return around(value, low, high)
    share = wilson(round(value * rows), rows)
    return around(value, share.low, share.high)


def _drawn_counts(
    truth: NDArray[np.intp], answer: NDArray[np.intp], cells: Ints, classes: int
) -> Iterator[Counts]:
    random = np.random.default_rng(SEED)
    total = int(cells.sum())
    batch = max(1, CELLS_AT_ONCE // max(1, len(cells)))
    by_answer = np.argsort(answer, kind="stable")
    for start in range(0, RESAMPLES, batch):
        size = min(batch, RESAMPLES - start)
        drawn = random.multinomial(total, cells / total, size=size)
        yield Counts(
            rows=_summed(drawn, truth, classes),
            named=_summed(drawn[:, by_answer], answer[by_answer], classes),
            found=_summed(drawn * (truth == answer), truth, classes),
        )


def _summed(drawn: Ints, classes_of: NDArray[np.intp], classes: int) -> Ints:
    """Return the columns summed by their class; the classes are sorted."""
    present, starts = np.unique(classes_of, return_index=True)
    sums = np.zeros((drawn.shape[0], classes), dtype=np.int64)
    sums[:, present] = np.add.reduceat(drawn, starts, axis=1)
    return sums


def _ends(values: Floats) -> tuple[Floats, Floats]:
    low, high = np.percentile(values, [2.5, 97.5], axis=-1 if values.ndim == 1 else 0)
    return low, high
