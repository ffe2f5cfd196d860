"""One measured number beside its goal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measurement. `goal` is for people; `is_met` is None where there is no bar."""

    name: str
    value: float
    unit: str
    goal: str
    is_met: bool | None
