"""What a claim, a move, a wish and a batch of events do to a job; pure, nothing is written here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError
from bigmodel.core.job import FINAL, MOVES, Job, Saved, State, Wish
from bigmodel.core.message import Level, Message
from bigmodel.store.intake import Intake
from bigmodel.store.values import Deleted, Records

Row = tuple[str, datetime, Message]  # kind, time and sentence of a line of the history
KEPT_BEFORE = 1  # checkpoints that stand behind the newest one, should it be damaged
MOST_WAIT = timedelta(minutes=10)  # a job that is to wait for longer saw the clock being set back
WAITING = (State.QUEUED, State.PAUSED)  # no worker holds these: a wish comes true at once
FULFILLED = {Wish.CANCEL: State.CANCELLED, Wish.END: State.CANCELLED, Wish.PAUSE: State.PAUSED}
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


def carried(job: Job, owner: str) -> Job:
    """Return a job of elsewhere as it is stored: the owner's, without what only held where it ran.

    Raises:
        ValueError: it is not final, so that its worker may still run there.
    """
    if not job.is_final:
        raise ValueError(f"job {job.id} is {job.state} and stays where it is")
    fresh = replace(job, owner=owner, key="", wish=Wish.NONE, not_before=None, priority=0)
    return _with_saved(fresh, ())


def ids_of(records: Records) -> list[str]:
    """Return every id that records bring along."""
    ids = [dataset.id for dataset in records.datasets]
    for carried in records.jobs:
        ids += [carried.job.id, *(model.id for model in carried.models)]
    return ids


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


def last_step_of(saved: Saved) -> int:
    """Return the last step that counts when an attempt went back to this checkpoint, or to the beginning."""
    return saved.step if saved.folder else -1


def preferred(job: Job, priority: int) -> Changed:
    """Return the job with another priority.

    Raises:
        JobError: `job_not_waiting`.
    """
    if job.state not in WAITING:
        raise JobError("job_not_waiting", name=job.name)
    return Changed(replace(job, priority=priority))


def moved(job: Job, to: State, details: Details) -> Changed:
    """Return the job after a move; one that comes back into line with a wish has its wish fulfilled at once.

    An attempt that ended in a pause is not counted: the job may be tried once more.
    """
    at = details.at
    is_pause = to == State.PAUSED and job.state == State.RUNNING
    fresh = replace(
        job,
        state=to,
        message=details.message,
        traceback=details.traceback,
        not_before=details.not_before if to == State.QUEUED else None,
        started_at=job.started_at or (at if to == State.RUNNING else None),
        ended_at=at if to in FINAL else None,
        wish=Wish.NONE if to == State.PAUSED and job.wish == Wish.PAUSE else job.wish,
        max_attempts=job.max_attempts + is_pause,
    )
    rows = [_move_row(to, at)]
    if details.message:
        rows.append(("note", at, details.message))
    if to in WAITING and fresh.wish != Wish.NONE:
        after = moved(fresh, FULFILLED[fresh.wish], Details(None, "", at))
        return Changed(after.job, (*rows, *after.rows))
    return Changed(fresh, tuple(rows))


def wished(job: Job, wish: Wish) -> Changed:
    """Return the job after a wish. A cancel beats a pause, never the other way round.

    Raises:
        ValueError: the wish is for nothing.
    """
    if wish == Wish.NONE:
        raise ValueError("a wish is for a cancel or a pause")
    is_new = job.wish == Wish.NONE or (job.wish == Wish.PAUSE and wish.is_cancel)
    if job.is_final or not is_new or (job.state, wish) == (State.PAUSED, Wish.PAUSE):
        return Changed(job)
    at = now()
    fresh = replace(job, wish=wish)
    rows: tuple[Row, ...] = (("wish", at, Message(f"history.wish_{wish}")),)
    if job.state in WAITING:
        after = moved(fresh, FULFILLED[wish], Details(None, "", at))
        return Changed(after.job, rows + after.rows)
    return Changed(fresh, rows)


def may_ingest(job: Job, token: int) -> bool:
    return bool(token) and job.token == token and not job.is_final


def taken_in(job: Job, intake: Intake, at: datetime) -> Changed:
    fresh = replace(job, progress=intake.progress_after(job.progress))
    if intake.is_beat:
        fresh = replace(fresh, beat_at=at)
    if intake.back_to:
        fresh = _with_saved(fresh, [s for s in (intake.back_to,) if s.folder])
    if intake.saved:
        known = [saved for saved in fresh.saved if saved.step < intake.saved[0].step]
        fresh = _with_saved(fresh, [*reversed(intake.saved), *known])
    return Changed(fresh, tuple(("note", at, note) for note in intake.notes))


def _with_saved(job: Job, saved: Sequence[Saved]) -> Job:
    """Return the job with these checkpoints, newest first, as far as they are kept."""
    newest = saved[0] if saved else Saved("", 0)
    return replace(
        job,
        checkpoint=newest.folder,
        checkpoint_step=newest.step,
        checkpoint_digest=newest.digest,
        older=tuple(saved[1 : 1 + KEPT_BEFORE]),
    )


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
