"""Answers that are a bag of tags: how they are stored, measured, compared and drawn as a cloud."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Tried
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results


@dataclass(frozen=True)
class Tags:
    tags: tuple[str, ...]
    certainty: None = None

    @property
    def text(self) -> str:
        return " ".join(self.tags)


class TagType(AnswerType):
    name = "tags"
    fields = (("tags", pa.list_(pa.string())),)
    headings = (("writeback.label", "text"),)
    detects_strangers = False
    grows = True
    metrics = (Metric("missed", False, False, words="tasks.tags.missed"),)

    def encode(self, answer: Tags) -> dict[str, Any]:
        return {"tags": list(answer.tags)}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Tags:
        return Tags(tuple(record["tags"]))

    def headline(
        self, truth: Sequence[str], answers: Sequence[Tags], labels: Sequence[str]
    ) -> dict[str, float]:
        return {"missed": float(_missed(truth, answers).mean())} if truth else {}

    def evaluate(self, tried: Tried[Tags]) -> Results:
        value = float(_missed(tried.truth, tried.answers).mean())
        counts = Counter(tag for answer in tried.answers for tag in answer.tags)
        return Results(
            family=self.name,
            rows=len(tried.truth),
            labels=(),
            measures={"missed": Measure(value)},
            sentence=Message("tasks.tags.sentence", {"count": round(value, 2)}),
            panels=(Panel("tags.cloud", {"counts": counts.most_common()}, "tasks.tags.cloud"),),
            is_folded=tried.is_folded,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Tags], old: Sequence[Tags]) -> Paired:
        first, second = _missed(truth, new), _missed(truth, old)
        values = [Measure(v) for v in (first.mean(), second.mean(), (first - second).mean())]
        sentence = Message("tasks.tags.sentence", {"count": round(float(first.mean()), 2)})
        return Paired(
            sentence, (Compared("missed", *values),), first < second, first > second, second - first
        )

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Tags], *, of: str = "", said: str = ""
    ) -> list[int]:
        missed = _missed(truth, answers)
        order: list[int] = np.argsort(-missed, kind="stable").tolist()
        return [place for place in order if missed[place]]

    def hits(self, truth: Sequence[str], answers: Sequence[Tags]) -> list[int]:
        return np.flatnonzero(_missed(truth, answers) == 0).tolist()  # type: ignore[no-any-return]

    def cells(self, answer: Tags) -> tuple[str]:
        return (answer.text,)

    def record(self, answer: Tags) -> dict[str, Any]:
        return {"tags": list(answer.tags)}


def _missed(truth: Sequence[str], answers: Sequence[Tags]) -> Any:
    """Return how many tags are missing or too many, row by row."""
    pairs = zip(truth, answers, strict=True)
    return np.array([float(len(set(text.split()) ^ set(one.tags))) for text, one in pairs])


ANSWER = TagType()
