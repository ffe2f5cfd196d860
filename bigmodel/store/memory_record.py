"""What the store in memory holds: datasets, labels, and jobs with everything that hangs on them, behind one lock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import NotFoundError
from bigmodel.core.job import Job, JobEvent
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.model import TrainedModel
from bigmodel.core.people.person import Person
from bigmodel.store import change
from bigmodel.store.values import Carried, Deleted

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Part")


@dataclass
class Record:
    """A job with everything that hangs on it."""

    job: Job
    order: int
    history: list[JobEvent] = field(default_factory=list)
    offsets: dict[int, int] = field(default_factory=dict)
    points: dict[str, dict[int, float]] = field(default_factory=dict)
    models: dict[str, TrainedModel] = field(default_factory=dict)
    mark: int = 0

    def apply(self, changed: change.Changed) -> None:
        self.job = changed.job
        for kind, at, message in changed.rows:
            self.history.append(JobEvent(len(self.history) + 1, at, kind, message))

    @classmethod
    def of(cls, carried: Carried, job: Job, order: int) -> "Record":
        """Return a job that came from elsewhere."""
        record = cls(job, order)
        record.history = [replace(event, seq=n) for n, event in enumerate(carried.history, 1)]
        record.models = {
            model.kind: replace(model, owner=job.owner, job_id=job.id, name=job.name)
            for model in carried.models
        }
        for name, step, value in carried.points:
            record.points.setdefault(name, {})[step] = value
        record.mark = int(bool(record.points))
        return record

    def carried(self) -> Carried:
        """Return the job as it travels."""
        models = [replace(model, name=self.job.name) for model in self.models.values()]
        models.sort(key=lambda model: (str(model.created_at), model.id))
        return Carried(self.job, tuple(self.history), tuple(models))

    def deleted(self) -> Deleted:
        return change.deleted_job(self.job.id, [model.id for model in self.models.values()])

    def add_points(self, new: Mapping[str, Mapping[int, float]]) -> None:
        """Add points that are not yet there, by curve and step."""
        self.mark += bool(new)
        for name, points in new.items():
            self.points[name] = {**points, **self.points.get(name, {})}

    def cut(self, last: int) -> None:
        """Delete all points above a step."""
        if any(step > last for points in self.points.values() for step in points):
            self.mark += 1
            for points in self.points.values():
                for step in [step for step in points if step > last]:
                    del points[step]


@dataclass
class Memory:
    """Everything that is stored, shared by the sub-stores."""

    lock: Any = field(default_factory=RLock)  # typeshed has no name for what RLock() returns
    datasets: dict[str, Dataset] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    labels: dict[str, Labelling] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    bases: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    submitted: int = 0

    def dataset(self, owner: str, dataset_id: str) -> Dataset:
        dataset = self.datasets.get(dataset_id)
        if dataset is None or dataset.owner != owner:
            raise NotFoundError("dataset_unknown")
        return dataset

    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        self.dataset(owner, dataset_id)
        for version in self.versions[dataset_id]:
            if version.number == number:
                return version
        raise NotFoundError("dataset_unknown")

    def record(self, owner: str, job_id: str) -> Record:
        record = self.records.get(job_id)
        if record is None or record.job.owner != owner:
            raise NotFoundError("job_unknown")
        return record


class Part:
    """A sub-store: one aggregate of a memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory


def locked(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let one thread at a time into the memory."""

    @wraps(method)
    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._memory.lock:
            return method(self, *args, **kwargs)

    return run


def plain(name: str) -> str:
    """Return a name in small letters, as far as SQLite knows them."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def seconds(job: Job) -> float:
    """Return how long a job has run, below 0 if it never did."""
    return ((job.ended_at or now()) - job.started_at).total_seconds() if job.started_at else -1.0
