"""Jobs and their history in SQL.

It must never change a job but through `_apply`: one compare-and-set on (state, token) with its history rows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, or_, select, update

from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.events import Event
from bigmodel.core.job import LIVE, Job, JobEvent, State, Wish
from bigmodel.core.message import Message
from bigmodel.store import change
from bigmodel.store.intake import take_in
from bigmodel.store.line import Waiting, in_line, left_of, starts
from bigmodel.store.sql import curves, models
from bigmodel.store.sql.database import Database
from bigmodel.store.sql.datasets import SqlDatasets
from bigmodel.store.sql.dialect import elapsed
from bigmodel.store.sql.owned import find_job, get_job
from bigmodel.store.sql.rows import changes, job_record, to_job
from bigmodel.store.sql.tables import Moment, attempts, history, jobs
from bigmodel.store.sql.tables import models as model_table
from bigmodel.store.values import Deleted, Order

NEWEST_FIRST = (jobs.c.created_at.desc(), jobs.c.id.desc())


class SqlJobs:
    """Jobs with their history. Methods without an owner are the supervisor's, which serves all of them."""

    def __init__(self, database: Database, datasets: SqlDatasets) -> None:
        self._database = database
        self._datasets = datasets

    def submit(self, job: Job) -> Job:
        """Store a queued job, or return the one already stored for the same owner and key.

        An empty key is never the same as another. The dataset's version must be the owner's. A job that
        continues another one of the owner begins with its points, up to the checkpoint it goes on from.
        """
        change.check_new(job)
        same = select(jobs).where(jobs.c.owner == job.owner, jobs.c.key == job.key)
        with self._database.write() as connection:
            if job.key and (known := find_job(connection, same)):
                return known
            self._datasets.version(job.owner, job.dataset_id, job.dataset_version)
            changed = change.submitted(job)
            connection.execute(insert(jobs).values(job_record(changed.job)))
            _remember(connection, job.id, changed.rows)
            if job.continues:
                get_job(connection, job.owner, job.continues)
                curves.copy(connection, job.continues, job.id, job.checkpoint_step)
            return job

    def get(self, owner: str, job_id: str) -> Job:
        with self._database.read() as connection:
            return get_job(connection, owner, job_id)

    def list_all(self, owner: str, limit: int = 200, offset: int = 0) -> list[Job]:
        """Return jobs, newest first."""
        query = select(jobs).where(jobs.c.owner == owner).order_by(*NEWEST_FIRST)
        with self._database.read() as connection:
            found = connection.execute(query.limit(limit).offset(offset)).mappings()
            return [to_job(row) for row in found]

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
        """Return jobs, and how many there are in all, whose name holds the text (A and a are the same).

        `longest` orders by running time so far, `name` as A and a were the same.
        """
        where = [jobs.c.owner == owner]
        if text:
            where.append(jobs.c.name.icontains(text, autoescape=True))
        if states:
            where.append(jobs.c.state.in_([state.value for state in states]))
        if dataset_id:
            where.append(jobs.c.dataset_id == dataset_id)
        query = select(jobs).where(*where).limit(limit).offset(offset)
        with self._database.read() as connection:
            ranks = _ranks(connection, order)
            found = connection.execute(query.order_by(*ranks, *NEWEST_FIRST)).mappings().all()
            count = select(func.count()).select_from(jobs).where(*where)
            return [to_job(row) for row in found], connection.execute(count).scalar_one()

    def rename(self, owner: str, job_id: str, name: str) -> None:
        """Change the name people see."""
        query = update(jobs).where(jobs.c.owner == owner, jobs.c.id == job_id)
        with self._database.write() as connection:
            if not connection.execute(query.values(name=name)).rowcount:
                raise NotFoundError("job_unknown")

    def delete(self, owner: str, job_id: str) -> Deleted:
        """Delete a final job with its models and points.

        Raises:
            JobError: `job_not_final`.
        """
        with self._database.write() as connection:
            job = get_job(connection, owner, job_id)
            if not job.is_final:
                raise JobError("job_not_final", name=job.name)
            query = select(model_table.c.id).where(model_table.c.job_id == job_id)
            gone = connection.scalars(query).all()
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
            return change.deleted_job(job_id, gone)

    def place(self, owner: str, job_id: str) -> int:
        """Return the place in line of a queued job (1 is next), 0 for any other."""
        with self._database.read() as connection:
            if get_job(connection, owner, job_id).state != State.QUEUED:
                return 0
            ids = [item.job_id for item in _line(connection, self.live())]
            return ids.index(job_id) + 1

    def line(self, owner: str, workers: int, at: datetime) -> dict[str, tuple[int, float | None]]:
        """Return, of each queued job, its place in line and the seconds until it is expected to start.

        None stands for a start that hangs on a job of which nobody knows how long it takes.
        """
        with self._database.read() as connection:
            now_live = [job for job in self.live() if job.is_live]
            order = _line(connection, now_live)
        found = starts(order, [left_of(job, at) for job in now_live], workers)
        return {item.job_id: found[item.job_id] for item in order if item.owner == owner}

    def set_priority(self, owner: str, job_id: str, priority: int) -> Job:
        """Let a queued or paused job go before (or after) the owner's others.

        Raises:
            JobError: `job_not_waiting`.
        """
        with self._database.write() as connection:
            job = get_job(connection, owner, job_id)
            return _apply(connection, job, change.preferred(job, priority))

    def wish(self, owner: str, job_id: str, wish: Wish) -> Job:
        """Ask for a cancel or a pause, which come true at once where no worker holds the job.

        Asking again, or of a final job, changes nothing; a pause never replaces a cancel. Returns the
        job as it then is.
        """
        with self._database.write() as connection:
            job = get_job(connection, owner, job_id)
            return _apply(connection, job, change.wished(job, wish))

    def history(self, owner: str, job_id: str, after: int = 0) -> list[JobEvent]:
        """Return moves, wishes and notes of a job with a sequence number above `after`, oldest first.

        Kinds are `move` (`history.<state>`), `wish` (`history.wish_<wish>`) and `note`: what a worker
        noted, or the message that came with a move, after its line.
        """
        query = select(history).where(history.c.job_id == job_id, history.c.seq > after)
        with self._database.read() as connection:
            get_job(connection, owner, job_id)
            rows = connection.execute(query.order_by(history.c.seq)).all()
        return [JobEvent(row.seq, row.at, row.kind, Message.from_json(row.message)) for row in rows]

    # the supervisor's half

    def claim(self, at: datetime) -> Job | None:
        """Take the next queued job into `starting` with a new token and attempt, or return None.

        Points above the job's checkpoint are deleted in the same transaction. Owners take turns, as
        `line.in_line` says. `not_before` is respected, unless it is so far ahead that the clock was set back.
        """
        if not self.queued():  # asked many times a second: do not take the write lock for nothing
            return None
        with self._database.write() as connection:
            job = _next_in_line(connection, at)
            if job is None:
                return None
            claimed = _apply(connection, job, change.claimed(job, at))
            values = {"job_id": job.id, "token": claimed.token, "offset": 0}
            connection.execute(insert(attempts).values(values))
            curves.cut(connection, job.id, change.last_safe_step(job))
            return claimed

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
        """Move a job from `origin` to `to` if its state and token still are these; tell whether it won.

        Entering `running` sets `started_at` once; entering a final state sets `ended_at`; entering
        `paused` forgets the wish for a pause, and allows one more attempt. A job that enters `queued` or
        `paused` while it is to be cancelled (or paused) is so in the same transaction.

        Raises:
            ValueError: the table of moves has no such move, or it leads to `starting`, as only a claim does.
        """
        change.check_move(origin, to)
        details = change.Details(message, traceback, at, not_before)
        query = select(jobs).where(
            jobs.c.id == job_id, jobs.c.state == origin.value, jobs.c.token == token
        )
        with self._database.write() as connection:
            job = find_job(connection, query)
            if job is None:
                return False
            _apply(connection, job, change.moved(job, to, details))
            return True

    def live(self) -> list[Job]:
        """Return all jobs in `starting`, `running` or `lost`."""
        states = [State.STARTING.value, State.RUNNING.value, State.LOST.value]
        query = select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.created_at, jobs.c.id)
        with self._database.read() as connection:
            return [to_job(row) for row in connection.execute(query).mappings()]

    def queued(self) -> int:
        """Return how many jobs are queued."""
        query = select(func.count()).where(jobs.c.state == State.QUEUED.value)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def offset(self, job_id: str, token: int) -> int:
        """Return how many bytes of the attempt's event file are ingested."""
        mine = (attempts.c.job_id == job_id, attempts.c.token == token)
        with self._database.read() as connection:
            return connection.execute(select(attempts.c.offset).where(*mine)).scalar() or 0

    def ingest(
        self, job_id: str, token: int, start: int, end: int, events: Sequence[Event], at: datetime
    ) -> bool:
        """Write what the bytes [start, end) of an attempt's event file said, all of it or nothing.

        Beats and steps refresh `beat_at` and `progress`; notes go to the history; points to the
        curves and their roll-ups; a checkpoint to the job (one that the attempt went back to deletes the
        points above it); a result to the models, in place of the
        job's earlier one of its kind (exactly one of a job's models is kept). Errors and ends are not applied here: the supervisor turns them into moves.
        Returns False, and writes nothing, when the token is not the job's, the job is final, or
        `start` is not the stored offset.
        """
        intake = take_in(events)
        mine = (attempts.c.job_id == job_id, attempts.c.token == token)
        advance = update(attempts).where(*mine, attempts.c.offset == start).values(offset=end)
        with self._database.write() as connection:
            job = find_job(connection, select(jobs).where(jobs.c.id == job_id))
            if job is None or not change.may_ingest(job, token):
                return False
            if not connection.execute(advance).rowcount:
                return False
            _apply(connection, job, change.taken_in(job, intake, at))
            if intake.back_to:
                curves.cut(connection, job_id, change.last_step_of(intake.back_to))
            curves.add(connection, job_id, intake.points)
            for result in intake.results:
                model = replace(result, owner=job.owner, job_id=job_id, created_at=at)
                models.put(connection, model)
            return True


def _ranks(connection: Connection, order: Order) -> Sequence[ColumnElement[object]]:
    ended = func.coalesce(jobs.c.ended_at, literal(datetime.now(UTC), Moment))
    running = elapsed(connection, jobs.c.started_at, ended)
    orders: Mapping[str, Sequence[ColumnElement[object]]] = {
        "newest": (),
        "longest": (func.coalesce(running, -1.0).desc(),),
        "name": (func.lower(jobs.c.name),),
    }
    return orders[order]


def _line(connection: Connection, running: Sequence[Job]) -> list[Waiting]:
    columns = (jobs.c.id, jobs.c.owner, jobs.c.created_at, jobs.c.priority, jobs.c.expected_s)
    rows = connection.execute(select(*columns).where(jobs.c.state == State.QUEUED.value))
    queued = [Waiting(*row) for row in rows]
    started = select(jobs.c.owner, func.max(jobs.c.started_at)).group_by(jobs.c.owner)
    served = {owner: at for owner, at in connection.execute(started) if at is not None}
    return in_line(queued, Counter(job.owner for job in running if job.is_live), served)


def _next_in_line(connection: Connection, at: datetime) -> Job | None:
    """Return the first job of the owner whose turn it is."""
    live = (
        select(jobs.c.owner, func.count().label("count"))
        .where(jobs.c.state.in_([state.value for state in LIVE]))
        .group_by(jobs.c.owner)
        .subquery()
    )
    served = (
        select(jobs.c.owner, func.max(jobs.c.started_at).label("at"))
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
        .outerjoin(served, served.c.owner == jobs.c.owner)
        .order_by(
            func.coalesce(live.c.count, 0),
            served.c.at.is_not(None),
            served.c.at,
            jobs.c.created_at,
            jobs.c.id,
        )
        .limit(1)
    )
    return find_job(connection, query)


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
