"""One measured number beside its goal, and where measurements find their data."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "assets" / "samples"
PACKS = ROOT.parent / "shared" / "data"  # real data sets, which are not part of the project


@dataclass(frozen=True)
class Figure:
    """A measurement. `goal` is for people; `is_met` is None where there is no bar."""

    name: str
    value: float
    unit: str
    goal: str
    is_met: bool | None
