"""Answers that are a number; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.message import Message
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.data.tables.number import as_number
from bigmodel.metrics import paired, regression
from bigmodel.metrics.counts import Floats


@dataclass(frozen=True)
class Number:
    """One answer."""

    value: float
    certainty: None = None

    @property
    def text(self) -> str:
        return f"{self.value:.5g}"


class NumberType(AnswerType):
    """One number a row."""

    name = "number"
    family = "regression"
    fields = (("scores", pa.list_(pa.float32())),)
    per_label = ("scores",)
    headings = (("writeback.number", "number"),)
    repeats = 3
    terms = ("mae", "r2")
    is_graded = True
    wording = "numbers"
    baseline = ("mean", "mse")

    def encode(self, answer: Number) -> dict[str, Any]:
        return {"scores": [float(answer.value)]}

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Number:
        return Number(record["scores"][0])

    def merge(self, repeats: Sequence[Number]) -> Number:
        return Number(float(np.mean([answer.value for answer in repeats])))

    def headline(
        self,
        truth: Sequence[str],
        answers: Sequence[Number],
        labels: Sequence[str],
    ) -> dict[str, float]:
        return regression.headline(truth, _values(answers))

    def evaluate(self, tried: Tried[Number]) -> Results:
        others = {name: _values(rows) for name, rows in tried.beside.items()}
        return regression.evaluate(
            tried.truth,
            _values(tried.answers),
            beside=others,
            baseline_truth=tried.baseline_truth,
            is_folded=tried.is_folded,
        )

    def compare(self, truth: Sequence[str], new: Sequence[Number], old: Sequence[Number]) -> Paired:
        return paired.of_numbers(_truths(truth), _values(new), _values(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.numbers")

    def mistakes(
        self,
        truth: Sequence[str],
        answers: Sequence[Number],
        *,
        of: str = "",
        said: str = "",
    ) -> list[int]:
        """Return all rows, the largest error first."""
        errors = np.abs(_values(answers) - _truths(truth))
        order: list[int] = np.argsort(-errors, kind="stable").tolist()
        return order

    def hits(self, truth: Sequence[str], answers: Sequence[Number]) -> list[int]:
        """Return all rows, the smallest error first."""
        errors = np.abs(_values(answers) - _truths(truth))
        order: list[int] = np.argsort(errors, kind="stable").tolist()
        return order

    def cells(self, answer: Number) -> tuple[Cell, ...]:
        return (round(answer.value, 6),)

    def view(self, answer: Number) -> Panel:
        return Panel("number", {"text": self.line(answer)}, "pages.text_demo.number")

    def record(self, answer: Number) -> dict[str, Any]:
        return {"value": answer.value}

    def line(self, answer: Number) -> str:
        return f"{answer.value:,.4g}"

    def own(self, text: str) -> Number | None:
        value = as_number(text)
        return None if value is None else Number(value)

    def amount(self, answer: Number) -> float:
        return answer.value


def _values(answers: Sequence[Number]) -> Floats:
    return np.array([answer.value for answer in answers], dtype=np.float64)


def _truths(truth: Sequence[str]) -> Floats:
    return np.array([as_number(text) or 0.0 for text in truth], dtype=np.float64)


ANSWER = NumberType()
