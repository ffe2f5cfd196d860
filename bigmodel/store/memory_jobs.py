"""Jobs, their curves and their models in memory; they must never answer for another owner."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.events import Event
from bigmodel.core.job import Job, JobEvent, State, Wish
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.store import change
from bigmodel.store.intake import keep_one, take_in
from bigmodel.store.line import Waiting, in_line, left_of, starts, waiting
from bigmodel.store.memory_record import Part, Record, locked, plain, seconds
from bigmodel.store.rollup import span_of, thin
from bigmodel.store.values import Curve, Deleted, Order, Point


class MemoryJobs(Part):
    """`base.JobStore` in memory."""

    @locked
    def submit(self, job: Job) -> Job:
        change.check_new(job)
        for record in self._memory.records.values():
            if job.key and (record.job.owner, record.job.key) == (job.owner, job.key):
                return record.job
        self._memory.version(job.owner, job.dataset_id, job.dataset_version)
        earlier = self._memory.record(job.owner, job.continues) if job.continues else None
        if job.id in self._memory.records:
            raise ValueError(f"job {job.id} is already stored")
        self._memory.submitted += 1
        record = self._memory.records[job.id] = Record(job, self._memory.submitted)
        record.apply(change.submitted(job))
        if earlier:
            record.mark += 1
            for name, points in earlier.points.items():
                known = {step: at for step, at in points.items() if step <= job.checkpoint_step}
                record.points[name] = known
        return job

    @locked
    def get(self, owner: str, job_id: str) -> Job:
        return self._memory.record(owner, job_id).job

    @locked
    def list_all(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        own = [record.job for record in self._memory.records.values() if record.job.owner == owner]
        own.sort(key=lambda job: (job.created_at, job.id), reverse=True)
        return own[offset : offset + limit]

    @locked
    def find(
        self,
        owner: str,
        *,
        text: str = "",
        states: Sequence[State] = (),
        dataset_id: str = "",
        order: Order = "newest",
        limit: int = 200,
        offset: int = 0,
    ) -> tuple[list[Job], int]:
        found = [
            job
            for job in self.list_all(owner, len(self._memory.records))
            if plain(text) in plain(job.name)
            and (not states or job.state in states)
            and dataset_id in ("", job.dataset_id)
        ]
        if order == "longest":
            found.sort(key=seconds, reverse=True)
        elif order == "name":
            found.sort(key=lambda job: plain(job.name))
        return found[offset : offset + limit], len(found)

    @locked
    def rename(self, owner: str, job_id: str, name: str) -> None:
        record = self._memory.record(owner, job_id)
        record.job = replace(record.job, name=name)

    @locked
    def delete(self, owner: str, job_id: str) -> Deleted:
        record = self._memory.record(owner, job_id)
        if not record.job.is_final:
            raise JobError("job_not_final", name=record.job.name)
        del self._memory.records[job_id]
        return record.deleted()

    @locked
    def place(self, owner: str, job_id: str) -> int:
        if self.get(owner, job_id).state != State.QUEUED:
            return 0
        return [item.job_id for item in self._line()].index(job_id) + 1

    @locked
    def line(self, owner: str, workers: int, at: datetime) -> dict[str, tuple[int, float | None]]:
        live = [left_of(job, at) for job in self.live() if job.is_live]
        order = self._line()
        found = starts(order, live, workers)
        return {item.job_id: found[item.job_id] for item in order if item.owner == owner}

    @locked
    def set_priority(self, owner: str, job_id: str, priority: int) -> Job:
        record = self._memory.record(owner, job_id)
        record.apply(change.preferred(record.job, priority))
        return record.job

    def _line(self, at: datetime | None = None) -> list[Waiting]:
        jobs = [record.job for record in self._memory.records.values()]
        queued = [waiting(job) for job in jobs if change.is_claimable(job, at)]
        served: dict[str, datetime] = {}
        for job in jobs:
            if job.started_at is not None:
                served[job.owner] = max(job.started_at, served.get(job.owner, job.started_at))
        return in_line(queued, Counter(job.owner for job in jobs if job.is_live), served)

    @locked
    def wish(self, owner: str, job_id: str, wish: Wish) -> Job:
        record = self._memory.record(owner, job_id)
        record.apply(change.wished(record.job, wish))
        return record.job

    @locked
    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        return self._memory.record(owner, job_id).history[max(0, after) :]

    @locked
    def claim(self, at: datetime) -> Job | None:
        line = self._line(at)
        if not line:
            return None
        record = self._memory.records[line[0].job_id]
        record.apply(change.claimed(record.job, at))
        record.offsets[record.job.token] = 0
        record.cut(change.last_safe_step(record.job))
        return record.job

    @locked
    def move(
        self,
        job_id: str,
        token: int,
        origin: State,
        to: State,
        *,
        message: Message | None = None,
        traceback: str = "",
        at: datetime,
        not_before: datetime | None = None,
    ) -> bool:
        change.check_move(origin, to)
        record = self._memory.records.get(job_id)
        if record is None or (record.job.state, record.job.token) != (origin, token):
            return False
        details = change.Details(message, traceback, at, not_before)
        record.apply(change.moved(record.job, to, details))
        return True

    @locked
    def live(self) -> list[Job]:
        jobs = [record.job for record in self._memory.records.values()]
        live = [job for job in jobs if job.is_live or job.state == State.LOST]
        return sorted(live, key=lambda job: (job.created_at, job.id))

    @locked
    def queued(self) -> int:
        return sum(record.job.state == State.QUEUED for record in self._memory.records.values())

    @locked
    def offset(self, job_id: str, token: int) -> int:
        record = self._memory.records.get(job_id)
        return record.offsets.get(token, 0) if record else 0

    @locked
    def ingest(
        self, job_id: str, token: int, start: int, end: int, events: Sequence[Event], at: datetime
    ) -> bool:
        intake = take_in(events)
        record = self._memory.records.get(job_id)
        if record is None or not change.may_ingest(record.job, token):
            return False
        if record.offsets[token] != start:
            return False
        record.offsets[token] = end
        record.apply(change.taken_in(record.job, intake, at))
        if intake.back_to:
            record.cut(change.last_step_of(intake.back_to))
        record.add_points(intake.points)
        for result in intake.results:
            model = replace(
                result, owner=record.job.owner, job_id=job_id, name=record.job.name, created_at=at
            )
            record.models[model.kind] = model
            kept = keep_one(list(record.models.values()), model)
            record.models = {item.kind: item for item in kept}
        return True


class MemoryCurves(Part):
    """`base.CurveStore` in memory."""

    @locked
    def read(self, owner: str, job_id: str, max_points: int = 1_000) -> list[Curve]:
        curves = self._memory.record(owner, job_id).points
        return [
            thin(name, [span_of(step, points[step]) for step in sorted(points)], max_points)
            for name, points in sorted(curves.items())
            if points
        ]

    @locked
    def mark(self, owner: str, job_id: str) -> int:
        return self._memory.record(owner, job_id).mark

    @locked
    def points(
        self, owner: str, job_id: str, *, after: tuple[str, int] = ("", -1), limit: int = 5_000
    ) -> list[Point]:
        curves = self._memory.record(owner, job_id).points
        every = [(name, step, value) for name in curves for step, value in curves[name].items()]
        return [point for point in sorted(every) if point[:2] > after][:limit]


class MemoryModels(Part):
    """`base.ModelStore` in memory."""

    @locked
    def relabel(self, owner: str, model_id: str, labels: Sequence[str], digest: str) -> None:
        old = self.get(owner, model_id)
        models = self._memory.record(owner, old.job_id).models
        key = next(key for key, model in models.items() if model.id == model_id)
        models[key] = replace(models[key], labels=tuple(labels), digest=digest)

    @locked
    def get(self, owner: str, model_id: str) -> TrainedModel:
        for model in self.list_all(owner):
            if model.id == model_id:
                return model
        raise NotFoundError("model_unknown")

    @locked
    def list_all(self, owner: str, job_id: str = "") -> list[TrainedModel]:
        records = [self._memory.record(owner, job_id)] if job_id else self._memory.records.values()
        own = [
            replace(model, name=record.job.name)
            for record in records
            if record.job.owner == owner
            for model in record.models.values()
        ]
        return sorted(own, key=lambda model: (str(model.created_at), model.id), reverse=True)
