"""Targets that are several columns of a row, classes, numbers and marked words mixed; it opens no file."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.columns import (
    BETWEEN,
    MOST_COLUMNS,
    Value,
    heads_of,
    is_marked,
    line_of,
    output_names,
    read_columns,
    shown,
    write_columns,
)
from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.datasets.spans import spans_of
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.tables.label import listed, no_answers
from bigmodel.data.targets.spans import KIND as MARKED
from bigmodel.data.targets.survey import Survey, error

BARS = 12
NUMBER, LABEL, SPANS = "number", "label", "spans"  # the kinds that a column may be of


class ColumnsKind(TargetKind):
    """Two columns or more, each a class, a number or marked words; a row may say nothing in some of them."""

    name = "columns"
    by_hand = False
    has_several = True
    learns_several = True

    @property
    def is_told(self) -> bool:
        """Whether columns are classes of one row is for a person to say: any table may have several such."""
        return False

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def classes(self, found: Survey) -> dict[str, int]:
        """Return the classes of every column and the kinds of its marks, each after its column."""
        counts = {
            f"{name}: {label}": int(rows)
            for name, column in columns_in(found).items()
            if column.kind.name != NUMBER
            for label, rows in _counted(column).items()
        }
        return dict(Counter(counts).most_common())

    def errors(self, found: Survey) -> Iterator[Message]:
        columns = columns_in(found)
        if not found.is_begun and not 2 <= len(columns) <= MOST_COLUMNS:
            yield error("columns_count", count=len(columns), most=MOST_COLUMNS)
        for name, column in columns.items():
            if not column.usable:
                yield error("columns_empty", column=name)
            elif column.kind.name in (LABEL, NUMBER, SPANS):
                yield from column.kind.errors(column)
            else:
                count, rows = len(column.labels), column.usable
                yield error("columns_text", column=name, count=count, rows=rows)

    def warnings(self, found: Survey) -> Iterator[Message]:
        """Yield how each column was read, and what cannot be learned well."""
        cells = [read_columns(label) for label in found.labels]
        is_told = False
        for name, column in columns_in(found).items():
            lacking = found.usable - column.usable
            none = no_answers_in(found, [shown(cell.get(name)) for cell in cells])
            yield found.remark(_read_as(column), level="info", **_said_of(name, column))
            if none:
                told = listed([f"{name}: {label}" for label in sorted(none)])
                yield found.remark("columns_no_answer", level="info", labels=told)
            if lacking:
                yield found.remark("columns_missing", level="info", column=name, count=lacking)
            if column.kind.name == SPANS:
                what_counts = {} if is_told else found.counts  # of all such columns together
                yield from MARKED.warnings(replace(column, counts=what_counts))
                is_told = True
            rare = [column.labels[at] for at in np.flatnonzero(column.label_rows == 1)]
            if rare and column.kind.name == LABEL:
                told = listed([f"{name}: {label}" for label in rare])
                yield found.remark("class_single", count=len(rare), labels=told)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return the class of the first column with classes, else the bin of the first number; rows without are one stratum."""
        columns = list(columns_in(found).values())
        if not columns:
            return np.where(found.codes >= 0, 0, -1).astype(np.int32)
        chosen = next((one for one in columns if one.kind.name == LABEL), columns[0])
        strata = chosen.kind.strata(chosen)
        rest = strata.max(initial=-1) + 1
        return np.where(found.codes < 0, -1, np.where(strata < 0, rest, strata)).astype(np.int32)

    def stratum(self, target: str) -> str:
        values = [value for value in read_columns(target).values() if isinstance(value, str)]
        classes = (value for value in values if not is_marked(value))
        return next(classes, str(any(map(spans_of, values))))

    def fitted(
        self,
        targets: Sequence[str],
        cells: Sequence[str],
        inputs: Sequence[str],
        counts: Counter[str] | None = None,
    ) -> list[str]:
        """Return marked words of every column as they suit the cleaned input; other values stay as they are."""

        def suited(target: str, cell: str, text: str) -> str:
            values = read_columns(target)
            marked = {name: str(value) for name, value in values.items() if is_marked(value)}
            rows = MARKED.fitted(list(marked.values()), [cell] * len(marked), [text] * len(marked), counts)  # fmt: skip
            return (
                write_columns({**values, **dict(zip(marked, rows, strict=True))})
                if marked
                else target
            )

        return [suited(*row) for row in zip(targets, cells, inputs, strict=True)]

    def written(self, found: Survey, targets: Sequence[str]) -> Sequence[str]:
        """Return targets with amounts as numbers; what is none of a column of numbers or of marks, or no answer, says nothing."""
        columns = columns_in(found)
        marked = {name for name, column in columns.items() if column.kind.name == SPANS}
        known = {name: set(column.labels) for name, column in columns.items()}
        amounts = {name: one for name, one in columns.items() if one.kind.name == NUMBER}

        def value(name: str, text: Value) -> Value:
            if text is None or shown(text) not in known[name]:
                return None
            if name in marked and not is_marked(text):
                return None
            if name not in amounts:
                return text
            number = amounts[name].format.number(str(text))
            whole = number is not None and float(number).is_integer()
            return int(number) if number is not None and whole else number

        rows = (read_columns(target) for target in targets)
        return [write_columns({n: value(n, text) for n, text in row.items()}) for row in rows]

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Return the outputs of a model of these targets; a column with one class or number, or no mark, has none to learn."""
        known: dict[str, set[Value]] = {}
        marked: set[str] = set()
        for target in targets:
            for name, value in read_columns(target).items():
                known.setdefault(name, set()).update(() if value is None else (value,))
        columns: dict[str, Sequence[str]] = {}
        for name, values in known.items():
            are_numbers = not any(isinstance(value, str) for value in values)
            if values and all(map(is_marked, values)):
                marked.add(name)
                if kinds := MARKED.labels_of([str(value) for value in values]):
                    columns[name] = kinds
            elif len(values) > 1:
                columns[name] = () if are_numbers else sorted(map(shown, values))
        return output_names(columns, marked)

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return any(head.value(truth) for head in heads_of(tuple(labels)))

    def said(self, target: str) -> str:
        return line_of(read_columns(target))

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        bars = tuple(summary.classes.items())
        title = Message("pages.data.columns_target", {"columns": BETWEEN.join(recipe.targets)})
        return Chart(bars[:BARS], title, max(0, len(bars) - BARS))


def columns_in(found: Survey) -> dict[str, Survey]:
    """Return the survey of each column by its name: rows, classes and numbers as if it stood alone."""
    cells = [read_columns(label) for label in found.labels]
    names = dict.fromkeys(name for cell in cells for name in cell)
    return {name: _column(found, name, [shown(cell.get(name)) for cell in cells]) for name in names}


def _column(found: Survey, name: str, values: Sequence[str]) -> Survey:
    none = no_answers_in(found, values)
    labels = [label for label in dict.fromkeys(filter(None, values)) if label not in none]
    place = {label: number for number, label in enumerate(labels)}
    codes = np.array([*(place.get(value, -1) for value in values), -1], np.int32)
    return replace(found, labels=labels, codes=codes[found.codes], asked=None, column=name)


def no_answers_in(found: Survey, values: Sequence[str]) -> set[str]:
    """Return the values of a column that stand for no answer; `values` are in step with the labels of the survey."""
    counts: Counter[str] = Counter()
    for value, rows in zip(values, found.label_rows.tolist(), strict=True):
        counts[value] += rows
    return {value for value in no_answers(counts)[0] if value}


def _counted(column: Survey) -> dict[str, int]:
    """Return the classes of a column and their rows, or the kinds of its marks and how many there are."""
    if column.kind.name == SPANS:
        return MARKED.classes(column)
    return dict(zip(column.labels, map(int, column.label_rows), strict=True))


def _read_as(column: Survey) -> str:
    return {NUMBER: "columns_numbers", SPANS: "columns_marks"}.get(column.kind.name, "columns_classes")  # fmt: skip


def _said_of(name: str, column: Survey) -> dict[str, str | int | float]:
    if column.kind.name == SPANS:
        marks = _counted(column)
        return {"column": name, "count": sum(marks.values()), "labels": listed(list(marks))}
    if column.kind.name != NUMBER:
        return {"column": name, "count": len(column.labels), "labels": listed(column.labels)}
    known = column.numbers[np.isfinite(column.numbers)]
    return {"column": name, "low": float(known.min()), "high": float(known.max())}


KIND = ColumnsKind()
