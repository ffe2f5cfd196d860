"""A job of the store in memory with everything that hangs on it; it knows no other job."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bigmodel.core.clock import now
from bigmodel.core.job import Job, JobEvent
from bigmodel.core.model import TrainedModel
from bigmodel.store import change
from bigmodel.store.base import Carried


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


def plain(name: str) -> str:
    """Return a name in small letters, as far as SQLite knows them."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def seconds(job: Job) -> float:
    """Return how long a job has run, below 0 if it never did."""
    return ((job.ended_at or now()) - job.started_at).total_seconds() if job.started_at else -1.0
