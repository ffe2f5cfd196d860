"""What travels between stores, in SQL; it must never store a job that is not final, nor change what is there already."""

from collections.abc import Iterable, Sequence
from itertools import groupby, islice

from sqlalchemy import Connection, RowMapping, insert, select

from bigmodel.core.errors import DatasetError
from bigmodel.core.job import JobEvent
from bigmodel.core.labelling.labels import Labelling
from bigmodel.store import change
from bigmodel.store.sql import curves
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.datasets import SqlBaseModels, SqlDatasets
from bigmodel.store.sql.jobs import SqlJobs
from bigmodel.store.sql.labels import SqlLabels
from bigmodel.store.sql.models import SqlModels
from bigmodel.store.sql.rows import (
    dataset_record,
    job_record,
    model_record,
    to_job,
    to_version,
    version_record,
)
from bigmodel.store.sql.tables import datasets, history, jobs, models, versions
from bigmodel.store.values import Carried, Records

MANY = 500  # ids a query names at once
BATCH = 5_000  # points that are stored at once


class SqlRecords:
    """Datasets with all that hangs on them, as they travel between stores."""

    def __init__(
        self,
        database: Database,
        datasets: SqlDatasets,
        base_models: SqlBaseModels,
        labels: SqlLabels,
        jobs: SqlJobs,
        models: SqlModels,
    ) -> None:
        self._database = database
        self._datasets, self._base_models, self._labels = datasets, base_models, labels
        self._jobs, self._models = jobs, models

    def export(self, owner: str, dataset_ids: Sequence[str]) -> Records:
        """Return datasets with all versions and labels by hand, and their jobs with history and models, oldest first.

        Points of the jobs come from `curves.points`.

        Jobs that are not final are among them: whoever writes them down decides.
        """
        with self._database.read() as connection:
            found = [self._datasets.get(owner, dataset_id) for dataset_id in dataset_ids]
            rows: list[RowMapping] = []
            for dataset in found:
                query = select(versions).where(versions.c.dataset_id == dataset.id)
                rows += connection.execute(query.order_by(versions.c.number)).mappings().all()
            sortings = {each.id: self._labels.get(owner, each.id) for each in found}
            carried = [job for dataset in found for job in self._carried(owner, dataset.id)]
        return Records(
            datasets=tuple(found),
            versions=tuple(to_version(row) for row in rows),
            jobs=tuple(carried),
            sortings={key: sorting for key, sorting in sortings.items() if sorting != Labelling()},
        )

    def _carried(self, owner: str, dataset_id: str) -> list[Carried]:
        query = (
            select(jobs)
            .where(jobs.c.owner == owner, jobs.c.dataset_id == dataset_id)
            .order_by(jobs.c.created_at, jobs.c.id)
        )
        with self._database.read() as connection:
            found = [to_job(row) for row in connection.execute(query).mappings()]
            return [
                Carried(
                    job=job,
                    history=tuple(self._jobs.history(owner, job.id)),
                    models=tuple(self._models.list_all(owner, job.id)[::-1]),
                )
                for job in found
            ]

    def taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these ids a dataset, a job or a model of anybody has."""
        found: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(ids), MANY):
                asked = ids[start : start + MANY]
                for table in (datasets, jobs, models):
                    known = select(table.c.id).where(table.c.id.in_(asked))
                    found |= set(connection.scalars(known))
        return frozenset(found)

    def add(self, owner: str, records: Records) -> None:
        """Store what came from elsewhere as the owner's, all of it or nothing; roll-ups are computed anew.

        Owners and keys that the records name do not count. History is numbered anew.

        Raises:
            ValueError: a job that is not final.
            DatasetError: `project_taken`, an id is in use; `dataset_changed`, a version does not follow
                the newest one.
            NotFoundError: a version or job belongs to a dataset that is not the owner's.
        """
        with self._database.write() as connection:
            if self.taken(change.ids_of(records)):
                raise DatasetError("project_taken")
            for dataset in records.datasets:
                row = dataset_record(dataset) | {"owner": owner}
                connection.execute(insert(datasets).values(row))
            fresh = {dataset.id for dataset in records.datasets}
            for version in records.versions:
                if version.dataset_id in fresh:
                    connection.execute(insert(versions).values(version_record(version)))
                else:
                    self._datasets.add_version(owner, version)
            for dataset_id, sorting in records.sortings.items():
                self._labels.replace(owner, dataset_id, sorting)
            for name, record in records.bases.items():
                self._base_models.put(owner, name, record)
            for carried in records.jobs:
                job = change.carried(carried.job, owner)
                self._datasets.version(owner, job.dataset_id, job.dataset_version)
                connection.execute(insert(jobs).values(job_record(job)))
                _add_rest(connection, job.id, carried)


def _add_rest(connection: Connection, job_id: str, carried: Carried) -> None:
    """Store what hangs on a job."""
    if carried.history:
        connection.execute(insert(history), _lines(job_id, carried.history))
    for model in carried.models:
        connection.execute(insert(models).values(model_record(model) | {"job_id": job_id}))
    waiting = iter(carried.points)
    while batch := list(islice(waiting, BATCH)):
        by_name = groupby(sorted(batch, key=lambda point: point[0]), key=lambda point: point[0])
        new = {name: {step: value for _, step, value in group} for name, group in by_name}
        curves.add(connection, job_id, new)


def _lines(job_id: str, events: Iterable[JobEvent]) -> list[dict[str, object]]:
    return [
        {
            "job_id": job_id,
            "seq": seq,
            "at": event.at,
            "kind": event.kind,
            "message": event.message.to_json(),
        }
        for seq, event in enumerate(events, 1)
    ]
