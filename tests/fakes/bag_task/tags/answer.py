"""Answers that are a bag of tags: how they are stored, measured, compared and drawn as a cloud."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, View
from bigmodel.core.message import Message
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.results import Measure, Results


@dataclass(frozen=True)
class Tags:
    tags: tuple[str, ...]
    certainty: None = None

    @property
    def text(self) -> str:
        return " ".join(self.tags)


@dataclass(frozen=True)
class CloudPanel:
    """Every tag that was answered, the commonest largest."""

    counts: tuple[tuple[str, int], ...]
    title: str = "tasks.tags.cloud"

    def html(self, say: Callable[[str], str]) -> str:
        most = max((count for _, count in self.counts), default=1)
        words = " ".join(
            f'<span style="font-size:{1 + count / most:.1f}em">{escape(tag)}</span>'
            for tag, count in self.counts
        )
        return f'<p data-testid="cloud">{words}</p>'


class TagType(AnswerType):
    name = "tags"
    fields = (("tags", pa.list_(pa.string())),)
    headings = (("writeback.label", "text"),)
    detects_strangers = False

    def encode(self, answer: Tags) -> dict[str, Any]:
        return {"tags": list(answer.tags)}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Tags:
        return Tags(tuple(record["tags"]))

    def headline(
        self, truth: Sequence[str], answers: Sequence[Tags], labels: Sequence[str]
    ) -> dict[str, float]:
        return {"tag_f1": float(np.mean(_f1(truth, answers)))} if truth else {}

    def evaluate(
        self, truth: Sequence[str], answers: Sequence[Tags], labels: Sequence[str], *,
        beside: Mapping[str, Sequence[Tags]] | None = None, baseline_truth: Sequence[str] = (),
        is_folded: bool = False,
    ) -> Results:  # fmt: skip
        value = float(np.mean(_f1(truth, answers)))
        counts = Counter(tag for answer in answers for tag in answer.tags)
        return Results(
            family=self.name,
            rows=len(truth),
            labels=(),
            measures={"tag_f1": Measure(value, value, value)},
            sentence=Message("tasks.tags.sentence", {"percent": round(100 * value)}),
            panels=(CloudPanel(tuple(counts.most_common())),),
            is_folded=is_folded,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Tags], old: Sequence[Tags]) -> Paired:
        first, second = _f1(truth, new), _f1(truth, old)
        values = [Measure(v, v, v) for v in (first.mean(), second.mean(), (first - second).mean())]
        sentence = Message("tasks.tags.sentence", {"percent": round(100 * float(first.mean()))})
        return Paired(
            sentence, (Compared("tag_f1", *values),), first > second, first < second, first - second
        )

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Tags], *, of: str = "", said: str = ""
    ) -> list[int]:
        scores = _f1(truth, answers)
        order: list[int] = np.argsort(scores, kind="stable").tolist()
        return [place for place in order if scores[place] < 1]

    def hits(self, truth: Sequence[str], answers: Sequence[Tags]) -> list[int]:
        return np.flatnonzero(_f1(truth, answers) == 1).tolist()  # type: ignore[no-any-return]

    def cells(self, answer: Tags) -> tuple[str]:
        return (answer.text,)

    def view(self, answer: Tags) -> View:
        return View(answer.text, words=tuple((tag, 1.0) for tag in answer.tags))

    def record(self, answer: Tags) -> dict[str, Any]:
        return {"tags": list(answer.tags)}


def _f1(truth: Sequence[str], answers: Sequence[Tags]) -> Any:
    pairs = [
        (set(text.split()), set(answer.tags)) for text, answer in zip(truth, answers, strict=True)
    ]
    return np.array([2 * len(a & b) / max(1, len(a) + len(b)) for a, b in pairs])


ANSWER = TagType()
