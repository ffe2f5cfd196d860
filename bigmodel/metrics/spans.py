"""Metrics of marked words: precision, recall and F1 of whole entities, as conlleval and seqeval define them; it reads no file.

A mark is right only if its borders and its kind are (Tjong Kim Sang and De Meulder 2003); texts count together
(micro). Borders that are off are told apart from wrong kinds. Intervals come from resamples of whole texts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bigmodel.core.datasets.spans import Span
from bigmodel.core.results.comparison import Compared
from bigmodel.core.results.results import Measure
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats, KindCounts, ratio

SHARES = ("entity_f1", "entity_precision", "entity_recall")
FAULTS = ("exact", "border", "kind", "both", "missed", "invented")
Rows = Sequence[Sequence[Span]]


def count(truth: Rows, answers: Rows, kinds: Sequence[str] = ()) -> KindCounts:
    """Count the marks of texts."""
    said = {span.kind for side in (truth, answers) for row in side for span in row}
    names = tuple(sorted(said | set(kinds)))
    place = {name: at for at, name in enumerate(names)}
    sides = np.zeros((3, len(truth), len(names)), np.int64)
    for at, (true, named) in enumerate(zip(truth, answers, strict=True)):
        for side, spans in enumerate((set(true), set(named), set(true) & set(named))):
            for span in spans:
                sides[side, at, place[span.kind]] += 1
    return KindCounts(names, *sides)


def shares(columns: Floats) -> dict[str, Floats]:
    """Return precision, recall and F1 from sums or means of found, named and true marks, shaped (3, n)."""
    found, named, true = columns
    return {
        "entity_f1": ratio(2 * found, named + true),
        "entity_precision": ratio(found, named),
        "entity_recall": ratio(found, true),
    }


def measures(counted: KindCounts) -> dict[str, Measure]:
    """Return each measure with its interval."""
    return intervals.of_means(counted.columns, shares, SHARES)


def by_kind(counted: KindCounts) -> list[dict[str, object]]:
    """Return what was found of each kind, the commonest first, with intervals of its shares."""
    true, named, found = (side.sum(axis=0) for side in (counted.true, counted.named, counted.found))
    recall, precision = ratio(found, true), ratio(found, named)
    f1 = ratio(2 * found, true + named)
    rows: list[dict[str, object]] = []
    for at in np.argsort(-true, kind="stable").tolist():
        columns = np.stack([s[:, at] for s in (counted.found, counted.named, counted.true)])
        ends = intervals.of_rows(columns.astype(np.float64), shares)
        by_name = {name.removeprefix("entity_"): interval for name, interval in ends.items()}
        numbers = {"rows": true, "named": named, "found": found}
        rows.append(
            {
                "label": counted.kinds[at],
                **{name: int(side[at]) for name, side in numbers.items()},
                "recall": float(recall[at]),
                "precision": float(precision[at]),
                "f1": float(f1[at]),
                "roc_auc": None,
                "intervals": by_name,
            }
        )
    return rows


def faults(truth: Rows, answers: Rows) -> dict[str, int]:
    """Return how many marks are right, and of the others what is wrong with them.

    A true mark that was not found is counted once: `kind` where the borders are right, `border` where a mark of
    its kind overlaps it, `both` where one of another kind does, else `missed`. `invented` ones touch no true mark.
    """
    counts = dict.fromkeys(FAULTS, 0)
    for true, named in zip(truth, answers, strict=True):
        for span in true:
            counts[_fault(span, named)] += 1
        counts["invented"] += sum(not any(_touch(span, other) for other in true) for span in named)
    return counts


def paired(first: KindCounts, second: KindCounts) -> dict[str, Compared]:
    """Return each measure of two models on the same texts and its difference, with paired intervals."""
    return intervals.compared(first.columns, second.columns, shares)


def _fault(span: Span, named: Sequence[Span]) -> str:
    near = [other for other in named if _touch(span, other)]
    if span in near:
        return "exact"
    if any(other[:2] == span[:2] for other in near):
        return "kind"
    if any(other.kind == span.kind for other in near):
        return "border"
    return "both" if near else "missed"


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def named_shares(values: Mapping[str, Floats]) -> dict[str, float]:
    """Return shares of one sample as plain numbers."""
    return {name: float(value[0]) for name, value in values.items()}
