"""The contract of an answer type: what a model's answers are, how they are stored, measured, compared and shown.

A type is a module `bigmodel/answers/<name>.py`, or `answer.py` beside the task that brings it, and holds
`ANSWER`. It never imports torch. A task names it: `Task.answer = "label"`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.alignment import Edit, diff
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results

A = TypeVar("A")
Answer = Any  # a frozen value with `text` and `certainty`; only its type knows more of it
Cell = str | float | None
Rename = Callable[[str], str]
UNSURE = 0.5  # certainty below which a word is marked


def percent(share: float) -> str:
    """Return a share as people read it; what is not certain is never called 100 %."""
    return "> 99.9 %" if share >= 0.9995 else f"{100 * share:.1f} %"


@dataclass(frozen=True)
class Dial:
    """What a person may turn before a model answers, such as its temperature; its words are `pages.text_demo.dial_<name>`."""

    name: str
    low: float
    high: float
    start: float
    step: float

    def within(self, value: float) -> float:
        """Return a value that is none beyond the ends."""
        return min(self.high, max(self.low, value))


@dataclass(frozen=True)
class Tried(Generic[A]):
    """Rows whose truth is known, with what a model answered to them."""

    truth: Sequence[str]
    answers: Sequence[A]
    labels: Sequence[str]  # what the model chooses between
    beside: Mapping[str, Sequence[A]] = field(default_factory=dict)  # of others, by their names
    baseline_truth: Sequence[str] = ()  # of the training rows, for the simplest guess
    is_folded: bool = False  # the rows were measured by cross-validation


class AnswerType(ABC):
    """What the house asks of a kind of answers. Rows, truths and answers stand in step with each other."""

    name: ClassVar[str]
    family: ClassVar[str] = ""  # its name in records of models and evaluations, where that differs
    fields: ClassVar[tuple[tuple[str, Any], ...]]  # columns of predictions.parquet and their types
    per_label: ClassVar[tuple[str, ...]] = ()  # those of lists with a number for each label, or one
    headings: ClassVar[tuple[tuple[str, str], ...]]  # of the columns added to a table: words, kind
    metrics: ClassVar[tuple[Metric, ...]] = ()  # its own, beside those that the house knows
    columns: ClassVar[tuple[str, ...]] = ("predicted", "certainty")  # of a table of files
    baseline: ClassVar[tuple[str, str]] = ("", "")  # the simplest guess, and its measure to beat
    measured_by: ClassVar[
        tuple[str, ...]
    ] = ()  # settings that must be the same to compare two models
    repeats: ClassVar[int] = 1  # of cross-validation: more than one where `merge` can average
    chooses: ClassVar[bool] = False  # one of the labels that a model lists
    detects_strangers: ClassVar[bool] = True  # whether its table says which rows fit none
    is_graded: ClassVar[bool] = False  # better or worse, never simply wrong
    terms: ClassVar[tuple[str, ...]] = ()  # of its measures, as `pages.learn.term.` explains them
    wording: ClassVar[str] = "answers"  # end of the keys of what is said of its rows
    verb: ClassVar[str] = (
        "estimate"  # on the button of the text demo: a key below `pages.text_demo.`
    )
    goes_on: ClassVar[bool] = (
        False  # by bases that go on from a text or draw what is asked, and by no others
    )
    grows: ClassVar[bool] = False  # by a token or a step: a demo shows it as far as it has come
    dials: ClassVar[tuple[Dial, ...]] = ()  # of an answer that grows (`core.task.Adjustable`)
    makes_files: ClassVar[bool] = False  # answers consist of files, such as pictures or sounds
    asks: ClassVar[str] = (
        ""  # where no row of its medium: `class`, its name or nothing, or a `text` to be said
    )
    faults: ClassVar[
        tuple[str, ...]
    ] = ()  # ways in which a row may be wrong, for `mistakes(said=…)`: words `fault_<wording>_…`
    reads_lines: ClassVar[bool] = True  # each line of a demo's box is a row of its own
    shows_input: ClassVar[bool] = False  # an answer is drawn on the picture that was asked about
    finds: ClassVar[bool] = False  # objects, as some bases do and can do nothing else
    is_text: ClassVar[bool] = False  # can be aligned with the truth, word by word
    rewords: ClassVar[bool] = False  # what it reads: a document comes back in its shape
    has_claims: ClassVar[bool] = False  # a demo may ask whether it is one of the labels (`claim`)

    @abstractmethod
    def encode(self, answer: Answer) -> dict[str, Any]:
        """Return an answer as JSON writes it; `fields` of it are stored."""

    @abstractmethod
    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Answer:
        """Return what `encode` wrote, or what was stored of it."""

    def asked(self, inputs: Sequence[str], truth: Sequence[str]) -> Sequence[str]:
        """Return what a model is asked where it is measured: the inputs, or with the truth beside where its answer holds the measures."""
        return inputs

    def stored(self, truth: str) -> str:
        """Return a truth as it is stored beside an answer."""
        return truth

    def sides(self, answer: Answer) -> tuple[bytes, bytes] | None:
        """Return two pictures of an answer to slide over each other, before and after, where there are such."""
        return None

    def kept(self, answer: Answer) -> Answer:
        """Return an answer without what is shown of it once and never stored."""
        return answer

    def shared(self, answer: Answer) -> Answer:
        """Return an answer without what it shows of training rows, as others than their owner see it."""
        return answer

    def merge(self, repeats: Sequence[Answer]) -> Answer:
        """Return the mean of answers to one row."""
        return repeats[0]

    @abstractmethod
    def headline(
        self, truth: Sequence[str], answers: Sequence[Answer], labels: Sequence[str]
    ) -> dict[str, float]:
        """Return every measure without its interval; nothing for no rows."""

    @abstractmethod
    def evaluate(self, tried: Tried[Any]) -> Results:
        """Return the whole evaluation of at least one row."""

    @abstractmethod
    def compare(self, truth: Sequence[str], new: Sequence[Answer], old: Sequence[Answer]) -> Paired:
        """Compare two models on at least one row.

        Raises:
            ModelError: their measures are of different kinds; the key, `compare_…`, says how.
        """

    def limits(self, results: Results) -> Iterator[Message]:
        """Yield what models with such answers cannot do, the most important first."""
        yield from ()

    def renamed(self, answers: Sequence[Answer], rename: Rename) -> Sequence[Answer]:
        """Return answers of an older model in today's names of classes."""
        return answers

    @abstractmethod
    def mistakes(
        self, truth: Sequence[str], answers: Sequence[Answer], *, of: str = "", said: str = ""
    ) -> list[int]:
        """Return the places of wrong rows, the worst first; `of` a truth and `said` an answer narrow them down."""

    @abstractmethod
    def hits(self, truth: Sequence[str], answers: Sequence[Answer]) -> list[int]:
        """Return the places of right rows, varied or the best first."""

    def blank(self) -> Answer | None:
        """Return the answer to a file that cannot be read, where such a row can still be measured."""
        return None

    def as_label(self, answer: Any) -> str:
        """Return an answer as a label by hand of the same kind is written, "" where there is none."""
        return ""

    def said(self, truth: str) -> str:
        """Return a truth as people read it."""
        return truth

    def mark(self, text: str, truth: str, answer: Answer) -> Panel | None:
        """Return an evaluated row with the answer and the truth drawn in one; None where they stand side by side."""
        return None

    def edits(self, truth: str, answer: Answer) -> tuple[Edit, ...]:
        """Return the steps from the truth to an answer that is a text."""
        return diff(truth, answer.text) if self.is_text else ()

    def opening(self, text: str) -> str:
        """Return what of a row is given to a model to be tried on."""
        return text

    def view(self, answer: Answer) -> Panel:
        """Return an answer as demos draw it."""
        keys = (key for key, _ in self.headings)
        cells = list(zip(keys, self.cells(answer), strict=True))
        return Panel("answer", {"text": self.line(answer), "cells": cells})

    def claim(self, answer: Answer, label: str) -> Panel | None:
        """Return whether an answer is one of the labels, where that is a question of its own."""
        return None

    @abstractmethod
    def record(self, answer: Answer) -> dict[str, Any]:
        """Return an answer as the command line writes it for machines."""

    def files(self, answer: Answer) -> Mapping[str, bytes]:
        """Return the files that an answer consists of, such as a picture or a sound, by their ending."""
        return {}

    def line(self, answer: Answer) -> str:
        """Return an answer in one line of a table."""
        text: str = answer.text
        return text

    def columns_of(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the columns of a table of files that a model with these labels answers."""
        return self.columns

    def added(self, labels: Sequence[str]) -> Sequence[tuple[Message, str]]:
        """Return the columns added to a table by a model with these labels: heading and kind."""
        return [(Message(key), kind) for key, kind in self.headings]

    @abstractmethod
    def cells(self, answer: Answer) -> tuple[Cell, ...]:
        """Return an answer as the cells of a table below its columns."""

    def own(self, text: str) -> Answer | None:
        """Return what a person said of a row as an answer without a certainty; None where it is none."""
        return None

    def group(self, answer: Answer) -> str | None:
        """Return the class under which an answer is counted in a summary."""
        return None

    def amount(self, answer: Answer) -> float | None:
        """Return the number of which a summary says the range and the mean."""
        return None
