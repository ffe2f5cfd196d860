"""Two models on the same rows: what each achieves, and whether the difference is more than chance; it reads no file.

Rows right: McNemar's comparison (1947), which only looks at the rows that one model got right and the
other wrong, with the interval of its mid-p test (Fagerland, Lydersen and Laake 2013 prefer it to the
exact one). Every other measure: a paired bootstrap (Efron and Tibshirani 1993; of speech, by whole
recordings, Bisani and Ney 2004), in which both models keep the same resampled rows.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bigmodel.core.results import alignment
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.results import Measure
from bigmodel.metrics import counts as counting
from bigmodel.metrics import intervals, sentence, transcription
from bigmodel.metrics.counts import Floats, Ints

TAIL = 0.025  # on either side of an interval of 95 %
HALVINGS = 50
NEARER = 1e-9  # errors that differ by less are the same


def of_classes(truth: Sequence[str], new: Sequence[str], old: Sequence[str]) -> Paired:
    """Compare answered classes; at least one row."""
    labels = sorted({*truth, *new, *old})
    place = {label: index for index, label in enumerate(labels)}
    true, first, second = (
        np.array([place[label] for label in column], np.int64) for column in (truth, new, old)
    )
    new_right, old_right = first == true, second == true
    gained, lost = new_right & ~old_right, old_right & ~new_right
    rows = len(truth)
    accuracy = Compared(
        "accuracy",
        intervals.wilson(int(new_right.sum()), rows),
        intervals.wilson(int(old_right.sum()), rows),
        mcnemar(int(gained.sum()), int(lost.sum()), rows),
    )
    more = int(gained.sum()) - int(lost.sum())
    told = sentence.compared("classes", more, accuracy.difference, count=abs(more), rows=rows)
    f1 = _macro_f1(true, first, second, len(labels))
    gains = gained.astype(np.float64) - lost
    return Paired(told, (accuracy, f1), gained, lost, gains)


def of_numbers(
    truth: Sequence[float] | Floats, new: Sequence[float] | Floats, old: Sequence[float] | Floats
) -> Paired:
    """Compare answered numbers; at least one row."""
    true, first, second = (np.asarray(column, np.float64) for column in (truth, new, old))
    new_off, old_off = np.abs(first - true), np.abs(second - true)
    mine, its = (np.stack([off, off**2]) for off in (new_off, old_off))
    found = intervals.compared(mine, its, lambda means: {"mae": means[0], "mse": means[1]})
    mae, mse = found["mae"], found["mse"]
    nearer = old_off - new_off
    better = mae.old.value - mae.new.value
    args = {"new": mae.new.value, "old": mae.old.value, "rows": len(true)}
    told = sentence.compared("numbers", better, mae.difference, **args)
    return Paired(told, (mae, mse), nearer > NEARER, nearer < -NEARER, nearer)


def of_transcripts(truth: Sequence[str], new: Sequence[str], old: Sequence[str]) -> Paired:
    """Compare two models' transcripts of the same recordings; at least one."""
    is_unspaced = alignment.is_unspaced(" ".join(truth[:1000]))
    first, second = transcription.counted(truth, new), transcription.counted(truth, old)
    by_words = _error_rate("wer", first.words, second.words)
    by_letters = _error_rate("cer", first.letters, second.letters)
    lead, other = (by_letters, by_words) if is_unspaced else (by_words, by_letters)
    mine, its = (first.letters, second.letters) if is_unspaced else (first.words, second.words)
    fewer = int(its[1:].sum() - mine[1:].sum())
    kind = "characters" if is_unspaced else "words"
    args = {"count": abs(fewer), "said": int(mine[0].sum()), "rows": len(truth)}
    told = sentence.compared(kind, fewer, lead.difference, **args)
    new_exact, old_exact = first.is_exact > 0, second.is_exact > 0
    gained, lost = new_exact & ~old_exact, old_exact & ~new_exact
    gains = (its[1:].sum(axis=0) - mine[1:].sum(axis=0)).astype(np.float64)
    return Paired(told, (lead, other), gained, lost, gains)


def mcnemar(gained: int, lost: int, rows: int) -> Measure:
    """Return the difference of two shares of the same rows, with the interval of McNemar's mid-p test.

    It excludes 0 exactly where that test finds more than chance at 5 %. Where no row differs, the width
    is that of a share of none (Wilson).
    """
    differing = gained + lost
    value = (gained - lost) / rows
    if not differing:
        width = intervals.wilson(0, rows).high
        return Measure(0.0, -width, width)
    low, high = _share_of_differing(gained, differing)
    scale = differing / rows
    return intervals.around(value, scale * (2 * low - 1), scale * (2 * high - 1))


def _share_of_differing(part: int, whole: int) -> tuple[float, float]:
    """Return the interval of a share whose mid-p tails are `TAIL` each (Lancaster 1961)."""
    log_choose = _log_choose(whole)

    def above(share: float) -> float:
        """Return the chance of more than `part`, and half that of exactly `part`."""
        steps = np.arange(whole + 1)
        chance = np.exp(log_choose + steps * np.log(share) + (whole - steps) * np.log1p(-share))
        return float(chance[part + 1 :].sum() + chance[part] / 2)

    low = 0.0 if part == 0 else _solved(above, TAIL)
    high = 1.0 if part == whole else _solved(above, 1 - TAIL)
    return low, high


def _solved(rising: Callable[[float], float], wanted: float) -> float:
    """Return where a function that rises from 0 to 1 has a value, by halving."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _log_choose(whole: int) -> Floats:
    """Return the logarithms of the binomial coefficients of `whole`."""
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, whole + 1)))])
    result: Floats = factorials[-1] - factorials - factorials[::-1]
    return result


def _macro_f1(true: Ints, new: Ints, old: Ints, classes: int) -> Compared:
    both = [counting.confusion(true, answers, classes) for answers in (new, old)]
    values = [float(_f1(counting.of_confusion(matrix))) for matrix in both]
    ends = intervals.of_pairs(true, new, old, classes, _f1)
    measures = [
        intervals.around_share(value, low, high, len(true))
        for value, (low, high) in zip(values, ends, strict=False)
    ]
    difference = intervals.around(values[0] - values[1], *ends[2])
    return Compared("macro_f1", measures[0], measures[1], difference)


def _f1(counts: counting.Counts) -> Floats:
    return counting.measures(counts)["macro_f1"]


def _error_rate(name: str, new: Ints, old: Ints) -> Compared:
    """Return a rate of errors of both; `new` and `old` are counts (4, recordings)."""
    mine, its = (np.stack([new[0], of[1:].sum(axis=0)]).astype(np.float64) for of in (new, old))
    found = intervals.compared(
        mine, its, lambda means: {name: means[1] / np.maximum(means[0], 1e-9)}
    )
    return found[name]
