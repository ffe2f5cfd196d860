"""What an evaluation says, as plain values that any page or command can show without torch or numpy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bigmodel.core.message import Message
from bigmodel.core.results.alignment import Edit


@dataclass(frozen=True)
class Measure:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassRow:
    """How one class fares. `rows` are its test rows, `found` those answered right, `named` all answers of it."""

    label: str
    rows: int
    found: int
    named: int
    precision: Measure
    recall: Measure
    f1: Measure
    auc: float | None


@dataclass(frozen=True)
class Line:
    """A line of a figure: ROC (false against true positive rate) or precision-recall (recall against precision)."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float


@dataclass(frozen=True)
class ErrorRow:
    """What went wrong with words (`wer`) or letters (`cer`) of transcripts, over all recordings together."""

    measure: str
    rate: Measure
    said: int
    substitutions: int
    deletions: int
    insertions: int


class Panel(Protocol):
    """A part of an evaluation that draws itself, for the page and for a file that works offline alike.

    `title` and what `html` asks `say` for are keys of words. HTML is escaped, loads nothing and runs nothing.
    """

    @property
    def title(self) -> str: ...

    def html(self, say: Callable[[str], str]) -> str:
        """Return the panel."""


@dataclass(frozen=True)
class Results:
    """An evaluation of one model on one set of rows.

    `measures` by name: accuracy, macro_f1, weighted_f1, macro_precision, ... or mse, mae, r2, or wer,
    cer, ...; `errors` are the counts behind the last two, the leading one first. `confusion[i][j]`
    counts rows of `labels[i]` that were answered `labels[j]`. `beside` holds the same measures of the
    instant model (`instant`) and of the simplest guess (`majority`, or `mean` for numbers). `pairs`
    are (true, predicted) for numbers, at most 2,000 of them.
    """

    family: str
    rows: int
    labels: tuple[str, ...]
    measures: Mapping[str, Measure]
    sentence: Message
    remarks: tuple[Message, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    classes: tuple[ClassRow, ...] = ()
    roc: tuple[Line, ...] = ()
    precision_recall: tuple[Line, ...] = ()
    roc_auc: Mapping[str, float] = field(default_factory=dict)  # "micro", "macro"
    beside: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    pairs: tuple[tuple[float, float], ...] = ()
    errors: tuple[ErrorRow, ...] = ()
    panels: tuple[Panel, ...] = ()  # of answer types that a task brings
    is_folded: bool = (
        False  # measured by repeated folds, because there were too few rows to hold out
    )


@dataclass(frozen=True)
class AnsweredRow:
    """One evaluated row: what it said, what was true, what the model answered and how sure it was (0 to 1).

    Of a picture or a recording, `text` is its file name as the person knows it, and `media` its name
    below the dataset's `media/`. `edits` lead from a true transcript to what was heard.
    """

    row_id: str
    text: str
    truth: str
    answer: str
    sureness: float | None
    media: str = ""
    edits: tuple[Edit, ...] = ()
