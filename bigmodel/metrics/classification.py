"""How well classes are answered: from truths and probabilities to measures, matrix and lines; it reads no file."""

from collections.abc import Mapping, Sequence

import numpy as np

from bigmodel.core.results.results import ClassRow, Line, Measure, Results
from bigmodel.metrics import counts as counting
from bigmodel.metrics import intervals, roc, sentence
from bigmodel.metrics.counts import Counts, Floats, Ints

Scores = Sequence[Sequence[float]] | Floats
SMALLEST = float(np.finfo(np.float64).eps)  # a probability of 0 counts as this in the log-loss


def headline(truth: Sequence[str], scores: Scores, labels: Sequence[str]) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows. Truths must be among the labels."""
    if not truth:
        return {}
    indices, table = _indices(truth, labels), _table(scores)
    matrix = counting.confusion(indices, table.argmax(axis=1), len(labels))
    values = counting.measures(counting.of_confusion(matrix))
    found = {name: float(value) for name, value in values.items()}
    return found | {"log_loss": float(_surprises(indices, table).mean())}


def evaluate(
    truth: Sequence[str],
    scores: Scores,
    labels: Sequence[str],
    *,
    beside: Mapping[str, Scores] | None = None,
    baseline_truth: Sequence[str] = (),
    is_folded: bool = False,
) -> Results:
    """Return the whole evaluation of at least one row.

    Args:
        beside: scores of other models on the same rows, by the name they are shown under.
        baseline_truth: targets of the training rows; their commonest is the simplest guess
            (`majority`). Without them, the commonest of the tested rows.
    """
    labels = tuple(labels)
    indices, table = _indices(truth, labels), _table(scores)
    matrix = counting.confusion(indices, table.argmax(axis=1), len(labels))
    shares = _shares(baseline_truth or truth, labels)
    guess = int(shares.argmax())
    others = {name: _table(rows) for name, rows in (beside or {}).items()}
    others["majority"] = np.tile(shares, (len(truth), 1))  # its answer is always the commonest
    roc_lines, recall_lines = roc.class_lines(labels, indices, table)
    areas = [line.area for line in roc_lines if line]
    micro = roc.micro_line("micro", indices, table)
    classes = _class_rows(labels, matrix, roc_lines)
    return Results(
        family="classification",
        rows=len(truth),
        labels=labels,
        measures=_measures(indices, table),
        sentence=sentence.of_classes(matrix, labels, guess, is_folded=is_folded),
        remarks=sentence.remarks_on_classes(
            indices, table, labels, guess, instant=others.get("instant"), is_folded=is_folded
        ),
        confusion=tuple(tuple(row) for row in matrix.tolist()),
        classes=classes,
        roc=_shown(roc_lines, micro),
        precision_recall=_shown(recall_lines, None),
        roc_auc={"macro": float(np.mean(areas)), "micro": micro.area} if areas and micro else {},
        beside={name: _measures(indices, rows) for name, rows in others.items()},
        is_folded=is_folded,
    )


def _measures(truth: Ints, table: Floats) -> dict[str, Measure]:
    matrix = counting.confusion(truth, table.argmax(axis=1), table.shape[1])
    values = counting.measures(counting.of_confusion(matrix))
    ends = intervals.of_counts(matrix, counting.measures)
    result = {
        name: intervals.around_share(
            float(value), float(ends[name][0]), float(ends[name][1]), len(truth)
        )
        for name, value in values.items()
    }
    result["accuracy"] = intervals.wilson(int(matrix.trace()), len(truth))
    surprises = _surprises(truth, table)[None]
    low, high = intervals.of_rows(surprises, lambda means: {"log_loss": means[0]})["log_loss"]
    return result | {"log_loss": intervals.around(float(surprises.mean()), low, high)}


def _class_rows(
    labels: Sequence[str], matrix: Ints, lines: Sequence[Line | None]
) -> tuple[ClassRow, ...]:
    counts = counting.of_confusion(matrix)
    values = counting.f1(counts)
    low, high = intervals.of_counts(matrix, _f1_only)["f1"]
    rows = []
    for index, label in enumerate(labels):
        total, named, found = (
            int(part[index]) for part in (counts.rows, counts.named, counts.found)
        )
        line = lines[index]
        rows.append(
            ClassRow(
                label=label,
                rows=total,
                found=found,
                named=named,
                precision=intervals.wilson(found, named),
                recall=intervals.wilson(found, total),
                f1=intervals.around_share(values[index], low[index], high[index], total),
                auc=line.area if line else None,
            )
        )
    return tuple(rows)


def _f1_only(counts: Counts) -> dict[str, Floats]:
    return {"f1": counting.f1(counts)}


def _shown(lines: Sequence[Line | None], extra: Line | None) -> tuple[Line, ...]:
    kept = [line for line in lines if line][: roc.MOST_LINES]
    return (*kept, *([extra] if extra else []))


def _indices(truth: Sequence[str], labels: Sequence[str]) -> Ints:
    place = {label: index for index, label in enumerate(labels)}
    return np.fromiter((place[label] for label in truth), dtype=np.int64, count=len(truth))


def _table(scores: Scores) -> Floats:
    """Return scores as (rows, classes); what is not a number counts as 0."""
    return np.nan_to_num(np.asarray(scores, dtype=np.float64), nan=0.0)


def _surprises(truth: Ints, table: Floats) -> Floats:
    """Return minus the logarithm of the probability that each row gave to its truth."""
    chance = table[np.arange(len(truth)), truth]
    result: Floats = -np.log(np.clip(chance, SMALLEST, 1.0))
    return result


def _shares(truth: Sequence[str], labels: Sequence[str]) -> Floats:
    """Return the share of each label among truths that are labels."""
    known = set(labels)
    indices = _indices([label for label in truth if label in known], labels)
    result: Floats = np.bincount(indices, minlength=len(labels)) / max(1, len(indices))
    return result
