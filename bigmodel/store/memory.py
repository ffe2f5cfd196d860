"""A store that lives and dies with its process: the twin of SqlStore for tests and trials, never for people's work."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.events import Event
from bigmodel.core.job import Job, JobEvent, State, Wish
from bigmodel.core.labelling.labels import Labelling
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.store import change
from bigmodel.store.base import Curve, Deleted, Inventory, Order, Point, Records
from bigmodel.store.intake import keep_one, take_in
from bigmodel.store.line import Waiting, in_line, left_of, starts, waiting
from bigmodel.store.memory_labels import MemorySortings
from bigmodel.store.memory_record import Record, plain, seconds
from bigmodel.store.rollup import span_of, thin

P = ParamSpec("P")
R = TypeVar("R")


def _locked(
    method: Callable[Concatenate["MemoryStore", P], R],
) -> Callable[Concatenate["MemoryStore", P], R]:
    """Let one thread at a time into the store."""

    @wraps(method)
    def run(self: "MemoryStore", /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._lock:
            return method(self, *args, **kwargs)

    return run


class MemoryStore(MemorySortings):
    """All promises of `base.Store` but one: nothing here outlives the process."""

    def __init__(self) -> None:
        super().__init__()
        self._datasets: dict[str, Dataset] = {}
        self._versions: dict[str, list[Version]] = {}
        self._records: dict[str, Record] = {}
        self._bases: dict[tuple[str, str], dict[str, object]] = {}
        self._submitted = 0

    # datasets

    @_locked
    def add_dataset(self, dataset: Dataset) -> None:
        if dataset.id in self._datasets:
            raise ValueError(f"dataset {dataset.id} is already stored")
        self._datasets[dataset.id] = dataset
        self._versions[dataset.id] = [dataset.version]

    @_locked
    def add_version(self, owner: str, version: Version) -> None:
        dataset = self.dataset(owner, version.dataset_id)
        if version.number != dataset.version.number + 1:
            raise DatasetError("dataset_changed", name=dataset.name)
        self._versions[dataset.id].append(version)
        self._datasets[dataset.id] = replace(dataset, version=version)

    @_locked
    def dataset(self, owner: str, dataset_id: str) -> Dataset:
        dataset = self._datasets.get(dataset_id)
        if dataset is None or dataset.owner != owner:
            raise NotFoundError("dataset_unknown")
        return dataset

    @_locked
    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        self.dataset(owner, dataset_id)
        for version in self._versions[dataset_id]:
            if version.number == number:
                return version
        raise NotFoundError("dataset_unknown")

    @_locked
    def datasets(self, owner: str) -> list[Dataset]:
        own = [dataset for dataset in self._datasets.values() if dataset.owner == owner]
        return sorted(own, key=lambda dataset: (dataset.created_at, dataset.id), reverse=True)

    @_locked
    def rename_dataset(self, owner: str, dataset_id: str, name: str) -> None:
        self._datasets[dataset_id] = replace(self.dataset(owner, dataset_id), name=name)

    @_locked
    def delete_dataset(self, owner: str, dataset_id: str) -> Deleted:
        dataset = self.dataset(owner, dataset_id)
        using = [r.job for r in self._records.values() if r.job.dataset_id == dataset_id]
        if busy := sum(not job.is_final for job in using):
            raise JobError("dataset_in_use", name=dataset.name, jobs=busy)
        gone = [self.delete_job(job.owner, job.id) for job in using]
        del self._datasets[dataset_id]
        self.forget_sorting(dataset_id)
        versions = self._versions.pop(dataset_id)
        return change.deleted_dataset(dataset_id, [version.folder for version in versions], gone)

    # jobs

    @_locked
    def submit(self, job: Job) -> Job:
        change.check_new(job)
        for record in self._records.values():
            if job.key and (record.job.owner, record.job.key) == (job.owner, job.key):
                return record.job
        self.version(job.owner, job.dataset_id, job.dataset_version)
        earlier = self._record(job.owner, job.continues) if job.continues else None
        if job.id in self._records:
            raise ValueError(f"job {job.id} is already stored")
        self._submitted += 1
        record = self._records[job.id] = Record(job, self._submitted)
        record.apply(change.submitted(job))
        if earlier:
            record.mark += 1
            for name, points in earlier.points.items():
                known = {step: at for step, at in points.items() if step <= job.checkpoint_step}
                record.points[name] = known
        return job

    @_locked
    def job(self, owner: str, job_id: str) -> Job:
        return self._record(owner, job_id).job

    def _record(self, owner: str, job_id: str) -> Record:
        record = self._records.get(job_id)
        if record is None or record.job.owner != owner:
            raise NotFoundError("job_unknown")
        return record

    @_locked
    def jobs(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        own = [record.job for record in self._records.values() if record.job.owner == owner]
        own.sort(key=lambda job: (job.created_at, job.id), reverse=True)
        return own[offset : offset + limit]

    @_locked
    def find_jobs(
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
            for job in self.jobs(owner, len(self._records))
            if plain(text) in plain(job.name)
            and (not states or job.state in states)
            and dataset_id in ("", job.dataset_id)
        ]
        if order == "longest":
            found.sort(key=seconds, reverse=True)
        elif order == "name":
            found.sort(key=lambda job: plain(job.name))
        return found[offset : offset + limit], len(found)

    @_locked
    def rename_job(self, owner: str, job_id: str, name: str) -> None:
        record = self._record(owner, job_id)
        record.job = replace(record.job, name=name)

    @_locked
    def delete_job(self, owner: str, job_id: str) -> Deleted:
        record = self._record(owner, job_id)
        if not record.job.is_final:
            raise JobError("job_not_final", name=record.job.name)
        del self._records[job_id]
        return change.deleted_job(job_id, [model.id for model in record.models.values()])

    @_locked
    def place(self, owner: str, job_id: str) -> int:
        if self.job(owner, job_id).state != State.QUEUED:
            return 0
        return [item.job_id for item in self._line()].index(job_id) + 1

    @_locked
    def line(self, owner: str, workers: int, at: datetime) -> dict[str, tuple[int, float | None]]:
        live = [left_of(job, at) for job in self.live() if job.is_live]
        order = self._line()
        found = starts(order, live, workers)
        return {item.job_id: found[item.job_id] for item in order if item.owner == owner}

    @_locked
    def set_priority(self, owner: str, job_id: str, priority: int) -> Job:
        record = self._record(owner, job_id)
        record.apply(change.preferred(record.job, priority))
        return record.job

    def _line(self, at: datetime | None = None) -> list[Waiting]:
        jobs = [record.job for record in self._records.values()]
        queued = [waiting(job) for job in jobs if change.is_claimable(job, at)]
        return in_line(queued, Counter(job.owner for job in jobs if job.is_live))

    @_locked
    def wish(self, owner: str, job_id: str, wish: Wish) -> Job:
        record = self._record(owner, job_id)
        record.apply(change.wished(record.job, wish))
        return record.job

    @_locked
    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        return self._record(owner, job_id).history[max(0, after) :]

    # the supervisor's half

    @_locked
    def claim(self, at: datetime) -> Job | None:
        line = self._line(at)
        if not line:
            return None
        record = self._records[line[0].job_id]
        record.apply(change.claimed(record.job, at))
        record.offsets[record.job.token] = 0
        record.cut(change.last_safe_step(record.job))
        return record.job

    @_locked
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
        record = self._records.get(job_id)
        if record is None or (record.job.state, record.job.token) != (origin, token):
            return False
        details = change.Details(message, traceback, at, not_before)
        record.apply(change.moved(record.job, to, details))
        return True

    @_locked
    def live(self) -> list[Job]:
        jobs = [record.job for record in self._records.values()]
        live = [job for job in jobs if job.is_live or job.state == State.LOST]
        return sorted(live, key=lambda job: (job.created_at, job.id))

    @_locked
    def queued(self) -> int:
        return sum(record.job.state == State.QUEUED for record in self._records.values())

    @_locked
    def offset(self, job_id: str, token: int) -> int:
        record = self._records.get(job_id)
        return record.offsets.get(token, 0) if record else 0

    @_locked
    def ingest(
        self, job_id: str, token: int, start: int, end: int, events: Sequence[Event], at: datetime
    ) -> bool:
        intake = take_in(events)
        record = self._records.get(job_id)
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

    # curves and models

    @_locked
    def curves(self, owner: str, job_id: str, max_points: int = 1_000) -> list[Curve]:
        curves = self._record(owner, job_id).points
        return [
            thin(name, [span_of(step, points[step]) for step in sorted(points)], max_points)
            for name, points in sorted(curves.items())
            if points
        ]

    @_locked
    def curves_mark(self, owner: str, job_id: str) -> int:
        return self._record(owner, job_id).mark

    @_locked
    def model(self, owner: str, model_id: str) -> TrainedModel:
        for model in self.models(owner):
            if model.id == model_id:
                return model
        raise NotFoundError("model_unknown")

    @_locked
    def models(self, owner: str, job_id: str = "") -> list[TrainedModel]:
        records = [self._record(owner, job_id)] if job_id else self._records.values()
        own = [
            replace(model, name=record.job.name)
            for record in records
            if record.job.owner == owner
            for model in record.models.values()
        ]
        return sorted(own, key=lambda model: (str(model.created_at), model.id), reverse=True)

    @_locked
    def set_base_model(self, owner: str, name: str, record: Mapping[str, object]) -> None:
        self._bases[owner, name] = dict(record)

    @_locked
    def base_models(self, owner: str) -> dict[str, dict[str, object]]:
        return {name: dict(base) for (of, name), base in sorted(self._bases.items()) if of == owner}

    # taking along

    @_locked
    def export_records(self, owner: str, dataset_ids: Sequence[str]) -> Records:
        found = tuple(self.dataset(owner, dataset_id) for dataset_id in dataset_ids)
        versions = [version for dataset in found for version in self._versions[dataset.id]]
        jobs = [r for r in self._records.values() if r.job.owner == owner]
        jobs.sort(key=lambda record: (record.job.created_at, record.job.id))
        carried = [r.carried() for d in found for r in jobs if r.job.dataset_id == d.id]
        begun = {d.id: self._sortings[d.id] for d in found if d.id in self._sortings}
        sortings = {key: sorting for key, sorting in begun.items() if sorting != Labelling()}
        return Records(found, tuple(versions), tuple(carried), sortings)

    @_locked
    def points(
        self, owner: str, job_id: str, *, after: tuple[str, int] = ("", -1), limit: int = 5_000
    ) -> list[Point]:
        curves = self._record(owner, job_id).points
        every = [(name, step, value) for name in curves for step, value in curves[name].items()]
        return [point for point in sorted(every) if point[:2] > after][:limit]

    @_locked
    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        models = {m.id for record in self._records.values() for m in record.models.values()}
        return frozenset(ids) & ({*self._datasets, *self._records} | models)

    @_locked
    def import_records(self, owner: str, records: Records) -> None:
        if self.taken(change.ids_of(records)):
            raise DatasetError("project_taken")
        kept = (dict(self._datasets), {key: list(v) for key, v in self._versions.items()})
        known = (dict(self._records), dict(self._bases), dict(self._sortings))
        try:
            self._put(owner, records)
        except BaseException:
            self._datasets, self._versions = kept
            self._records, self._bases, self._sortings = known
            raise

    def _put(self, owner: str, records: Records) -> None:
        for dataset in records.datasets:
            self._datasets[dataset.id] = replace(dataset, owner=owner)
            self._versions[dataset.id] = []
        fresh = {dataset.id for dataset in records.datasets}
        for version in records.versions:
            if version.dataset_id in fresh:
                self._versions[version.dataset_id].append(version)
            else:
                self.add_version(owner, version)
        for dataset_id, sorting in records.sortings.items():
            self.replace_sorting(owner, dataset_id, sorting)
        self._bases |= {(owner, name): dict(base) for name, base in records.bases.items()}
        for carried in records.jobs:
            job = change.carried(carried.job, owner)
            self.version(owner, job.dataset_id, job.dataset_version)
            self._submitted += 1
            self._records[job.id] = Record.of(carried, job, self._submitted)

    # the store itself

    @_locked
    def inventory(self) -> Inventory:
        folders = (version.folder for known in self._versions.values() for version in known)
        jobs = {job_id: record.job for job_id, record in self._records.items()}
        return Inventory(frozenset(self._datasets), frozenset(folders), jobs)

    @_locked
    def check(self) -> list[Message]:
        return []
