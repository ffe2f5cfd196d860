"""Jobs, their history and their models in SQL, each function inside a transaction of its caller.

It must never change a job but through `_apply`: one compare-and-set on (state, token) with its history rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, or_, select, update

from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.job import LIVE, Job, JobEvent, State, Wish
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.store import change, sql_curves
from bigmodel.store.base import Deleted, Order
from bigmodel.store.intake import Intake, keep_one
from bigmodel.store.line import Waiting, in_line, left_of, starts
from bigmodel.store.rows import changes, job_record, model_record, to_job, to_model
from bigmodel.store.tables import attempts, history, jobs, models


def _one(connection: Connection, query: Select[*tuple[object, ...]]) -> Job | None:
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else to_job(row)


def get(connection: Connection, owner: str, job_id: str) -> Job:
    job = _one(connection, select(jobs).where(jobs.c.owner == owner, jobs.c.id == job_id))
    if job is None:
        raise NotFoundError("job_unknown")
    return job


def of_key(connection: Connection, owner: str, key: str) -> Job | None:
    """Return the job that was submitted with this key; an empty key is nobody's."""
    if not key:
        return None
    return _one(connection, select(jobs).where(jobs.c.owner == owner, jobs.c.key == key))


def add(connection: Connection, job: Job) -> None:
    changed = change.submitted(job)
    connection.execute(insert(jobs).values(job_record(changed.job)))
    _remember(connection, job.id, changed.rows)


def every(connection: Connection, owner: str, limit: int, offset: int) -> list[Job]:
    query = (
        select(jobs)
        .where(jobs.c.owner == owner)
        .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [to_job(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True)
class Wanted:
    """Which jobs are looked for; what is empty does not matter."""

    owner: str
    text: str = ""
    states: tuple[State, ...] = ()
    dataset_id: str = ""

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found = [jobs.c.owner == self.owner]
        if self.text:
            found.append(jobs.c.name.icontains(self.text, autoescape=True))
        if self.states:
            found.append(jobs.c.state.in_([state.value for state in self.states]))
        if self.dataset_id:
            found.append(jobs.c.dataset_id == self.dataset_id)
        return found


def find(
    connection: Connection, wanted: Wanted, order: Order, limit: int, offset: int
) -> tuple[list[Job], int]:
    count = select(func.count()).select_from(jobs).where(*wanted.conditions)
    ended = func.coalesce(jobs.c.ended_at, datetime.now(UTC))
    running = func.julianday(ended) - func.julianday(jobs.c.started_at)
    orders: Mapping[str, list[ColumnElement[object]]] = {
        "newest": [],
        "longest": [func.coalesce(running, -1.0).desc()],
        "name": [func.lower(jobs.c.name)],
    }
    query = (
        select(jobs)
        .where(*wanted.conditions)
        .order_by(*orders[order], jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    found = [to_job(row) for row in connection.execute(query).mappings()]
    return found, connection.execute(count).scalar_one()


def rename(connection: Connection, owner: str, job_id: str, name: str) -> None:
    query = update(jobs).where(jobs.c.owner == owner, jobs.c.id == job_id)
    if not connection.execute(query.values(name=name)).rowcount:
        raise NotFoundError("job_unknown")


def remove(connection: Connection, owner: str, job_id: str) -> Deleted:
    job = get(connection, owner, job_id)
    if not job.is_final:
        raise JobError("job_not_final", name=job.name)
    gone = connection.scalars(select(models.c.id).where(models.c.job_id == job_id)).all()
    connection.execute(delete(jobs).where(jobs.c.id == job_id))
    return change.deleted_job(job_id, gone)


def place(connection: Connection, owner: str, job_id: str) -> int:
    if get(connection, owner, job_id).state != State.QUEUED:
        return 0
    ids = [item.job_id for item in _line(connection, live(connection))]
    return ids.index(job_id) + 1


def expectations(
    connection: Connection, owner: str, workers: int, at: datetime
) -> dict[str, tuple[int, float | None]]:
    now_live = [job for job in live(connection) if job.is_live]
    order = _line(connection, now_live)
    found = starts(order, [left_of(job, at) for job in now_live], workers)
    return {item.job_id: found[item.job_id] for item in order if item.owner == owner}


def _line(connection: Connection, running: Sequence[Job]) -> list[Waiting]:
    columns = (jobs.c.id, jobs.c.owner, jobs.c.created_at, jobs.c.priority, jobs.c.expected_s)
    rows = connection.execute(select(*columns).where(jobs.c.state == State.QUEUED.value))
    queued = [Waiting(*row) for row in rows]
    return in_line(queued, Counter(job.owner for job in running if job.is_live))


def prefer(connection: Connection, owner: str, job_id: str, priority: int) -> Job:
    job = get(connection, owner, job_id)
    return _apply(connection, job, change.preferred(job, priority))


def wish(connection: Connection, owner: str, job_id: str, wanted: Wish) -> Job:
    job = get(connection, owner, job_id)
    return _apply(connection, job, change.wished(job, wanted))


def history_after(connection: Connection, owner: str, job_id: str, after: int) -> list[JobEvent]:
    get(connection, owner, job_id)
    query = select(history).where(history.c.job_id == job_id, history.c.seq > after)
    rows = connection.execute(query.order_by(history.c.seq))
    return [JobEvent(row.seq, row.at, row.kind, Message.from_json(row.message)) for row in rows]


def claim(connection: Connection, at: datetime) -> Job | None:
    live = (
        select(jobs.c.owner, func.count().label("count"))
        .where(jobs.c.state.in_([state.value for state in LIVE]))
        .group_by(jobs.c.owner)
        .subquery()
    )
    turn = func.row_number().over(
        partition_by=jobs.c.owner,
        order_by=(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id),
    )
    due = or_(
        jobs.c.not_before.is_(None),
        jobs.c.not_before <= at,
        jobs.c.not_before > at + change.MOST_WAIT,
    )
    heads = (
        select(jobs.c.id, turn.label("turn")).where(jobs.c.state == State.QUEUED.value, due)
    ).subquery()
    query = (
        select(jobs)
        .join(heads, (heads.c.id == jobs.c.id) & (heads.c.turn == 1))
        .outerjoin(live, live.c.owner == jobs.c.owner)
        .order_by(func.coalesce(live.c.count, 0), jobs.c.created_at, jobs.c.id)
        .limit(1)
    )
    job = _one(connection, query)
    if job is None:
        return None
    claimed = _apply(connection, job, change.claimed(job, at))
    values = {"job_id": job.id, "token": claimed.token, "offset": 0}
    connection.execute(insert(attempts).values(values))
    sql_curves.cut(connection, job.id, change.last_safe_step(job))
    return claimed


def move(
    connection: Connection,
    job_id: str,
    token: int,
    origin: State,
    to: State,
    details: change.Details,
) -> bool:
    query = select(jobs).where(
        jobs.c.id == job_id, jobs.c.state == origin.value, jobs.c.token == token
    )
    job = _one(connection, query)
    if job is None:
        return False
    _apply(connection, job, change.moved(job, to, details))
    return True


def live(connection: Connection) -> list[Job]:
    states = [State.STARTING.value, State.RUNNING.value, State.LOST.value]
    query = select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.created_at, jobs.c.id)
    return [to_job(row) for row in connection.execute(query).mappings()]


def stored(connection: Connection) -> dict[str, Job]:
    found = (to_job(row) for row in connection.execute(select(jobs)).mappings())
    return {job.id: job for job in found}


def queued(connection: Connection) -> int:
    query = select(func.count()).where(jobs.c.state == State.QUEUED.value)
    return connection.execute(query).scalar_one()


def offset(connection: Connection, job_id: str, token: int) -> int:
    query = select(attempts.c.offset).where(attempts.c.job_id == job_id, attempts.c.token == token)
    return connection.execute(query).scalar() or 0


def ingest(
    connection: Connection,
    job_id: str,
    token: int,
    span: tuple[int, int],
    intake: Intake,
    at: datetime,
) -> bool:
    job = _one(connection, select(jobs).where(jobs.c.id == job_id))
    if job is None or not change.may_ingest(job, token):
        return False
    advance = (
        update(attempts)
        .where(
            attempts.c.job_id == job_id,
            attempts.c.token == token,
            attempts.c.offset == span[0],
        )
        .values(offset=span[1])
    )
    if not connection.execute(advance).rowcount:
        return False
    _apply(connection, job, change.taken_in(job, intake, at))
    if intake.back_to:
        sql_curves.cut(connection, job_id, change.last_step_of(intake.back_to))
    sql_curves.add(connection, job_id, intake.points)
    for result in intake.results:
        _put_model(connection, replace(result, owner=job.owner, job_id=job_id, created_at=at))
    return True


def models_of(
    connection: Connection, owner: str, *, job_id: str = "", model_id: str = ""
) -> list[TrainedModel]:
    """Return an owner's models: all, those of a job, or the one named; newest first."""
    query = (
        select(models, jobs.c.owner, jobs.c.name)
        .join(jobs, jobs.c.id == models.c.job_id)
        .where(jobs.c.owner == owner)
        .order_by(models.c.created_at.desc(), models.c.id.desc())
    )
    if job_id:
        query = query.where(jobs.c.id == job_id)
    if model_id:
        query = query.where(models.c.id == model_id)
    return [to_model(row) for row in connection.execute(query).mappings()]


def _put_model(connection: Connection, model: TrainedModel) -> None:
    """Store a reported model in the place of the job's earlier one of its kind; exactly one is kept."""
    known = models_of(connection, model.owner, job_id=model.job_id)
    others = [other for other in known if other.kind != model.kind]
    connection.execute(delete(models).where(models.c.job_id == model.job_id))
    records = [model_record(item) for item in keep_one([*others, model], model)]
    connection.execute(insert(models), records)


def _apply(connection: Connection, before: Job, changed: change.Changed) -> Job:
    if values := changes(before, changed.job):
        query = update(jobs).where(
            jobs.c.id == before.id,
            jobs.c.state == before.state.value,
            jobs.c.token == before.token,
        )
        if connection.execute(query.values(values)).rowcount != 1:
            raise RuntimeError(f"job {before.id} changed inside a transaction that holds the lock")
    _remember(connection, before.id, changed.rows)
    return changed.job


def _remember(connection: Connection, job_id: str, rows: Sequence[change.Row]) -> None:
    if not rows:
        return
    newest = select(func.coalesce(func.max(history.c.seq), 0)).where(history.c.job_id == job_id)
    first = connection.execute(newest).scalar_one() + 1
    records = [
        {"job_id": job_id, "seq": seq, "kind": kind, "at": at, "message": message.to_json()}
        for seq, (kind, at, message) in enumerate(rows, first)
    ]
    connection.execute(insert(history), records)
