"""Datasets, their versions, and base models in SQL, each function inside a transaction of its caller."""

from collections.abc import Mapping

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.job import FINAL
from bigmodel.store import change, sql_jobs
from bigmodel.store.base import Deleted
from bigmodel.store.rows import to_dataset, to_version, version_record
from bigmodel.store.tables import base_models, datasets, jobs, versions


def stored(connection: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of all datasets and the folders of all versions, of every owner."""
    ids = connection.scalars(select(datasets.c.id)).all()
    folders = connection.scalars(select(versions.c.folder)).all()
    return frozenset(ids), frozenset(folders)


def add(connection: Connection, dataset: Dataset) -> None:
    values = {
        "id": dataset.id,
        "owner": dataset.owner,
        "name": dataset.name,
        "created_at": dataset.created_at,
    }
    connection.execute(insert(datasets).values(values))
    connection.execute(insert(versions).values(version_record(dataset.version)))


def add_version(connection: Connection, owner: str, version: Version) -> None:
    dataset = get(connection, owner, version.dataset_id)
    if version.number != dataset.version.number + 1:
        raise DatasetError("dataset_changed", name=dataset.name)
    connection.execute(insert(versions).values(version_record(version)))


def get(connection: Connection, owner: str, dataset_id: str) -> Dataset:
    for dataset in every(connection, owner, dataset_id):
        return dataset
    raise NotFoundError("dataset_unknown")


def every(connection: Connection, owner: str, dataset_id: str = "") -> list[Dataset]:
    """Return the owner's datasets, or the one named, newest first."""
    of = [datasets.c.owner == owner]
    if dataset_id:
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


def get_version(connection: Connection, owner: str, dataset_id: str, number: int) -> Version:
    query = (
        select(versions)
        .join(datasets, datasets.c.id == versions.c.dataset_id)
        .where(datasets.c.owner == owner, datasets.c.id == dataset_id, versions.c.number == number)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("dataset_unknown")
    return to_version(row)


def rename(connection: Connection, owner: str, dataset_id: str, name: str) -> None:
    query = update(datasets).where(datasets.c.owner == owner, datasets.c.id == dataset_id)
    if not connection.execute(query.values(name=name)).rowcount:
        raise NotFoundError("dataset_unknown")


def remove(connection: Connection, owner: str, dataset_id: str) -> Deleted:
    dataset = get(connection, owner, dataset_id)
    using = connection.execute(
        select(jobs.c.id, jobs.c.owner, jobs.c.state).where(jobs.c.dataset_id == dataset_id)
    ).all()
    if busy := sum(job.state not in FINAL for job in using):
        raise JobError("dataset_in_use", name=dataset.name, jobs=busy)
    gone = [sql_jobs.remove(connection, job.owner, job.id) for job in using]
    folders = connection.scalars(
        select(versions.c.folder).where(versions.c.dataset_id == dataset_id)
    ).all()
    connection.execute(delete(datasets).where(datasets.c.id == dataset_id))
    return change.deleted_dataset(dataset_id, folders, gone)


def set_base(connection: Connection, owner: str, name: str, record: Mapping[str, object]) -> None:
    query = upsert(base_models).values(owner=owner, name=name, record=dict(record))
    key = [base_models.c.owner, base_models.c.name]
    connection.execute(query.on_conflict_do_update(key, set_={"record": query.excluded.record}))


def bases(connection: Connection, owner: str) -> dict[str, dict[str, object]]:
    query = (
        select(base_models.c.name, base_models.c.record)
        .where(base_models.c.owner == owner)
        .order_by(base_models.c.name)
    )
    return {row.name: row.record for row in connection.execute(query)}
