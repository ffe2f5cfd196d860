"""Targets that are marked words of a text: spans with a kind; it opens no file."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.datasets.spans import (
    Mark,
    Span,
    marked_line,
    parse_marks,
    spans_of,
    write_marks,
    write_spans,
)
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.kept import kept_places, kept_span, occurrences
from bigmodel.data.targets.survey import Survey, error

FITTING = 0.9  # of the cells are lists of marks, where somebody marked words
BARS = 12
# What was left out or moved of the marks, in the order in which it is said.
COUNTED = ("unread", "moved", "lost", "outside", "blank", "overlapping")


class SpansKind(TargetKind):
    """Words marked in the text of a row, each with its kind."""

    name = "spans"
    fewest_to_hold_out = 20  # a text holds many words
    is_drawn = True
    fewest_classes = 1
    has_several = True
    reads_inputs = True

    def fit(self, found: Survey) -> float:
        """Return 1 where nearly every cell is a list of marks, and some mark something."""
        marks = [parse_marks(label) for label in found.labels]
        rows = sum(
            int(n) for n, mark in zip(found.label_rows, marks, strict=True) if mark is not None
        )
        return float(any(marks) and rows >= FITTING * found.usable)

    def recognises(self, values: Sequence[str]) -> bool:
        if sum(value.lstrip().startswith(("[", "{")) for value in values) < FITTING * len(values):
            return False
        marks = [parse_marks(value) for value in values]
        return any(marks) and sum(m is not None for m in marks) >= FITTING * len(values)

    def parts(self, target: str) -> Sequence[str]:
        return [span.kind for span in spans_of(target)]

    def recoined(self, target: str, name: str, to: str) -> str:
        marks = parse_marks(target) or []
        if name not in [mark.kind for mark in marks]:
            return target
        return write_marks(replace(m, kind=to) if m.kind == name else m for m in marks)

    def among(self, target: str, classes: Sequence[str]) -> str:
        only = classes[0] if len(classes) == 1 else None
        marks = (replace(m, kind=only or m.kind) for m in parse_marks(target) or ())
        return write_marks(mark for mark in marks if mark.kind in classes)

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def classes(self, found: Survey) -> dict[str, int]:
        """Return the kinds and how many marks each has."""
        counts: Counter[str] = Counter()
        for label, rows in zip(found.labels, found.label_rows.tolist(), strict=True):
            for span in spans_of(label):
                counts[span.kind] += rows
        return dict(counts.most_common())

    def errors(self, found: Survey) -> Iterator[Message]:
        if not self.classes(found) and not found.is_begun:
            yield error("spans_none", column=found.column)

    def warnings(self, found: Survey) -> Iterator[Message]:
        for name in COUNTED:
            if count := found.counts.get(f"spans_{name}", 0):
                yield found.remark(f"spans_{name}", count=count)
        rare = [kind for kind, count in self.classes(found).items() if count < 3]
        if rare:
            yield found.remark("spans_rare", kinds=", ".join(rare[:5]))

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return two strata: rows with marks and rows without."""
        is_marked = np.array([bool(spans_of(label)) for label in found.labels] or [False])
        return np.where(found.codes >= 0, is_marked[found.codes].astype(np.int32), -1).astype(
            np.int32
        )

    def stratum(self, target: str) -> str:
        return str(bool(spans_of(target)))

    def fitted(
        self,
        targets: Sequence[str],
        cells: Sequence[str],
        inputs: Sequence[str],
        counts: Counter[str] | None = None,
    ) -> list[str]:
        """Return marks in cells as spans of inputs that were cleaned; what cannot be kept is counted."""
        found: Counter[str] = Counter()
        rows = zip(targets, cells, inputs, strict=True)
        fitted = [_Fitter(cell, text, found).fit(target) for target, cell, text in rows]
        if counts is not None:
            counts.update({f"spans_{name}": count for name, count in found.items()})
        return fitted

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted({span.kind for target in targets for span in spans_of(target)}))

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return parse_marks(truth) is not None

    def said(self, target: str) -> str:
        return marked_line(target)

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        bars = tuple(summary.classes.items())
        return Chart(bars[:BARS], Message("pages.data.spans_target"), max(0, len(bars) - BARS))


class _Fitter:
    """Brings the marks of one cell to the text that is kept of it."""

    def __init__(self, cell: str, text: str, counts: Counter[str]) -> None:
        self._cell, self._text, self._counts = cell, text, counts

    def fit(self, target: str) -> str:
        if not target:
            return ""
        marks = parse_marks(target)
        if marks is None:
            self._counts["unread"] += 1
            return ""
        placed = [span for mark in marks if (span := self._placed(mark))]
        return write_spans(self._apart(placed), self._text)

    def _placed(self, mark: Mark) -> Span | None:
        """Return a mark where it stands in the text, None where it stands nowhere."""
        start, end = mark.start, mark.end
        if mark.words and self._cell[start:end] != mark.words:
            places = occurrences(self._cell, mark.words)
            if not places:
                self._counts["lost"] += 1
                return None
            start = min(places, key=lambda place: abs(place - mark.start))
            end = start + len(mark.words)
            self._counts["moved"] += start != mark.start or end != mark.end
        if not 0 <= start < end <= len(self._cell):
            self._counts["outside"] += 1
            return None
        if not self._cell[start:end].strip():
            self._counts["blank"] += 1
            return None
        kept = kept_span(self._kept, self._text, start, end)
        if kept is None:
            self._counts["lost"] += 1
            return None
        return Span(*kept, mark.kind)

    @cached_property
    def _kept(self) -> NDArray[np.int64]:
        return kept_places(self._cell, self._text)

    def _apart(self, spans: Sequence[Span]) -> list[Span]:
        """Return spans of which none overlaps another: the longer one stays, then the first."""
        kept: list[Span] = []
        for span in sorted(set(spans), key=lambda s: (s.start - s.end, s.start, s.kind)):
            if any(span.start < other.end and other.start < span.end for other in kept):
                self._counts["overlapping"] += 1
            else:
                kept.append(span)
        return kept


KIND = SpansKind()
