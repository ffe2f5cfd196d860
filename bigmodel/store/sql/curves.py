"""Points of curves in SQL with their roll-ups.

It must never leave a roll-up that disagrees with its points: whoever changes points calls `_roll_up` for their range.
"""

import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, or_, select, text, update

from bigmodel.store.rollup import FACTOR, LEVELS, Span, level_to_read, thin
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.dialect import upsert
from bigmodel.store.sql.owned import get_job
from bigmodel.store.sql.tables import curves, jobs, points, rollups
from bigmodel.store.values import Curve, Point

# As text, because they run at every batch of every curve, where building them would cost more than running them.
FIELDS = ("step", "low", "high", "total", "numbers", "points")
INTO = f"INSERT INTO rollups (curve_id, level, bucket, {', '.join(FIELDS)}) "
ANEW = "ON CONFLICT (curve_id, level, bucket) DO UPDATE SET " + ", ".join(
    f"{field} = excluded.{field}" for field in FIELDS
)
OF_POINTS = "max(step), min(value), max(value), sum(value), count(value), count(*) FROM points "
OF_ROLLUPS = "max(step), min(low), max(high), sum(total), sum(numbers), sum(points) FROM rollups "
ROLL_POINTS = text(
    f"{INTO} SELECT curve_id, 1, step / {FACTOR}, {OF_POINTS}"
    f"WHERE curve_id = :curve AND step BETWEEN :low AND :high GROUP BY curve_id, step / {FACTOR} {ANEW}"
)
ROLL_UP = text(
    f"{INTO} SELECT curve_id, :level, bucket / {FACTOR}, {OF_ROLLUPS}"
    "WHERE curve_id = :curve AND level = :level - 1 AND bucket BETWEEN :low AND :high "
    f"GROUP BY curve_id, bucket / {FACTOR} {ANEW}"
)
READ_POINTS = text(
    f"SELECT {OF_POINTS} WHERE curve_id = :curve GROUP BY (step - :first) / :width ORDER BY 1"
)
READ_ROLLUPS = text(
    f"SELECT {OF_ROLLUPS} WHERE curve_id = :curve AND level = :level "
    "GROUP BY (bucket - :first) / :width ORDER BY 1"
)
COPY_POINTS = text(
    "INSERT INTO points (curve_id, step, value) "
    "SELECT :curve, step, value FROM points WHERE curve_id = :origin AND step <= :last"
)
EXTENT = text(
    "SELECT (SELECT sum(points) FROM rollups WHERE curve_id = :curve AND level = :top), "
    "(SELECT min(step) FROM points WHERE curve_id = :curve), "
    "(SELECT max(step) FROM points WHERE curve_id = :curve)"
)


class SqlCurves:
    """Points of the jobs' curves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, owner: str, job_id: str, max_points: int = 1_000) -> list[Curve]:
        """Return all curves of a job, each with at most `max_points` points, in constant time."""
        query = select(curves.c.id, curves.c.name).where(curves.c.job_id == job_id)
        with self._database.read() as connection:
            get_job(connection, owner, job_id)
            rows = connection.execute(query.order_by(curves.c.name)).all()
            read = [
                thin(row.name, _spans(connection, row.id, max_points), max_points) for row in rows
            ]
        return [curve for curve in read if curve.points]

    def mark(self, owner: str, job_id: str) -> int:
        """Return a number that grows whenever points of the job change."""
        query = select(jobs.c.points_mark).where(jobs.c.id == job_id)
        with self._database.read() as connection:
            get_job(connection, owner, job_id)
            return int(connection.execute(query).scalar_one())

    def points(
        self, owner: str, job_id: str, *, after: tuple[str, int] = ("", -1), limit: int = 5_000
    ) -> list[Point]:
        """Return points of a job behind (curve, step), in that order."""
        name, step = after
        is_behind = or_(curves.c.name > name, (curves.c.name == name) & (points.c.step > step))
        query = (
            select(curves.c.name, points.c.step, points.c.value)
            .join(points, points.c.curve_id == curves.c.id)
            .where(curves.c.job_id == job_id, is_behind)
            .order_by(curves.c.name, points.c.step)
            .limit(limit)
        )
        with self._database.read() as connection:
            get_job(connection, owner, job_id)
            return [
                (row.name, row.step, math.nan if row.value is None else row.value)
                for row in connection.execute(query)
            ]


# what changes with a job, inside its transaction


def add(connection: Connection, job_id: str, new: Mapping[str, Mapping[int, float]]) -> None:
    """Store points that are not yet there, by curve and step."""
    if not new:
        return
    for name, values in new.items():
        curve = _curve(connection, job_id, name)
        records = [
            {"curve_id": curve, "step": step, "value": None if math.isnan(value) else value}
            for step, value in values.items()
        ]
        connection.execute(upsert(connection, points).on_conflict_do_nothing(), records)
        _roll_up(connection, curve, min(values), max(values))
    _mark(connection, job_id)


def cut(connection: Connection, job_id: str, last: int) -> None:
    """Delete all points of a job above a step."""
    above = select(curves.c.id).where(
        curves.c.job_id == job_id,
        exists().where(points.c.curve_id == curves.c.id, points.c.step > last),
    )
    found = connection.scalars(above).all()
    for curve in found:
        connection.execute(delete(points).where(points.c.curve_id == curve, points.c.step > last))
        for level in range(1, LEVELS + 1):
            touched = rollups.c.bucket >= last // FACTOR**level
            connection.execute(
                delete(rollups).where(
                    rollups.c.curve_id == curve, rollups.c.level == level, touched
                )
            )
        _roll_up(connection, curve, max(0, last), max(0, last))
    if found:
        _mark(connection, job_id)


def copy(connection: Connection, origin: str, job_id: str, last: int) -> None:
    """Begin the curves of a job with the points of another one up to a step."""
    found = connection.execute(select(curves.c.id, curves.c.name).where(curves.c.job_id == origin))
    for row in found.all():
        curve = _curve(connection, job_id, row.name)
        values = {"curve": curve, "origin": row.id, "last": last}
        connection.execute(COPY_POINTS, values)
        _roll_up(connection, curve, 0, last)
    _mark(connection, job_id)


def _mark(connection: Connection, job_id: str) -> None:
    query = update(jobs).where(jobs.c.id == job_id)
    connection.execute(query.values(points_mark=jobs.c.points_mark + 1))


def _curve(connection: Connection, job_id: str, name: str) -> int:
    known = select(curves.c.id).where(curves.c.job_id == job_id, curves.c.name == name)
    found = connection.execute(known).scalar_one_or_none()
    if found is not None:
        return int(found)
    new = insert(curves).values(job_id=job_id, name=name).returning(curves.c.id)
    return int(connection.execute(new).scalar_one())


def _spans(connection: Connection, curve: int, max_points: int) -> list[Span]:
    total, first, last = connection.execute(EXTENT, {"curve": curve, "top": LEVELS}).one()
    if not total:
        return []
    count = int(total)
    values = {"curve": curve, "first": first, "width": 1}
    if count <= max_points:
        return [_span(row) for row in connection.execute(READ_POINTS, values)]
    level = level_to_read(count, last - first + 1, max_points)
    low, high = first // FACTOR**level, last // FACTOR**level
    values |= {"level": level, "first": low, "width": (high - low) // max_points + 1}
    rows = connection.execute(READ_ROLLUPS if level else READ_POINTS, values)
    return [_span(row) for row in rows]


def _span(row: Row[*tuple[Any, ...]]) -> Span:
    """Return a row as a span: what SQLite cannot hold as a number comes back as NaN."""
    step, low, high, total, numbers, count = row
    numbers, count = int(numbers), int(count)  # PostgreSQL sums whole numbers to decimals
    if low is None or total is None:
        low, high, total = (math.nan if value is None else value for value in (low, high, total))
    return Span(step, low, high, total, numbers, count)


def _roll_up(connection: Connection, curve: int, first: int, last: int) -> None:
    """Compute anew every bucket that steps `first` to `last` fall into, each level from the one below."""
    for level in range(1, LEVELS + 1):
        low, high = first // FACTOR**level, last // FACTOR**level
        values = {"curve": curve, "low": low * FACTOR, "high": high * FACTOR + FACTOR - 1}
        if level == 1:
            connection.execute(ROLL_POINTS, values)
        else:
            connection.execute(ROLL_UP, values | {"level": level})
