"""What a claim, a move, a wish and a batch of events do to a job, for every store alike; pure, nothing is written here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from bigmodel.core.clock import now
from bigmodel.core.job import FINAL, MOVES, Job, State, Wish
from bigmodel.core.message import Level, Message
from bigmodel.store.base import Deleted
from bigmodel.store.intake import Intake

Row = tuple[str, datetime, Message]  # kind, time and sentence of a line of the history
LEVELS: dict[State, Level] = {State.FAILED: "error", State.LOST: "warning"}


@dataclass(frozen=True)
class Changed:
    """A job as it is now, and the lines its history gains."""

    job: Job
    rows: tuple[Row, ...] = ()


class Details(NamedTuple):
    """What comes with a move."""

    message: Message | None
    traceback: str
    at: datetime
    not_before: datetime | None = None


def check_new(job: Job) -> None:
    """Refuse to store a job that has already been somewhere.

    Raises:
        ValueError: it is not queued, or was claimed before.
    """
    if job.state != State.QUEUED or job.token or job.attempt or job.wish != Wish.NONE:
        raise ValueError(f"job {job.id} is not new: {job.state}, token {job.token}, {job.wish}")


def submitted(job: Job) -> Changed:
    return Changed(job, (_move_row(State.QUEUED, job.created_at),))


def check_move(origin: State, to: State) -> None:
    """Refuse a move that the table does not have, and the one that only a claim makes (it needs a new token).

    Raises:
        ValueError: there is no such move.
    """
    if to not in MOVES[origin] or to == State.STARTING:
        raise ValueError(f"a job never moves from {origin} to {to} this way")


def is_claimable(job: Job, at: datetime | None) -> bool:
    """Tell whether a queued job may start at this time (at any time, if none is given)."""
    is_due = at is None or job.not_before is None or job.not_before <= at
    return job.state == State.QUEUED and is_due


def claimed(job: Job, at: datetime) -> Changed:
    fresh = replace(
        job,
        state=State.STARTING,
        token=job.token + 1,
        attempt=job.attempt + 1,
        not_before=None,
        beat_at=at,
        message=None,
        traceback="",
    )
    return Changed(fresh, (_move_row(State.STARTING, at),))


def last_safe_step(job: Job) -> int:
    """Return the step after which points of a new attempt count anew (-1: all of them do)."""
    return job.checkpoint_step if job.checkpoint else -1


def moved(job: Job, to: State, details: Details) -> Changed:
    """Return the job after a move; a job that comes back into line while it is to be cancelled is cancelled."""
    at = details.at
    fresh = replace(
        job,
        state=to,
        message=details.message,
        traceback=details.traceback,
        not_before=details.not_before if to == State.QUEUED else None,
        started_at=job.started_at or (at if to == State.RUNNING else None),
        ended_at=at if to in FINAL else None,
        wish=Wish.NONE if to == State.PAUSED and job.wish == Wish.PAUSE else job.wish,
    )
    rows = [_move_row(to, at)]
    if details.message:
        rows.append(("note", at, details.message))
    if to in (State.QUEUED, State.PAUSED) and fresh.wish == Wish.CANCEL:
        after = moved(fresh, State.CANCELLED, Details(None, "", at))
        return Changed(after.job, (*rows, *after.rows))
    return Changed(fresh, tuple(rows))


def wished(job: Job, wish: Wish) -> Changed:
    """Return the job after a wish. A cancel beats a pause, never the other way round.

    Raises:
        ValueError: the wish is for nothing.
    """
    if wish == Wish.NONE:
        raise ValueError("a wish is for a cancel or a pause")
    is_new = job.wish == Wish.NONE or (job.wish, wish) == (Wish.PAUSE, Wish.CANCEL)
    if job.is_final or not is_new or (job.state, wish) == (State.PAUSED, Wish.PAUSE):
        return Changed(job)
    at = now()
    fresh = replace(job, wish=wish)
    rows: tuple[Row, ...] = (("wish", at, Message(f"history.wish_{wish}")),)
    if wish == Wish.CANCEL and job.state in (State.QUEUED, State.PAUSED):
        after = moved(fresh, State.CANCELLED, Details(None, "", at))
        return Changed(after.job, rows + after.rows)
    return Changed(fresh, rows)


def may_ingest(job: Job, token: int) -> bool:
    return bool(token) and job.token == token and not job.is_final


def taken_in(job: Job, intake: Intake, at: datetime) -> Changed:
    fresh = replace(job, progress=intake.progress_after(job.progress))
    if intake.is_beat:
        fresh = replace(fresh, beat_at=at)
    if intake.checkpoint:
        fresh = replace(
            fresh,
            checkpoint=str(intake.checkpoint["folder"]),
            checkpoint_step=int(intake.checkpoint["step"]),
            checkpoint_digest=str(intake.checkpoint.get("digest", "")),
        )
    return Changed(fresh, tuple(("note", at, note) for note in intake.notes))


def deleted_job(job_id: str, models: Sequence[str]) -> Deleted:
    return Deleted(jobs=(job_id,), models=tuple(models), folders=(f"jobs/{job_id}",))


def deleted_dataset(dataset_id: str, folders: Iterable[str], jobs: Iterable[Deleted]) -> Deleted:
    """Return what went with a dataset: its folder, versions kept elsewhere, and all of its jobs."""
    home = f"datasets/{dataset_id}"
    gone = list(jobs)
    return Deleted(
        jobs=tuple(name for job in gone for name in job.jobs),
        models=tuple(name for job in gone for name in job.models),
        folders=(
            home,
            *(folder for folder in folders if not folder.startswith(f"{home}/")),
            *(folder for job in gone for folder in job.folders),
        ),
    )


def _move_row(to: State, at: datetime) -> Row:
    return ("move", at, Message(f"history.{to}", level=LEVELS.get(to, "info")))
