"""Answers that mark words of a text, each with a kind: how they are stored, measured, compared and shown; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.datasets.spans import (
    SEPARATOR,
    Span,
    line_of,
    marked_line,
    spans_of,
    write_spans,
)
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import sentence, spans

WORDS = "pages.results."


@dataclass(frozen=True)
class Marked:
    """One answer: the text as the model read it, its spans in order, and how sure the model is of each.

    `kinds` are all that the model knows; a person's marks have no certainties. `least` is how sure it is of the word that it
    is least sure of, marked or not; it is not stored.
    """

    source: str
    spans: tuple[Span, ...]
    sureness: tuple[float, ...] = ()
    kinds: tuple[str, ...] = ()
    least: float = field(default=1.0, compare=False)

    @property
    def text(self) -> str:
        return line_of(self.source, self.spans)

    @property
    def certainty(self) -> float | None:
        return float(np.mean(self.sureness)) if self.sureness else None


class SpansType(AnswerType):
    """Words of a text with their kinds."""

    name = "spans"
    fields = (("scores", pa.list_(pa.float32())), ("text", pa.string()), ("spans", pa.string()))
    headings = ()
    baseline = ("majority", "entity_f1")
    metrics = (
        Metric("entity_f1", short="F1"),
        Metric("entity_precision"),
        Metric("entity_recall"),
    )
    detects_strangers = False
    reads_lines = False
    terms = ("entity_f1", "precision", "recall")
    wording = "spans"
    verb = "mark"

    def encode(self, answer: Marked) -> dict[str, Any]:
        scores = list(map(float, answer.sureness))
        return {"scores": scores, "text": answer.source, "spans": write_spans(answer.spans)}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Marked:
        found = tuple(spans_of(record["spans"]))
        return Marked(record["text"], found, tuple(record["scores"]), labels)

    def headline(
        self, truth: Sequence[str], answers: Sequence[Marked], labels: Sequence[str]
    ) -> dict[str, float]:
        if not truth:
            return {}
        columns = spans.count(_spans(truth), _answered(answers)).columns
        return spans.named_shares(spans.shares(columns.mean(axis=1, keepdims=True)))

    def evaluate(self, tried: Tried[Marked]) -> Results:
        true, named = _spans(tried.truth), _answered(tried.answers)
        mine = spans.count(true, named, tried.labels)
        others = {n: spans.count(true, _answered(rows)) for n, rows in tried.beside.items()}
        others["majority"] = spans.count(true, [()] * len(true))  # the most frequent tag: no mark
        measures, faults = spans.measures(mine), spans.faults(true, named)
        panels = (
            Panel("classes", {"rows": spans.by_kind(mine)}, f"{WORDS}kinds", f"{WORDS}kinds_about"),
            Panel("faults", {"counts": faults}, f"{WORDS}faults", f"{WORDS}faults_about"),
        )
        return Results(
            family=self.name,
            rows=len(tried.truth),
            labels=(),
            measures=measures,
            sentence=sentence.of_spans(
                measures, faults, len(tried.truth), is_folded=tried.is_folded
            ),
            remarks=sentence.remarks_on_spans(
                mine, others.get("instant"), faults, is_folded=tried.is_folded
            ),
            panels=panels,
            beside={name: spans.measures(counted) for name, counted in others.items()},
            is_folded=tried.is_folded,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Marked], old: Sequence[Marked]) -> Paired:
        true = _spans(truth)
        first, second = (spans.count(true, _answered(side)) for side in (new, old))
        compared = tuple(spans.paired(first, second).values())
        fewer = int(second.errors.sum() - first.errors.sum())
        args = {"count": abs(fewer), "marks": int(first.true.sum()), "rows": len(truth)}
        told = sentence.compared("spans", fewer, compared[0].difference, **args)
        gains = (second.errors - first.errors).astype(np.float64)
        new_exact, old_exact = first.errors == 0, second.errors == 0
        return Paired(told, compared, new_exact & ~old_exact, old_exact & ~new_exact, gains)

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.spans")
        yield Message("show.limits.sureness")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Marked], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return texts with a mark missing or too many, the most first."""
        errors = spans.count(_spans(truth), _answered(answers)).errors
        order: list[int] = np.argsort(-errors, kind="stable")[: np.count_nonzero(errors)].tolist()
        return order

    def hits(self, truth: Sequence[str], answers: Sequence[Marked]) -> list[int]:
        """Return texts whose marks are all right, those with the most first."""
        counted = spans.count(_spans(truth), _answered(answers))
        order = np.argsort(-counted.true.sum(axis=1), kind="stable").tolist()
        return [at for at in order if counted.errors[at] == 0]

    def as_label(self, answer: Marked) -> str:
        return write_spans(answer.spans, answer.source)

    def said(self, truth: str) -> str:
        return marked_line(truth)

    def mark(self, text: str, truth: str, answer: Marked) -> Panel:
        layers = [_layer("answer", answer.spans, answer.sureness), _layer("truth", spans_of(truth))]
        kinds = sorted({*answer.kinds, *(span.kind for span in spans_of(truth))})
        return Panel("marked", {"text": answer.source, "layers": layers, "kinds": kinds})

    def view(self, answer: Marked) -> Panel:
        layers = [_layer("", answer.spans, answer.sureness)]
        data = {"text": answer.source, "layers": layers, "kinds": list(answer.kinds)}
        return Panel("marked", data)

    def record(self, answer: Marked) -> dict[str, Any]:
        sureness = answer.sureness or (None,) * len(answer.spans)
        marks = [
            {"start": start, "end": end, "kind": kind, "text": answer.source[start:end], "certainty": sure}
            for (start, end, kind), sure in zip(answer.spans, sureness, strict=True)
        ]  # fmt: skip
        return {"text": answer.source, "entities": marks}

    def added(self, labels: Sequence[str]) -> list[tuple[Message, str]]:
        """Return a column for each kind."""
        return [(Message("writeback.marked", {"kind": kind}), "text") for kind in labels]

    def cells(self, answer: Marked) -> tuple[Cell, ...]:
        """Return the words of each kind."""
        found: dict[str, list[str]] = {kind: [] for kind in answer.kinds}
        for start, end, kind in answer.spans:
            found.setdefault(kind, []).append(answer.source[start:end])
        return tuple(SEPARATOR.join(found[kind]) or None for kind in answer.kinds)


def _spans(truth: Sequence[str]) -> list[list[Span]]:
    return [spans_of(cell) for cell in truth]


def _answered(answers: Sequence[Marked]) -> list[tuple[Span, ...]]:
    return [answer.spans for answer in answers]


def _layer(name: str, marks: Sequence[Span], sureness: Sequence[float] = ()) -> dict[str, Any]:
    return {"name": name, "spans": [list(span) for span in marks], "sureness": list(sureness)}


ANSWER = SpansType()
