"""Answers from several media at once, with what each medium alone would have said: a class, or a number where a model has no labels; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from bigmodel.answers import label, number
from bigmodel.answers.label import Label
from bigmodel.answers.number import Number
from bigmodel.core.answer import AnswerType, Cell, Rename, Tried
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.data.tables.number import as_number
from bigmodel.data.targets.fused import KIND
from bigmodel.tasks.fusion import together
from bigmodel.training.several.fused import Fused, Plain

ALONE = "alone_"  # begins the name under which a medium alone stands beside
REMARK = "results.remarks.fused_"


class FusedType(AnswerType):
    """A class or a number a row, from several media."""

    name = "fused"
    fields: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("scores", pa.list_(pa.float32())),
        ("media", pa.list_(pa.string())),
        ("alone", pa.list_(pa.float32())),  # the scores of each medium, one after the other
        ("lacking", pa.list_(pa.string())),
    )
    per_label: ClassVar[tuple[str, ...]] = ("scores",)
    headings = (("writeback.fused", "text"), ("writeback.certainty", "share"))
    metrics = (Metric("quality", is_share=False), Metric("gain", is_share=False))
    baseline = ("majority", "accuracy")
    repeats = 1  # each repeat learns one head more for every medium
    detects_strangers = False

    def encode(self, answer: Fused) -> dict[str, Any]:
        return {
            "scores": list(map(float, answer.scores)),
            "media": [medium for medium, _ in answer.alone],
            "alone": [float(score) for _, scores in answer.alone for score in scores],
            "lacking": list(answer.lacking),
        }

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Fused:
        width, alone = len(record["scores"]), record["alone"]
        parts = (tuple(alone[at : at + width]) for at in range(0, len(alone), width or 1))
        media = tuple(zip(record["media"], parts, strict=True))
        return Fused(labels, tuple(record["scores"]), media, tuple(record["lacking"]))

    def headline(
        self, truth: Sequence[str], answers: Sequence[Fused], labels: Sequence[str]
    ) -> dict[str, float]:
        if not truth:
            return {}
        found = _of(labels).headline(truth, _plains(answers), labels)
        alone = _points_alone(truth, answers)
        told = {"quality": found["macro_f1" if labels else "r2"]}
        if alone:
            told["gain"] = together.gain(_points(truth, _plains(answers)), alone)[1].value
        return found | told

    def evaluate(self, tried: Tried[Fused]) -> Results:
        others = {name: _plains(rows) for name, rows in tried.beside.items()}
        media = _media(tried.answers)
        alone = {f"{ALONE}{medium}": [row.by(medium) for row in tried.answers] for medium in media}
        plain = Tried(
            tried.truth, _plains(tried.answers), tried.labels, others | alone,
            tried.baseline_truth, tried.is_folded,
        )  # fmt: skip
        found = _of(tried.labels).evaluate(plain)
        measures = dict(found.measures)
        measures["quality"] = measures["macro_f1" if tried.labels else "r2"]
        remarks, panels = list(found.remarks), list(found.panels)
        points = _points_alone(tried.truth, tried.answers)
        if len(points) > 1:
            whole = _points(tried.truth, _plains(tried.answers))
            best, measures["gain"] = together.gain(whole, points)
            remarks.insert(0, _remark(best, measures["gain"]))
            panels.insert(
                0, _panel(whole, points, best, measures["gain"], is_share=bool(tried.labels))
            )
        return replace(
            found,
            measures=measures,
            remarks=tuple(remarks),
            panels=tuple(panels),
            metrics=self.metrics,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Fused], old: Sequence[Fused]) -> Paired:
        return _of(old[0].labels).compare(truth, _plains(new), _plains(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield from _of(results.labels).limits(results)

    def renamed(self, answers: Sequence[Fused], rename: Rename) -> Sequence[Fused]:
        """Return answers in today's names of classes, those of each medium too."""
        if not answers or not answers[0].labels:
            return answers
        known = answers[0].labels
        whole = label.ANSWER.renamed([Label(known, row.scores) for row in answers], rename)
        alone = {
            medium: label.ANSWER.renamed(
                [Label(known, dict(row.alone)[medium]) for row in answers], rename
            )
            for medium in _media(answers)
        }
        return [
            replace(
                row,
                labels=named.labels,
                scores=named.scores,
                alone=tuple((medium, rows[at].scores) for medium, rows in alone.items()),
            )
            for at, (row, named) in enumerate(zip(answers, whole, strict=True))
        ]

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Fused], *, of: str = "", said: str = ""
    ) -> list[int]:
        return _of_rows(answers).mistakes(truth, _plains(answers), of=of, said=said)

    def hits(self, truth: Sequence[str], answers: Sequence[Fused]) -> list[int]:
        return _of_rows(answers).hits(truth, _plains(answers))

    def said(self, truth: str) -> str:
        return KIND.said(truth)

    def mark(self, text: str, truth: str, answer: Fused) -> Panel | None:  # noqa: ARG002
        """Return the truth, the answer, and what each medium alone would have said."""
        data = {"text": answer.text, "truth": self.said(truth), "beside": _beside(answer)}
        return Panel("fusion.answered", data)

    def view(self, answer: Fused) -> Panel:
        whole = _of(answer.labels).view(answer.plain)
        title = {"beside_title": "pages.demo.fused_alone"}
        return Panel(whole.kind, {**whole.data, **title, "beside": _beside(answer)}, whole.title)

    def record(self, answer: Fused) -> dict[str, Any]:
        kind = _of(answer.labels)
        alone = {medium: kind.record(answer.by(medium)) for medium, _ in answer.alone}
        return kind.record(answer.plain) | {"alone": alone, "lacking": list(answer.lacking)}

    def line(self, answer: Fused) -> str:
        return _of(answer.labels).line(answer.plain)

    def added(self, labels: Sequence[str]) -> Sequence[tuple[Message, str]]:
        return _of(labels).added(labels)

    def columns_of(self, labels: Sequence[str]) -> tuple[str, ...]:
        return _of(labels).columns_of(labels)

    def cells(self, answer: Fused) -> tuple[Cell, ...]:
        return _of(answer.labels).cells(answer.plain)

    def group(self, answer: Fused) -> str | None:
        return answer.text if answer.labels else None

    def amount(self, answer: Fused) -> float | None:
        return None if answer.labels else answer.scores[0]


def _of(labels: Sequence[str]) -> AnswerType:
    return label.ANSWER if labels else number.ANSWER


def _of_rows(answers: Sequence[Fused]) -> AnswerType:
    return _of(answers[0].labels if answers else ())


def _plains(answers: Sequence[Fused]) -> list[Plain]:
    return [answer.plain for answer in answers]


def _media(answers: Sequence[Fused]) -> tuple[str, ...]:
    return tuple(medium for medium, _ in answers[0].alone) if answers else ()


def _points(truth: Sequence[str], answers: Sequence[Plain]) -> together.Points:
    if any(isinstance(answer, Label) for answer in answers):
        return together.of_right(truth, [answer.text for answer in answers])
    true = np.array([as_number(text) or 0.0 for text in truth])
    values = [answer.value for answer in answers if isinstance(answer, Number)]
    return together.of_errors(true, np.array(values))


def _points_alone(truth: Sequence[str], answers: Sequence[Fused]) -> dict[str, together.Points]:
    return {
        medium: _points(truth, [row.by(medium) for row in answers]) for medium in _media(answers)
    }


def _remark(best: str, gain: Any) -> Message:
    """Return whether all together beat the best medium alone beyond chance, and what to do where they do not."""
    way = "better" if gain.low > 0 else "same" if gain.high >= 0 else "worse"
    args = {"gain": f"{gain.value:+.3f}", "low": f"{gain.low:+.3f}", "high": f"{gain.high:+.3f}"}
    return Message(f"{REMARK}{way}_{best}", args, "info" if way == "better" else "warning")


def _panel(
    whole: together.Points,
    alone: Mapping[str, together.Points],
    best: str,
    gain: Any,
    *,
    is_share: bool,
) -> Panel:
    rows = [
        {"name": name, "value": found.value, "low": found.low, "high": found.high}
        for name, points in {**alone, "together": whole}.items()
        for found in [together.measure_of(points)]
    ]
    by = {"name": best, "value": gain.value, "low": gain.low, "high": gain.high}
    return Panel(
        "fusion.gain", {"rows": rows, "gain": by, "is_share": is_share}, "pages.results.gain"
    )


def _beside(answer: Fused) -> list[tuple[str, str, float | None]]:
    """Return what each medium alone says, under the key of its name; nothing of one that the row lacks."""
    rows: list[tuple[str, str, float | None]] = []
    for medium, _ in answer.alone:
        one, is_lacking = answer.by(medium), medium in answer.lacking
        said = ("", None) if is_lacking else (one.text, one.certainty)
        rows.append((f"pages.results.beside_{ALONE}{medium}", *said))
    return rows


ANSWER = FusedType()
