"""What a store takes and returns beside the values of the core: curves, deletions, and what travels between stores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.job import Job, JobEvent
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.model import TrainedModel


@dataclass(frozen=True)
class Curve:
    """One curve, at most as many points as asked for. When rolled up, `low` and `high` bound each `value` (a mean)."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    points: int = 0  # how many points stand behind the curve


@dataclass(frozen=True)
class Deleted:
    """What a deletion took with it; `folders` are relative to the data folder and may now be removed from disk."""

    jobs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


Point = tuple[str, int, float]  # curve, step, value


@dataclass(frozen=True)
class Carried:
    """A final job as it travels between stores. `points` may be read once only, as they are stored."""

    job: Job
    history: tuple[JobEvent, ...] = ()
    models: tuple[TrainedModel, ...] = ()
    points: Iterable[Point] = ()


@dataclass(frozen=True)
class Records:
    """What is said of some datasets, to be taken elsewhere. `versions` are of all datasets, oldest first.

    Where it comes in, versions may also go on from those of a dataset that is there, and jobs belong to one.
    """

    datasets: tuple[Dataset, ...] = ()
    versions: tuple[Version, ...] = ()
    jobs: tuple[Carried, ...] = ()
    sortings: Mapping[str, Labelling] = field(
        default_factory=dict
    )  # by dataset, where somebody began
    bases: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


Order = Literal["newest", "longest", "name"]


@dataclass(frozen=True)
class Inventory:
    """Everything that is stored, of all owners: what lies in the data folder beside it belongs to nothing."""

    datasets: frozenset[str]
    versions: frozenset[str]  # their folders, relative to the data folder
    jobs: Mapping[str, Job]
