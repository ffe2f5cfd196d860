"""Datasets and their versions, and base models, in SQL; it must never answer for another owner."""

from collections.abc import Mapping

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.job import FINAL
from bigmodel.store import change
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.dialect import upsert
from bigmodel.store.sql.rows import dataset_record, to_dataset, to_version, version_record
from bigmodel.store.sql.tables import base_models, datasets, jobs, models, versions
from bigmodel.store.values import Deleted


class SqlDatasets:
    """Datasets with their versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: Dataset) -> None:
        """Store a dataset with its first version."""
        with self._database.write() as connection:
            connection.execute(insert(datasets).values(dataset_record(dataset)))
            connection.execute(insert(versions).values(version_record(dataset.version)))

    def add_version(self, owner: str, version: Version) -> None:
        """Store the next version of a dataset.

        Raises:
            DatasetError: `dataset_changed`, when its number is not the newest plus one.
        """
        with self._database.write() as connection:
            dataset = self.get(owner, version.dataset_id)
            if version.number != dataset.version.number + 1:
                raise DatasetError("dataset_changed", name=dataset.name)
            connection.execute(insert(versions).values(version_record(version)))

    def get(self, owner: str, dataset_id: str) -> Dataset:
        """Return a dataset with its newest version."""
        with self._database.read() as connection:
            for dataset in _find(connection, owner, dataset_id):
                return dataset
        raise NotFoundError("dataset_unknown")

    def version(self, owner: str, dataset_id: str, number: int) -> Version:
        query = (
            select(versions)
            .join(datasets, datasets.c.id == versions.c.dataset_id)
            .where(
                datasets.c.owner == owner, datasets.c.id == dataset_id, versions.c.number == number
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise NotFoundError("dataset_unknown")
        return to_version(row)

    def rewrite(self, owner: str, version: Version) -> None:
        """Put another summary, recipe and digest in the place of a version's, whose rows somebody took out for good."""
        mine = (versions.c.dataset_id == version.dataset_id) & (versions.c.number == version.number)
        record = version_record(version)
        changed = {name: record[name] for name in ("digest", "recipe", "summary")}
        with self._database.write() as connection:
            self.version(owner, version.dataset_id, version.number)
            connection.execute(update(versions).where(mine).values(changed))

    def list_all(self, owner: str) -> list[Dataset]:
        """Return all datasets, newest first."""
        with self._database.read() as connection:
            return _find(connection, owner)

    def rename(self, owner: str, dataset_id: str, name: str) -> None:
        """Change the name people see."""
        query = update(datasets).where(datasets.c.owner == owner, datasets.c.id == dataset_id)
        with self._database.write() as connection:
            if not connection.execute(query.values(name=name)).rowcount:
                raise NotFoundError("dataset_unknown")

    def delete(self, owner: str, dataset_id: str) -> Deleted:
        """Delete a dataset with all that came from it.

        Raises:
            JobError: `dataset_in_use`, with `jobs` counting those that are not final.
        """
        with self._database.write() as connection:
            dataset = self.get(owner, dataset_id)
            theirs = jobs.c.dataset_id == dataset_id
            using = connection.execute(select(jobs.c.id, jobs.c.state).where(theirs)).all()
            if busy := sum(job.state not in FINAL for job in using):
                raise JobError("dataset_in_use", name=dataset.name, jobs=busy)
            gone = []
            for job in using:
                trained = connection.scalars(select(models.c.id).where(models.c.job_id == job.id))
                gone.append(change.deleted_job(job.id, trained.all()))
            mine = versions.c.dataset_id == dataset_id
            folders = connection.scalars(select(versions.c.folder).where(mine)).all()
            connection.execute(delete(jobs).where(theirs))
            connection.execute(delete(datasets).where(datasets.c.id == dataset_id))
            return change.deleted_dataset(dataset_id, folders, gone)


def _find(connection: Connection, owner: str, dataset_id: str | None = None) -> list[Dataset]:
    """Return the owner's datasets, or the one named, newest first; an empty name is nobody's."""
    of = [datasets.c.owner == owner]
    if dataset_id is not None:
        of.append(datasets.c.id == dataset_id)
    newest = (
        select(versions.c.dataset_id, func.max(versions.c.number).label("number"))
        .join(datasets, datasets.c.id == versions.c.dataset_id)
        .where(*of)
        .group_by(versions.c.dataset_id)
        .subquery()
    )
    is_newest = and_(
        versions.c.dataset_id == newest.c.dataset_id, versions.c.number == newest.c.number
    )
    found = connection.execute(select(versions).join(newest, is_newest)).mappings()
    version = {row["dataset_id"]: to_version(row) for row in found}
    query = select(datasets).where(*of).order_by(datasets.c.created_at.desc(), datasets.c.id.desc())
    rows = connection.execute(query).mappings()
    return [to_dataset(row, version[row["id"]]) for row in rows]


class SqlBaseModels:
    """Imported and fetched base models."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, owner: str, name: str, record: Mapping[str, object]) -> None:
        """Remember an imported or fetched base model under its name."""
        with self._database.write() as connection:
            query = upsert(connection, base_models).values(
                owner=owner, name=name, record=dict(record)
            )
            key = [base_models.c.owner, base_models.c.name]
            fresh = {"record": query.excluded.record}
            connection.execute(query.on_conflict_do_update(index_elements=key, set_=fresh))

    def list_all(self, owner: str) -> dict[str, dict[str, object]]:
        """Return the imported and fetched base models by name."""
        query = select(base_models.c.name, base_models.c.record).where(base_models.c.owner == owner)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(base_models.c.name))
            return {row.name: row.record for row in rows}

    def delete(self, owner: str, name: str) -> None:
        """Forget a base model, if it is known."""
        mine = (base_models.c.owner == owner) & (base_models.c.name == name)
        with self._database.write() as connection:
            connection.execute(delete(base_models).where(mine))
