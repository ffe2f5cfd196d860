"""What two models achieve on the same rows, as plain values that any page or command can show; it measures nothing."""

from dataclasses import dataclass
from typing import Any

from bigmodel.core.datasets.inputs import Parts
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.results import Measure


@dataclass(frozen=True)
class Compared:
    """One measure of both models, and the new one's minus the old one's with the interval of the difference."""

    measure: str
    new: Measure
    old: Measure
    difference: Measure


@dataclass(frozen=True)
class Paired:
    """What two models achieve on the same rows; Any: arrays of numpy, which this package does not import.

    `is_gained` marks rows only the new one got right (nearer, of numbers), `is_lost` the reverse; `gains`
    says by how much the new one is better on each row.
    """

    sentence: Message
    measures: tuple[Compared, ...]
    is_gained: Any  # (rows,)
    is_lost: Any  # (rows,)
    gains: Any  # (rows,)
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True)
class ChangedRow:
    """A row that one of the two answered right and the other wrong; `media` and `parts` as of an `AnsweredRow`."""

    text: str
    truth: str
    new: str
    old: str
    media: str = ""
    parts: Parts = ()


@dataclass(frozen=True)
class Comparison:
    """A new and an old model on the same rows, none of which either learned from.

    `measures` has the leading one first. `only_new` counts the rows that the new one alone got right
    (of numbers: where it came nearer), `only_old` the other way round; `gained` and `lost` show some.
    """

    rows: int
    sentence: Message
    measures: tuple[Compared, ...]
    only_new: int
    only_old: int
    remarks: tuple[Message, ...] = ()
    gained: tuple[ChangedRow, ...] = ()
    lost: tuple[ChangedRow, ...] = ()
    metrics: tuple[Metric, ...] = ()  # that a task or its answer type declares of its own
