"""Empty cells of a table's columns, and how they may be filled or left out; values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# How empty cells of a column are dealt with.
DROP = "drop"  # rows are left out
VALUE = "value"  # a word or number that somebody gives
USUAL = "usual"  # the commonest cell of the training rows
MEDIAN = "median"  # their middle number
LEAVE = "leave"  # nothing is filled in any more
WAYS = (DROP, VALUE, USUAL, MEDIAN, LEAVE)
INPUT, TARGET, OTHER = "input", "target", "other"  # what a model does with a column


@dataclass(frozen=True)
class EmptyColumn:
    """A column with empty cells: how many of how many rows, what may be done, and what each way would fill in.

    `filled` is what stands in for an empty cell already, "" for nothing.
    """

    name: str
    empty: int
    rows: int
    role: str
    ways: tuple[str, ...] = (DROP,)
    values: Mapping[str, str] = field(default_factory=dict)
    filled: str = ""
