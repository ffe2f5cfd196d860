"""Every store there is, and ways to lead its jobs somewhere, for tests of what all stores promise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bigmodel.core.events import Event
from bigmodel.core.job import Job, State
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.things import at
from tests.postgres import new_database

MAKERS: dict[str, Callable[[Path], Store]] = {
    "scratch": lambda home: ScratchStore(),
    "sql": lambda home: open_store(Settings(home=home)),
    "postgres": lambda home: open_store(Settings(home=home, database_url=new_database())),
}
PARAMS = ["sql", pytest.param("postgres", marks=pytest.mark.postgres)]
ROUTES: dict[State, tuple[State, ...]] = {
    State.QUEUED: (),
    State.STARTING: (State.STARTING,),
    State.RUNNING: (State.STARTING, State.RUNNING),
    State.PAUSED: (State.STARTING, State.RUNNING, State.PAUSED),
    State.LOST: (State.STARTING, State.LOST),
    State.SUCCEEDED: (State.STARTING, State.RUNNING, State.SUCCEEDED),
    State.FAILED: (State.STARTING, State.FAILED),
    State.CANCELLED: (State.CANCELLED,),
}


def brought_to(store: Store, job: Job, state: State) -> Job:
    """Submit a job and lead it to a state by legal moves."""
    now = store.jobs.submit(job)
    for to in ROUTES[state]:
        if to == State.STARTING:
            assert store.jobs.claim(at(0))
        else:
            assert store.jobs.move(job.id, now.token, now.state, to, at=at(1))
        now = store.jobs.get(job.owner, job.id)
    assert now.state == state
    return now


def say(store: Store, job: Job, *events: Event, seconds: float = 0) -> bool:
    start = store.jobs.offset(job.id, job.token)
    return store.jobs.ingest(job.id, job.token, start, start + 10, events, at(seconds))


def moves_of(store: Store, job: Job) -> list[str]:
    rows = store.jobs.history(job.owner, job.id)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return [row.message.key.removeprefix("history.") for row in rows if row.kind == "move"]
