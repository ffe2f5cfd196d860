"""What sorting by hand has come to: classes, and a journal of what was said of rows; it knows no file and no model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

SKIPPED = ""  # what a mark says of a row that somebody left for later


@dataclass(frozen=True)
class LabelEvent:
    """What somebody said of one row: its class, or `SKIPPED`.

    `seq` grows with every mark of a dataset, so the newest is the one to take back. `is_even` tells rows that
    were offered evenly from all of them from those a model picked because they are hard: only the former are
    a fair sample to measure on.
    """

    seq: int
    row_id: str
    label: str
    is_even: bool = True

    def with_label(self, label: str) -> "LabelEvent":
        """Return the same with another label."""
        return replace(self, label=label)


@dataclass(frozen=True)
class Labelling:
    """The classes of a dataset in order, and its marks, oldest first; the newest mark of a row is what counts.

    `relabel` maps labels that came with the file to the classes they were renamed to or merged into since.
    `change` grows with everything that alters a label, `written` is the change that a version holds.
    """

    classes: tuple[str, ...] = ()
    marks: tuple[LabelEvent, ...] = ()
    relabel: Mapping[str, str] = field(default_factory=dict)
    change: int = 0
    written: int = 0

    @property
    def labels(self) -> dict[str, LabelEvent]:
        """The mark of each labelled row by row id, in the order in which the rows were labelled."""
        return {row_id: mark for row_id, mark in self._newest().items() if mark.label != SKIPPED}

    @property
    def skipped(self) -> tuple[str, ...]:
        """Rows that were left for later, the longest ago first."""
        return tuple(row for row, mark in self._newest().items() if mark.label == SKIPPED)

    @property
    def is_written(self) -> bool:
        """Whether a version holds all of this already."""
        return self.written == self.change

    def _newest(self) -> dict[str, LabelEvent]:
        newest: dict[str, LabelEvent] = {}
        for mark in self.marks:
            newest.pop(mark.row_id, None)
            newest[mark.row_id] = mark
        return newest

    # what a store does with it, worked out without one ------------------------------------------

    def marked(self, row_id: str, label: str, *, is_even: bool) -> "Labelling":
        """Return the sorting with one more mark."""
        seq = self.marks[-1].seq + 1 if self.marks else 1
        mark = LabelEvent(seq, row_id, label, is_even)
        return replace(self, marks=(*self.marks, mark), change=self.change + 1)

    def without_last(self) -> "Labelling":
        """Return the sorting without its newest mark."""
        return replace(self, marks=self.marks[:-1], change=self.change + 1)

    def with_classes(self, classes: Sequence[str], moved: Mapping[str, str]) -> "Labelling":
        """Return the sorting with other classes; marks follow the class that theirs became."""
        return replace(
            self,
            classes=tuple(classes),
            marks=tuple(
                replace(mark, label=moved.get(mark.label, mark.label)) for mark in self.marks
            ),
            change=self.change + bool(moved),
        )

    def has_same_classes(self, other: "Labelling") -> bool:
        """Whether the classes, and what became of the file's own labels, are those of the other."""
        return (self.classes, dict(self.relabel)) == (other.classes, dict(other.relabel))

    def to_json(self) -> dict[str, Any]:
        return {
            "classes": list(self.classes),
            "marks": [[mark.seq, mark.row_id, mark.label, mark.is_even] for mark in self.marks],
            "relabel": dict(self.relabel),
            "change": self.change,
            "written": self.written,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Labelling":
        marks: Iterable[Sequence[Any]] = value.get("marks", ())
        return cls(
            classes=tuple(value.get("classes", ())),
            marks=tuple(LabelEvent(int(m[0]), str(m[1]), str(m[2]), bool(m[3])) for m in marks),
            relabel=dict(value.get("relabel", {})),
            change=int(value.get("change", 0)),
            written=int(value.get("written", 0)),
        )
