"""Texts that are written as answers: encoding, evaluation and comparison; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Dial, Tried
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import writing

WORDS = "pages.results.measures."
BEGINNING = 60  # characters of a row that a model is given to be tried on


@dataclass(frozen=True)
class Written:
    """What a model wrote after a row, or as the answer to it; `counts` are those of `metrics.writing`, of row and text."""

    text: str
    counts: tuple[float, ...] = (0.0,) * len(writing.COUNTS)
    base: str = ""  # what the base wrote that the model was tuned from

    @property
    def certainty(self) -> None:
        """A text is not right or wrong."""
        return None


class WrittenType(AnswerType):
    """A text that goes on a row, or answers it."""

    name = "written"
    fields = (("text", pa.string()), ("counts", pa.list_(pa.float64())), ("base", pa.string()))
    headings = (("writeback.written", "text"),)
    detects_strangers = False
    terms = ("perplexity",)
    is_graded = True
    wording = "writing"
    verb = "write"
    baseline = (writing.SIMPLEST, writing.BITS)
    goes_on = True
    grows = True
    reads_lines = False
    dials: ClassVar = (
        Dial("temperature", 0.0, 1.5, 0.8, 0.1),
        Dial("length", 20, 1_000, 200, 20),
        Dial("seed", 0, 1_000, 0, 1),
        Dial("base", 0, 1, 0, 1),
    )
    metrics = (
        Metric(writing.BITS, higher_is_better=False, is_share=False, words=f"{WORDS}bits"),
        Metric("perplexity", higher_is_better=False, is_share=False, words=f"{WORDS}perplexity"),
        Metric(
            writing.PER_BYTE,
            higher_is_better=False,
            is_share=False,
            words=f"{WORDS}byte_perplexity",
        ),
        Metric(
            writing.PER_TOKEN,
            higher_is_better=False,
            is_share=False,
            words=f"{WORDS}token_perplexity",
        ),
        Metric("repetition", higher_is_better=False, words=f"{WORDS}repetition"),
        Metric("copied", higher_is_better=False, words=f"{WORDS}copied"),
    )

    def encode(self, answer: Written) -> dict[str, Any]:
        counts = list(map(float, answer.counts))
        return {"text": answer.text, "counts": counts, "base": answer.base}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Written:
        counts = tuple(record["counts"])
        lacking = (0.0,) * (len(writing.COUNTS) - len(counts))  # of models of earlier releases
        return Written(record["text"], counts + lacking, record.get("base") or "")

    def headline(
        self, truth: Sequence[str], answers: Sequence[Written], labels: Sequence[str]
    ) -> dict[str, float]:
        return writing.headline(_counts(answers))

    def evaluate(self, tried: Tried[Written]) -> Results:
        others = {name: _counts(rows) for name, rows in tried.beside.items()}
        found = writing.evaluate(_counts(tried.answers), beside=others, is_folded=tried.is_folded)
        return replace(found, metrics=self.metrics)

    def compare(
        self, truth: Sequence[str], new: Sequence[Written], old: Sequence[Written]
    ) -> Paired:
        return writing.compare(_counts(new), _counts(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.writing")
        yield Message("show.limits.writing_copies")

    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Written], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return rows that surprise it more than the middle one does, the most first."""
        bits = writing.row_bits(_counts(answers))
        order: list[int] = np.argsort(-bits, kind="stable").tolist()
        return order[: len(order) // 2]

    def hits(self, truth: Sequence[str], answers: Sequence[Written]) -> list[int]:
        """Return the other rows, those that surprise it least first."""
        bits = writing.row_bits(_counts(answers))
        order: list[int] = np.argsort(bits, kind="stable").tolist()
        return order[: len(order) - len(order) // 2]

    def opening(self, text: str) -> str:
        """Return the question of a conversation, and the beginning of any other text."""
        if turns := turns_of(text):
            return turns[0]
        cut = text[:BEGINNING]
        head, space, _ = cut.rpartition(" ")
        return head if space and len(text) > BEGINNING and len(head) > BEGINNING // 2 else cut

    def view(self, answer: Written) -> Panel:
        named = dict(zip(writing.COUNTS, answer.counts, strict=True))
        runs, copied = int(named["runs"]), int(named["copied"])
        told = {"text": answer.text, "runs": runs, "copied": copied, "is_long": True}
        return Panel("words", told | {"base": answer.base})

    def mark(self, text: str, truth: str, answer: Written) -> Panel | None:
        """Return what the model wrote beside what its base did, where it has one."""
        return self.view(answer) if answer.base else None

    def record(self, answer: Written) -> dict[str, Any]:
        named = dict(zip(writing.COUNTS, answer.counts, strict=True))
        found: dict[str, Any] = {"written": answer.text}
        if named["characters"]:
            found[writing.BITS] = named["bits"] / named["characters"]
        if answer.base:
            found["base"] = answer.base
        return found | {"runs": int(named["runs"]), "copied_runs": int(named["copied"])}

    def cells(self, answer: Written) -> tuple[Cell, ...]:
        return (answer.text,)


def _counts(answers: Sequence[Written]) -> list[tuple[float, ...]]:
    return [answer.counts for answer in answers]


ANSWER = WrittenType()
