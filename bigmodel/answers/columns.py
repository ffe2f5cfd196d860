"""Answers in several columns at once, a class, a number or marked words in each: how they are stored, measured, compared and shown; it trains nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from bigmodel.answers import label, number, spans
from bigmodel.answers.label import Label
from bigmodel.answers.number import Number
from bigmodel.answers.spans import Marked
from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.datasets.columns import BETWEEN, Head, heads_of, line_of, read_columns
from bigmodel.core.datasets.spans import Span, write_spans
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import sentence
from bigmodel.metrics.columns import score as metrics
from bigmodel.metrics.columns import sharing
from bigmodel.metrics.columns.score import Answered
from bigmodel.metrics.columns.sharing import Beside, Cost

WORDS = "pages.results."
NUMBERS, MARKS = ("scores", "apart", "cost"), ("marks", "marks_apart")
Part = Label | Number | Marked


@dataclass(frozen=True)
class Several:
    """One answer. `scores` are those of all outputs in the order of `outputs`: probabilities of classes, and numbers.

    `marks` are the marked words of each column that holds such, whose scores say nothing. Of a row that was held out,
    `apart` and `marks_apart` are those of models that learned one column each, and `cost` what both ways took, where
    they were trained for comparison.
    """

    outputs: tuple[str, ...]
    scores: tuple[float, ...]
    apart: tuple[float, ...] = ()
    cost: tuple[float, ...] = ()
    marks: tuple[Marked, ...] = ()
    marks_apart: tuple[Marked, ...] = ()

    @cached_property
    def parts(self) -> dict[str, Part]:
        """The answer in each column."""
        heads = heads_of(self.outputs)
        marked = dict(zip((h.column for h in heads if h.kinds), self.marks, strict=True))
        return {head.column: marked.get(head.column) or _part(head, self.scores) for head in heads}

    @property
    def alone(self) -> "Several":
        """What models of one column each answer."""
        return Several(self.outputs, self.apart, marks=self.marks_apart)

    @property
    def text(self) -> str:
        return BETWEEN.join(f"{name}: {part.text}" for name, part in self.parts.items())

    @property
    def certainty(self) -> float | None:
        """How sure the least sure class is."""
        sure = [part.certainty for part in self.parts.values() if part.certainty is not None]
        return min(sure, default=None)


class ColumnsType(AnswerType):
    """A class, a number or marked words in each of several columns."""

    name = "columns"
    terms = ("accuracy", "f1", "matrix", "roc", "mae", "r2", "entity_f1")
    fields: ClassVar[tuple[tuple[str, Any], ...]] = (
        *((name, pa.list_(pa.float32())) for name in NUMBERS),
        *((name, pa.string()) for name in MARKS),
    )
    per_label: ClassVar[tuple[str, ...]] = ("scores",)
    headings = ()
    metrics = (Metric("mean_score"), Metric("all_right"))
    repeats = 3
    baseline = ("guess", "mean_score")

    def encode(self, answer: Several) -> dict[str, Any]:
        numbers = {name: list(map(float, getattr(answer, name))) for name in NUMBERS}
        return numbers | {name: marks_cell(getattr(answer, name)) for name in MARKS}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Several:
        rest = (tuple(record.get(name) or ()) for name in NUMBERS[1:])
        marks = (marks_in(record.get(name) or "", labels) for name in MARKS)
        return Several(labels, tuple(record["scores"]), *rest, *marks)

    def merge(self, repeats: Sequence[Several]) -> Several:
        """Return the mean of scores; of marked words the first answer's."""
        means = np.mean([answer.scores for answer in repeats], axis=0)
        return Several(repeats[0].outputs, tuple(means.tolist()), marks=repeats[0].marks)

    def headline(
        self, truth: Sequence[str], answers: Sequence[Several], labels: Sequence[str]
    ) -> dict[str, float]:
        return metrics.score_of(_columns(truth, answers)) if truth else {}

    def evaluate(self, tried: Tried[Several]) -> Results:
        mine, heads = _columns(tried.truth, tried.answers), heads_of(tried.answers[0].outputs)
        others = dict(tried.beside)
        others["guess"] = [_guess(heads, tried.baseline_truth or tried.truth)] * len(tried.truth)
        apart = _apart(tried.answers)
        if apart:
            others = {"apart": apart} | others
        by_name = {name: _columns(tried.truth, rows) for name, rows in others.items()}
        whole = {head.column: _whole(head, tried, others) for head in heads}
        cost = Cost(*tried.answers[0].cost) if tried.answers[0].cost else None
        rows = [
            sharing.row(one, whole.get(one.head.column), _beside(one, by_name.get("apart")))
            for one in mine
        ]
        found = metrics.measures(mine)
        return Results(
            family=self.name,
            rows=len(tried.truth),
            labels=(),
            measures=found,
            sentence=sentence.of_columns(rows, len(tried.truth), is_folded=tried.is_folded),
            remarks=(*sharing.remarks(rows, cost), *_remarks(whole)),
            beside={name: metrics.measures(side) for name, side in by_name.items()},
            panels=(
                Panel("columns", {"rows": rows, "cost": cost and cost.record}, f"{WORDS}targets", f"{WORDS}targets_about"),
                *(replace(p, of=name) for name, one in whole.items() if one for p in one.panels),
            ),
            is_folded=tried.is_folded,
        )  # fmt: skip

    def compare(
        self, truth: Sequence[str], new: Sequence[Several], old: Sequence[Several]
    ) -> Paired:
        first, second = _columns(truth, new), _columns(truth, old)
        found = metrics.paired(first, second)
        gains = metrics.gains(first, second)
        lead = found["mean_score"]
        shares = {name: 100 * side.value for name, side in zip(("new", "old"), lead, strict=False)}
        told = sentence.compared("columns", lead[2].value, lead[2], rows=len(truth), **shares)
        compared = tuple(Compared(name, *measure) for name, measure in found.items())
        return Paired(told, compared, gains > 0, gains < 0, gains)

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.columns")
        yield Message("show.limits.sureness")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Several], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return rows that are wrong somewhere, the worst first; a truth and an answer must meet in one column."""
        faults = metrics.faults(_columns(truth, answers))
        met = [
            place for place in range(len(truth)) if _meets(truth[place], answers[place], of, said)
        ]
        is_right = of and of == said
        order = sorted(met, key=lambda place: -faults[place])
        return [place for place in order if is_right or faults[place] > 0]  # fmt: skip

    def hits(self, truth: Sequence[str], answers: Sequence[Several]) -> list[int]:
        """Return all rows, those answered best in every column first."""
        faults = metrics.faults(_columns(truth, answers))
        order: list[int] = np.argsort(faults, kind="stable").tolist()
        return order

    def said(self, truth: str) -> str:
        return line_of(read_columns(truth))

    def view(self, answer: Several) -> Panel:
        parts = [_drawn_part(name, _type(part).view(part)) for name, part in answer.parts.items()]
        return Panel("columns", {"parts": parts})

    def mark(self, text: str, truth: str, answer: Several) -> Panel | None:
        """Return every column with its answer and its truth, where one holds marked words: else they stand side by side."""
        if not answer.marks:
            return None
        true = {head.column: head.value(truth) for head in heads_of(answer.outputs)}
        parts = [
            _drawn_part(name, spans.ANSWER.mark(text, true[name], part))
            if isinstance(part, Marked)
            else {"column": name, "answer": part.text, "truth": true[name]}
            for name, part in answer.parts.items()
        ]
        return Panel("columns", {"parts": parts})

    def record(self, answer: Several) -> dict[str, Any]:
        return {"answers": {name: _type(part).record(part) for name, part in answer.parts.items()}}

    def line(self, answer: Several) -> str:
        lines = (f"{name}: {_type(part).line(part)}" for name, part in answer.parts.items())
        return BETWEEN.join(lines)

    def added(self, labels: Sequence[str]) -> list[tuple[Message, str]]:
        """Return a column for each answer, and one of how sure it is behind a class."""
        found: list[tuple[Message, str]] = []
        for head in heads_of(labels):
            args = {"column": head.column}
            if head.kinds:
                found += spans.ANSWER.added([f"{head.column}: {kind}" for kind in head.kinds])
                continue
            found.append((Message("writeback.column", args), "text" if head.classes else "number"))
            if head.classes:
                found.append((Message("writeback.column_certainty", args), "share"))
        return found

    def cells(self, answer: Several) -> tuple[Cell, ...]:
        return tuple(cell for part in answer.parts.values() for cell in _type(part).cells(part))


def marks_cell(marks: Sequence[Marked]) -> str:
    """Return marked words, a column each, as one cell: texts with their spans and how sure each is."""
    rows = [[one.source, [list(span) for span in one.spans], list(one.sureness)] for one in marks]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def marks_in(cell: str, outputs: Sequence[str]) -> tuple[Marked, ...]:
    """Return what `marks_cell` wrote; without any, that nothing is marked."""
    heads = [head for head in heads_of(outputs) if head.kinds]
    rows = json.loads(cell) if cell else [("", (), ()) for _ in heads]
    return tuple(
        Marked(source, tuple(Span(*span) for span in found), tuple(sure), head.kinds)
        for head, (source, found, sure) in zip(heads, rows, strict=True)
    )


def _drawn_part(column: str, panel: Panel) -> dict[str, Any]:
    return {"column": column, "kind": panel.kind, "data": panel.data, "title": panel.title}


def _type(part: Part) -> AnswerType:
    if isinstance(part, Marked):
        return spans.ANSWER
    return label.ANSWER if isinstance(part, Label) else number.ANSWER


def _part(head: Head, scores: Sequence[float]) -> Label | Number:
    mine = tuple(scores[head.outputs])
    return Label(head.classes, mine) if head.classes else Number(mine[0])


def _columns(truth: Sequence[str], answers: Sequence[Several]) -> list[Answered]:
    """Return truths and answers column by column."""
    return [
        Answered(head, [head.value(cell) for cell in truth], [_said(answer.parts[head.column]) for answer in answers])
        for head in heads_of(answers[0].outputs)
    ]  # fmt: skip


def _said(part: Part) -> str | float:
    if isinstance(part, Marked):
        return write_spans(part.spans)
    return part.text if isinstance(part, Label) else part.value


def _whole(
    head: Head, tried: Tried[Several], beside: Mapping[str, Sequence[Several]]
) -> Results | None:
    """Return the evaluation of one column on the rows that say something in it; None where there are none."""
    values = [head.value(cell) for cell in tried.truth]
    known = [place for place, value in enumerate(values) if value]
    if not known:
        return None
    name = head.column
    kind = _type(tried.answers[0].parts[name])
    mine = Tried(
        truth=[values[place] for place in known],
        answers=[tried.answers[place].parts[name] for place in known],
        labels=head.classes or head.kinds,
        beside={
            other: [rows[place].parts[name] for place in known]
            for other, rows in beside.items()
            if other in ("instant", "apart")
        },
        baseline_truth=[value for cell in tried.baseline_truth if (value := head.value(cell))],
        is_folded=tried.is_folded,
    )
    return kind.evaluate(mine)


def _apart(answers: Sequence[Several]) -> list[Several]:
    """Return what separate models answer, nothing where they were not asked about every row."""
    if not all(answer.apart for answer in answers):
        return []
    return [answer.alone for answer in answers]


def _beside(mine: Answered, apart: Sequence[Answered] | None) -> Beside | None:
    """Return one column of separate models beside ours, on the rows that are known."""
    other = next((one for one in apart or () if one.head == mine.head), None)
    known = np.flatnonzero(mine.is_known).tolist()
    if other is None or not known:
        return None
    shared, alone = ([said[place] for place in known] for said in (mine.said, other.said))
    return Beside([mine.truth[place] for place in known], shared, alone)


def _guess(heads: Sequence[Head], truth: Sequence[str]) -> Several:
    """Return the simplest guess: how frequent each class is, the average of numbers, and no mark."""
    scores: list[float] = []
    outputs = tuple(name for head in heads for name in head.names)
    for head in heads:
        values = [value for cell in truth if (value := head.value(cell))]
        if head.kinds:
            scores += [0.0] * len(head.names)
        elif head.classes:
            scores += [values.count(name) / max(1, len(values)) for name in head.classes]
        else:
            scores.append(float(np.mean([float(v) for v in values])) if values else 0.0)
    return Several(outputs, tuple(scores), marks=marks_in("", outputs))


def _remarks(whole: Mapping[str, Results | None]) -> Iterator[Message]:
    """Yield what is to be said of each column, where that warns."""
    for name, results in whole.items():
        for remark in results.remarks if results else ():
            if remark.level == "warning":
                yield Message("results.remarks.of_column", {"column": name}, "warning")
                yield remark


def _meets(truth: str, answer: Several, of: str, said: str) -> bool:
    """Tell whether some column has this truth and this answer."""
    cells = read_columns(truth)
    return any(
        (not of or cells.get(name) == of) and (not said or part.text == said)
        for name, part in answer.parts.items()
    )


ANSWER = ColumnsType()
