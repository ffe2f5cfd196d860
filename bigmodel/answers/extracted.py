"""Answers that stand in a passage: how they are stored, measured, compared and shown; it trains nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.datasets.extracts import JOINED, extracts_of, texts_of
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import extraction

DEMO = "pages.demo.extract_"


@dataclass(frozen=True)
class Found:
    """One answer: where it stands in its passage (nowhere: the passage does not hold it), and the next candidates."""

    passage: str
    question: str
    start: int = 0
    end: int = 0
    certainty: float = 0.0
    others: tuple[tuple[int, int, float], ...] = ()

    @property
    def text(self) -> str:
        return self.passage[self.start : self.end]


class ExtractedType(AnswerType):
    """Words of a passage that answer a question."""

    name = "extracted"
    fields = (
        ("scores", pa.list_(pa.float32())),
        ("passage", pa.string()),
        ("question", pa.string()),
        ("place", pa.list_(pa.int32())),
        ("others", pa.string()),
    )
    headings = (("writeback.extracted", "text"), ("writeback.certainty", "share"))
    baseline = ("first", "f1")
    metrics = (
        Metric("f1", short="F1"),
        Metric("exact_match", short="EM"),
        Metric("f1_answerable"),
        Metric("right_not_in_text"),
    )
    detects_strangers = False
    reads_lines = False
    terms = ("em", "word_f1")
    wording = "extracts"
    verb = "find"

    def encode(self, answer: Found) -> dict[str, Any]:
        return {
            "scores": [float(answer.certainty)],
            "passage": answer.passage,
            "question": answer.question,
            "place": [answer.start, answer.end],
            "others": json.dumps(answer.others),
        }

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Found:
        start, end = record["place"]
        others = tuple((low, high, sure) for low, high, sure in json.loads(record["others"]))
        certainty = record["scores"][0]
        return Found(record["passage"], record["question"], start, end, certainty, others)

    def headline(
        self, truth: Sequence[str], answers: Sequence[Found], labels: Sequence[str]
    ) -> dict[str, float]:
        return extraction.headline(_accepted(truth), _texts(answers))

    def evaluate(self, tried: Tried[Found]) -> Results:
        given = extraction.Answers(
            _texts(tried.answers),
            [a.question for a in tried.answers],
            [a.passage for a in tried.answers],
        )
        others = {name: _texts(rows) for name, rows in tried.beside.items()}
        found = extraction.evaluate(
            _accepted(tried.truth), given, others, is_folded=tried.is_folded
        )
        return replace(found, metrics=self.metrics)

    def compare(self, truth: Sequence[str], new: Sequence[Found], old: Sequence[Found]) -> Paired:
        return extraction.compare(_accepted(truth), _texts(new), _texts(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.extracts")
        yield Message("show.limits.sureness")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Found], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return rows whose answer is not an accepted one, the least alike first."""
        exact, f1 = extraction.scores(_accepted(truth), _texts(answers))
        order: list[int] = np.argsort(f1, kind="stable").tolist()
        return [at for at in order if not exact[at]]

    def hits(self, truth: Sequence[str], answers: Sequence[Found]) -> list[int]:
        """Return rows answered word for word, the surest first."""
        exact, _ = extraction.scores(_accepted(truth), _texts(answers))
        order = sorted(range(len(truth)), key=lambda at: -answers[at].certainty)
        return [at for at in order if exact[at]]

    def said(self, truth: str) -> str:
        return JOINED.join(texts_of(truth)) or "–"

    def line(self, answer: Found) -> str:
        return answer.text or "–"

    def mark(self, text: str, truth: str, answer: Found) -> Panel:
        true = [one for one in extracts_of(truth) if one.start >= 0]
        places = sorted({(one.start, one.start + len(one.text)) for one in true})
        layers = [
            _layer("answer", [(answer.start, answer.end)] if answer.text else []),
            _layer("truth", places),
        ]
        return Panel("marked", {"text": answer.passage, "layers": layers, "kinds": [""]})

    def view(self, answer: Found) -> Panel:
        spans = [(answer.start, answer.end, "")] if answer.text else []
        others = [(answer.passage[low:high], sure) for low, high, sure in answer.others]
        data: dict[str, Any] = {"text": answer.text, "certainty": answer.certainty}
        data |= {"note": f"{DEMO}certainty", "nothing": f"{DEMO}nothing"}
        data |= {"others": others, "others_title": f"{DEMO}others"}
        return Panel("words", data | {"passage": answer.passage, "spans": spans})

    def record(self, answer: Found) -> dict[str, Any]:
        others = [
            {"answer": answer.passage[low:high], "start": low, "end": high, "certainty": sure}
            for low, high, sure in answer.others
        ]
        place = {"start": answer.start, "end": answer.end} if answer.text else {}
        return {
            "answer": answer.text or None, **place, "certainty": answer.certainty, "others": others,
        }  # fmt: skip

    def cells(self, answer: Found) -> tuple[Cell, ...]:
        return answer.text or None, round(answer.certainty, 4)


def _accepted(truth: Sequence[str]) -> list[list[str]]:
    return [texts_of(cell) for cell in truth]


def _texts(answers: Sequence[Found]) -> list[str]:
    return [answer.text for answer in answers]


def _layer(name: str, places: Sequence[tuple[int, int]]) -> dict[str, Any]:
    kept: list[tuple[int, int]] = []
    for low, high in places:  # accepted answers overlap; the first of them are drawn
        if all(high <= start or end <= low for start, end in kept):
            kept.append((low, high))
    return {"name": name, "spans": [[low, high, ""] for low, high in kept], "sureness": []}


ANSWER = ExtractedType()
