"""What travels between stores in SQL, each function inside a transaction of its caller.

It must never store a job that is not final, nor change what is there already.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, islice

from sqlalchemy import Connection, RowMapping, insert, or_, select

from bigmodel.core.errors import DatasetError
from bigmodel.core.job import JobEvent
from bigmodel.core.labelling.labels import Labelling
from bigmodel.store import change, sql_curves, sql_datasets, sql_jobs, sql_labels
from bigmodel.store.base import Carried, Point, Records
from bigmodel.store.rows import job_record, model_record, to_job, to_version, version_record
from bigmodel.store.tables import curves, datasets, history, jobs, models, points, versions

MANY = 500  # ids a query names at once
BATCH = 5_000  # points that are stored at once


def export(connection: Connection, owner: str, ids: Sequence[str]) -> Records:
    found = [sql_datasets.get(connection, owner, dataset_id) for dataset_id in ids]
    rows: list[RowMapping] = []
    for dataset in found:
        query = select(versions).where(versions.c.dataset_id == dataset.id)
        rows += connection.execute(query.order_by(versions.c.number)).mappings().all()
    sortings = {each.id: sql_labels.get(connection, owner, each.id) for each in found}
    carried = [job for dataset in found for job in _jobs(connection, owner, dataset.id)]
    return Records(
        datasets=tuple(found),
        versions=tuple(to_version(row) for row in rows),
        jobs=tuple(carried),
        sortings={key: sorting for key, sorting in sortings.items() if sorting != Labelling()},
    )


def _jobs(connection: Connection, owner: str, dataset_id: str) -> list[Carried]:
    query = (
        select(jobs)
        .where(jobs.c.owner == owner, jobs.c.dataset_id == dataset_id)
        .order_by(jobs.c.created_at, jobs.c.id)
    )
    return [
        Carried(
            job=(job := to_job(row)),
            history=tuple(sql_jobs.history_after(connection, owner, job.id, 0)),
            models=tuple(sql_jobs.models_of(connection, owner, job_id=job.id)[::-1]),
        )
        for row in connection.execute(query).mappings().all()
    ]


def some_points(
    connection: Connection, owner: str, job_id: str, after: tuple[str, int], limit: int
) -> list[Point]:
    sql_jobs.get(connection, owner, job_id)
    name, step = after
    is_behind = or_(curves.c.name > name, (curves.c.name == name) & (points.c.step > step))
    query = (
        select(curves.c.name, points.c.step, points.c.value)
        .join(points, points.c.curve_id == curves.c.id)
        .where(curves.c.job_id == job_id, is_behind)
        .order_by(curves.c.name, points.c.step)
        .limit(limit)
    )
    return [
        (row.name, row.step, math.nan if row.value is None else row.value)
        for row in connection.execute(query)
    ]


def taken(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(ids), MANY):
        asked = ids[start : start + MANY]
        for table in (datasets, jobs, models):
            found |= set(connection.scalars(select(table.c.id).where(table.c.id.in_(asked))))
    return frozenset(found)


def put(connection: Connection, owner: str, records: Records) -> None:
    """Store records; whatever this raises, the caller's transaction writes nothing."""
    if taken(connection, change.ids_of(records)):
        raise DatasetError("project_taken")
    for dataset in records.datasets:
        row = {
            "id": dataset.id,
            "owner": owner,
            "name": dataset.name,
            "created_at": dataset.created_at,
        }
        connection.execute(insert(datasets).values(row))
    fresh = {dataset.id for dataset in records.datasets}
    for version in records.versions:
        if version.dataset_id in fresh:
            connection.execute(insert(versions).values(version_record(version)))
        else:
            sql_datasets.add_version(connection, owner, version)
    for dataset_id, sorting in records.sortings.items():
        sql_labels.replace_all(connection, owner, dataset_id, sorting)
    for name, record in records.bases.items():
        sql_datasets.set_base(connection, owner, name, record)
    for carried in records.jobs:
        _put_job(connection, owner, carried)


def _put_job(connection: Connection, owner: str, carried: Carried) -> None:
    job = change.carried(carried.job, owner)
    sql_datasets.get_version(connection, owner, job.dataset_id, job.dataset_version)
    connection.execute(insert(jobs).values(job_record(job)))
    if carried.history:
        connection.execute(insert(history), _lines(job.id, carried.history))
    for model in carried.models:
        connection.execute(insert(models).values(model_record(model) | {"job_id": job.id}))
    waiting = iter(carried.points)
    while batch := list(islice(waiting, BATCH)):
        by_name = groupby(sorted(batch, key=lambda point: point[0]), key=lambda point: point[0])
        new = {name: {step: value for _, step, value in group} for name, group in by_name}
        sql_curves.add(connection, job.id, new)


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
