"""The store that people's work lives in: SQLite behind the contract of `base.py`.

Every method is one transaction; it must never hold a connection or a lock when it returns. `open.py` makes it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import NotFoundError
from bigmodel.core.events import Event
from bigmodel.core.job import Job, JobEvent, State, Wish
from bigmodel.core.labelling.labels import LabelEvent, Labelling
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.store import change, sql_carry, sql_curves, sql_datasets, sql_jobs, sql_labels
from bigmodel.store.base import Curve, Deleted, Inventory, Order, Point, Records
from bigmodel.store.engine import connect, error_key, make_engine, transaction
from bigmodel.store.intake import take_in


class SqlStore:
    """A store in one file, for any number of threads and processes."""

    def __init__(self, path: Path, patience_s: float) -> None:
        self._path = path
        self._reader = make_engine(path, "BEGIN", patience_s=patience_s)
        self._writer = make_engine(path, "BEGIN IMMEDIATE", patience_s=patience_s)

    def _read(self) -> AbstractContextManager[Connection]:
        return transaction(self._reader, self._path)

    def _write(self) -> AbstractContextManager[Connection]:
        return transaction(self._writer, self._path)

    # datasets

    def add_dataset(self, dataset: Dataset) -> None:
        with self._write() as connection:
            sql_datasets.add(connection, dataset)

    def add_version(self, owner: str, version: Version) -> None:
        with self._write() as connection:
            sql_datasets.add_version(connection, owner, version)

    def dataset(self, owner: str, dataset_id: str) -> Dataset:
        with self._read() as connection:
            return sql_datasets.get(connection, owner, dataset_id)

    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        with self._read() as connection:
            return sql_datasets.get_version(connection, owner, dataset_id, number)

    def datasets(self, owner: str) -> list[Dataset]:
        with self._read() as connection:
            return sql_datasets.every(connection, owner)

    def rename_dataset(self, owner: str, dataset_id: str, name: str) -> None:
        with self._write() as connection:
            sql_datasets.rename(connection, owner, dataset_id, name)

    def delete_dataset(self, owner: str, dataset_id: str) -> Deleted:
        with self._write() as connection:
            return sql_datasets.remove(connection, owner, dataset_id)

    # sorting by hand

    def sorting(self, owner: str, dataset_id: str) -> Labelling:
        with self._read() as connection:
            return sql_labels.get(connection, owner, dataset_id)

    def put_label(
        self, owner: str, dataset_id: str, row_id: str, label: str, *, is_even: bool = True
    ) -> int:
        with self._write() as connection:
            return sql_labels.put(connection, owner, dataset_id, row_id, label, is_even=is_even)

    def take_back(self, owner: str, dataset_id: str) -> LabelEvent | None:
        with self._write() as connection:
            return sql_labels.take_back(connection, owner, dataset_id)

    def set_classes(
        self,
        owner: str,
        dataset_id: str,
        classes: Sequence[str],
        *,
        moved: Mapping[str, str] | None = None,
        relabel: Mapping[str, str] | None = None,
    ) -> None:
        with self._write() as connection:
            sql_labels.set_classes(
                connection, owner, dataset_id, classes, moved or {}, relabel or {}
            )

    def set_written(self, owner: str, dataset_id: str, change: int) -> None:
        with self._write() as connection:
            sql_labels.set_written(connection, owner, dataset_id, change)

    def replace_sorting(self, owner: str, dataset_id: str, sorting: Labelling) -> None:
        with self._write() as connection:
            sql_labels.replace_all(connection, owner, dataset_id, sorting)

    # jobs

    def submit(self, job: Job) -> Job:
        change.check_new(job)
        with self._write() as connection:
            if known := sql_jobs.of_key(connection, job.owner, job.key):
                return known
            sql_datasets.get_version(connection, job.owner, job.dataset_id, job.dataset_version)
            sql_jobs.add(connection, job)
            if job.continues:
                sql_jobs.get(connection, job.owner, job.continues)
                sql_curves.copy(connection, job.continues, job.id, job.checkpoint_step)
            return job

    def job(self, owner: str, job_id: str) -> Job:
        with self._read() as connection:
            return sql_jobs.get(connection, owner, job_id)

    def jobs(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        with self._read() as connection:
            return sql_jobs.every(connection, owner, limit, offset)

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
        wanted = sql_jobs.Wanted(owner, text, tuple(states), dataset_id)
        with self._read() as connection:
            return sql_jobs.find(connection, wanted, order, limit, offset)

    def rename_job(self, owner: str, job_id: str, name: str) -> None:
        with self._write() as connection:
            sql_jobs.rename(connection, owner, job_id, name)

    def delete_job(self, owner: str, job_id: str) -> Deleted:
        with self._write() as connection:
            return sql_jobs.remove(connection, owner, job_id)

    def place(self, owner: str, job_id: str) -> int:
        with self._read() as connection:
            return sql_jobs.place(connection, owner, job_id)

    def line(self, owner: str, workers: int, at: datetime) -> dict[str, tuple[int, float | None]]:
        with self._read() as connection:
            return sql_jobs.expectations(connection, owner, workers, at)

    def set_priority(self, owner: str, job_id: str, priority: int) -> Job:
        with self._write() as connection:
            return sql_jobs.prefer(connection, owner, job_id, priority)

    def wish(self, owner: str, job_id: str, wish: Wish) -> Job:
        with self._write() as connection:
            return sql_jobs.wish(connection, owner, job_id, wish)

    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        with self._read() as connection:
            return sql_jobs.history_after(connection, owner, job_id, after)

    # the supervisor's half

    def claim(self, at: datetime) -> Job | None:
        if not self.queued():  # asked many times a second: do not take the write lock for nothing
            return None
        with self._write() as connection:
            return sql_jobs.claim(connection, at)

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
        details = change.Details(message, traceback, at, not_before)
        with self._write() as connection:
            return sql_jobs.move(connection, job_id, token, origin, to, details)

    def live(self) -> list[Job]:
        with self._read() as connection:
            return sql_jobs.live(connection)

    def queued(self) -> int:
        with self._read() as connection:
            return sql_jobs.queued(connection)

    def offset(self, job_id: str, token: int) -> int:
        with self._read() as connection:
            return sql_jobs.offset(connection, job_id, token)

    def ingest(
        self, job_id: str, token: int, start: int, end: int, events: Sequence[Event], at: datetime
    ) -> bool:
        intake = take_in(events)
        with self._write() as connection:
            return sql_jobs.ingest(connection, job_id, token, (start, end), intake, at)

    # curves and models

    def curves(self, owner: str, job_id: str, max_points: int = 1_000) -> list[Curve]:
        with self._read() as connection:
            sql_jobs.get(connection, owner, job_id)
            return sql_curves.read(connection, job_id, max_points)

    def curves_mark(self, owner: str, job_id: str) -> int:
        with self._read() as connection:
            sql_jobs.get(connection, owner, job_id)
            return sql_curves.mark(connection, job_id)

    def model(self, owner: str, model_id: str) -> TrainedModel:
        with self._read() as connection:
            for model in sql_jobs.models_of(connection, owner, model_id=model_id):
                return model
        raise NotFoundError("model_unknown")

    def models(self, owner: str, job_id: str = "") -> list[TrainedModel]:
        with self._read() as connection:
            if job_id:
                sql_jobs.get(connection, owner, job_id)
            return sql_jobs.models_of(connection, owner, job_id=job_id)

    def set_base_model(self, owner: str, name: str, record: Mapping[str, object]) -> None:
        with self._write() as connection:
            sql_datasets.set_base(connection, owner, name, record)

    def base_models(self, owner: str) -> dict[str, dict[str, object]]:
        with self._read() as connection:
            return sql_datasets.bases(connection, owner)

    # taking along

    def export_records(self, owner: str, dataset_ids: Sequence[str]) -> Records:
        with self._read() as connection:
            return sql_carry.export(connection, owner, dataset_ids)

    def points(
        self, owner: str, job_id: str, *, after: tuple[str, int] = ("", -1), limit: int = 5_000
    ) -> list[Point]:
        with self._read() as connection:
            return sql_carry.some_points(connection, owner, job_id, after, limit)

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        with self._read() as connection:
            return sql_carry.taken(connection, ids)

    def import_records(self, owner: str, records: Records) -> None:
        with self._write() as connection:
            sql_carry.put(connection, owner, records)

    # the store itself

    def inventory(self) -> Inventory:
        with self._read() as connection:
            found, folders = sql_datasets.stored(connection)
            return Inventory(found, folders, sql_jobs.stored(connection))

    def check(self) -> list[Message]:
        """Read the whole file and look for damage."""
        try:
            connection = connect(self._path)
            try:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok"
                orphans = connection.execute("PRAGMA foreign_key_check").fetchone() is not None
            finally:
                connection.close()
        except sqlite3.DatabaseError as error:
            return [self._problem(error_key(error) or "database_damaged")]
        return [self._problem("database_damaged")] if found or orphans else []

    def _problem(self, key: str) -> Message:
        return Message(f"errors.{key}", {"path": str(self._path)}, "error")
