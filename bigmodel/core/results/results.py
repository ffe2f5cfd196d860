"""What an evaluation says, as plain values that any page or command can show without torch or numpy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

from bigmodel.core.datasets.inputs import Parts
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric, metric
from bigmodel.core.results.alignment import Edit
from bigmodel.core.results.panel import Panel


@dataclass(frozen=True)
class Measure:
    """A number with its 95 % interval, where that is known."""

    value: float
    low: float = nan
    high: float = nan

    @property
    def has_interval(self) -> bool:
        return not isnan(self.low)


@dataclass(frozen=True)
class Results:
    """An evaluation of one model on one set of rows: a head of numbers and sentences, and panels that show more.

    `measures` by name: accuracy, macro_f1, ... or mse, mae, r2, or wer, cer, ..., the leading one first where
    it matters. `beside` holds the same measures of other models (`instant`, first) and of the simplest guess, and
    `ahead` the differences to the instant model on the same rows, with paired intervals.
    """

    family: str
    rows: int
    labels: tuple[str, ...]
    measures: Mapping[str, Measure]
    sentence: Message
    remarks: tuple[Message, ...] = ()
    beside: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    ahead: Mapping[str, Measure] = field(default_factory=dict)
    panels: tuple[Panel, ...] = ()
    is_folded: bool = False  # measured by repeated folds: there were too few rows to hold some out
    metrics: tuple[Metric, ...] = ()  # that a task or its answer type declares of its own

    def metric(self, name: str) -> Metric:
        """Return what is known of a measure."""
        return metric(name, self.metrics)

    def panel(self, kind: str) -> Panel | None:
        """Return the first panel of a kind."""
        return next((panel for panel in self.panels if panel.kind == kind), None)


@dataclass(frozen=True)
class AnsweredRow:
    """One evaluated row: what it said, what was true, what the model answered and how sure it was (0 to 1).

    Of a picture or a recording, `text` is its file name as the person knows it, and `media` its name
    below the dataset's `media/`. `edits` lead from a true transcript to what was heard; `view` is the
    row with both drawn in one, where its answer type draws that. A row whose cells are files among others
    has them all in `parts`, each after the name of its column.
    """

    row_id: str
    text: str
    truth: str
    answer: str
    sureness: float | None
    media: str = ""
    parts: Parts = ()
    edits: tuple[Edit, ...] = ()
    view: Panel | None = None
