"""How well classes are answered: from truths and probabilities to measures, matrix and lines; it reads no file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import counts as counting
from bigmodel.metrics import intervals, roc, sentence
from bigmodel.metrics.counts import Counts, Floats, Ints
from bigmodel.metrics.roc import Line

Scores = Sequence[Sequence[float]] | Floats
WORDS = "pages.results."
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
    micro = roc.micro_line("", indices, table)
    measures = _measures(indices, table)
    if areas and micro:
        measures |= {
            "roc_auc": Measure(float(np.mean(areas))),
            "roc_auc_micro": Measure(micro.area),
        }
    return Results(
        family="classification",
        rows=len(truth),
        labels=labels,
        measures=measures,
        sentence=sentence.of_classes(matrix, labels, guess, is_folded=is_folded),
        remarks=sentence.remarks_on_classes(
            indices, table, labels, guess, instant=others.get("instant"), is_folded=is_folded
        ),
        panels=(
            Panel("confusion", {"labels": labels, "rows": matrix.tolist()}, f"{WORDS}matrix"),
            *_line_panels(roc_lines, micro, recall_lines),
            Panel("classes", {"rows": _class_rows(labels, matrix, roc_lines)}, f"{WORDS}classes"),
        ),
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
) -> list[dict[str, Any]]:
    counts = counting.of_confusion(matrix)
    values = counting.f1(counts)
    low, high = intervals.of_counts(matrix, _f1_only)["f1"]
    rows = []
    for index, label in enumerate(labels):
        total, named, found = (
            int(part[index]) for part in (counts.rows, counts.named, counts.found)
        )
        line = lines[index]
        shares = {
            "precision": intervals.wilson(found, named),
            "recall": intervals.wilson(found, total),
            "f1": intervals.around_share(values[index], low[index], high[index], total),
        }
        rows.append(
            {"label": label, "rows": total, "found": found, "named": named}
            | {name: share.value for name, share in shares.items()}
            | {"roc_auc": line.area if line else None}
            | {"intervals": {name: (share.low, share.high) for name, share in shares.items()}}
        )
    return rows


def _f1_only(counts: Counts) -> dict[str, Floats]:
    return {"f1": counting.f1(counts)}


def _line_panels(
    roc_lines: Sequence[Line | None], micro: Line | None, recall_lines: Sequence[Line | None]
) -> Iterator[Panel]:
    """Yield the ROC and the precision-recall lines, where there are any."""
    for name, lines, extra, x, y in (
        ("roc", roc_lines, micro, "axis_false", "axis_true"),
        ("precision_recall", recall_lines, None, "axis_recall", "axis_precision"),
    ):
        kept = [line for line in lines if line][: roc.MOST_LINES] + ([extra] if extra else [])
        data = {"x": x, "y": y, "area": f"area_{name}", "is_roc": name == "roc"}
        if kept:
            yield Panel("lines", data | {"lines": [asdict(line) for line in kept]}, WORDS + name)


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
