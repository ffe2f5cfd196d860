"""Random histories of a store: whatever is asked in whatever order, only legal histories come out."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.events import Kind
from bigmodel.core.job import FINAL, LIVE, MOVES, Job, State, Wish
from bigmodel.store.base import Store
from tests.fakes.stores import MAKERS, moves_of
from tests.fakes.things import at, dataset_of, event_of, job_of, points_of, result_of

OWNERS = ("a", "b")
CURVE = "train/loss"
NOT_CLAIMED = [state for state in State if state != State.STARTING]


class Histories(RuleBasedStateMachine):
    """Two owners, their jobs, and a model of what each must be: the store has to agree after every step."""

    maker = "scratch"
    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store: Store = MAKERS[self.maker](Path(self.folder.name))
        self.known: dict[str, Job] = {}
        self.curves: dict[str, dict[int, float]] = {}
        self.last: dict[str, int] = {}  # the last step said in the present attempt
        self.files: dict[tuple[str, int], int] = {}
        self.seconds = 0.0

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize()
    def begin(self) -> None:
        self.datasets: dict[str, Dataset] = {owner: dataset_of(owner) for owner in OWNERS}
        for dataset in self.datasets.values():
            self.store.datasets.add(dataset)

    def now(self) -> Any:
        self.seconds += 1
        return at(self.seconds)

    def learn(self, job_id: str) -> Job:
        """Take over what the store says of a job, after looking whether it could come from what was known."""
        before = self.known[job_id]
        after = self.store.jobs.get(before.owner, job_id)
        assert after.token >= before.token
        assert not before.is_final or after == before
        self.known[job_id] = after
        return after

    @rule(target=jobs, owner=st.sampled_from(OWNERS), key=st.sampled_from(["", "k", "l"]))
    def submit(self, owner: str, key: str) -> Any:
        job = job_of(self.datasets[owner], key=key, seconds=self.seconds, max_attempts=9)
        stored = self.store.jobs.submit(job)
        same = [known for known in self.known.values() if key and known.key == key]
        if any(known.owner == owner for known in same):
            assert stored.id in self.known
            return multiple()
        assert stored == job
        self.known[job.id], self.curves[job.id], self.last[job.id] = job, {}, 0
        return job.id

    @rule()
    def claim(self) -> None:
        waiting = [job for job in self.known.values() if job.state == State.QUEUED]
        claimed = self.store.jobs.claim(self.now())
        assert (claimed is None) == (not waiting)
        if claimed is None:
            return
        before = self.known[claimed.id]
        live = [job.owner for job in self.known.values() if job.state in LIVE]
        fewest = min(live.count(job.owner) for job in waiting)
        assert live.count(claimed.owner) == fewest
        assert (claimed.token, claimed.attempt) == (before.token + 1, before.attempt + 1)
        self.known[claimed.id] = claimed
        self.last[claimed.id] = claimed.checkpoint_step if claimed.checkpoint else 0
        curve = self.curves[claimed.id]
        self.curves[claimed.id] = {
            step: value for step, value in curve.items() if step <= self.last[claimed.id]
        }

    @rule(job_id=jobs, to=st.sampled_from(NOT_CLAIMED), is_stale=st.booleans())
    def move(self, job_id: str, to: State, is_stale: bool) -> None:
        job = self.known[job_id]
        if to not in MOVES[job.state]:
            with pytest.raises(ValueError, match="never moves"):
                self.store.jobs.move(job_id, job.token, job.state, to, at=self.now())
            return
        token = job.token - 1 if is_stale else job.token
        won = self.store.jobs.move(job_id, token, job.state, to, at=self.now())
        assert won == (not is_stale)
        if not won:
            assert self.learn(job_id) == job
            return
        after = self.learn(job_id)
        wished = job.wish if to in (State.QUEUED, State.PAUSED) else Wish.NONE
        wanted = State.CANCELLED if wished == Wish.CANCEL else to
        wanted = State.PAUSED if (wished, to) == (Wish.PAUSE, State.QUEUED) else wanted
        assert after.state == wanted

    @rule(job_id=jobs, wish=st.sampled_from([Wish.CANCEL, Wish.PAUSE]))
    def wish(self, job_id: str, wish: Wish) -> None:
        job = self.known[job_id]
        self.store.jobs.wish(job.owner, job_id, wish)
        after = self.learn(job_id)
        if job.state == State.QUEUED or (job.state == State.PAUSED and wish == Wish.CANCEL):
            assert after.state == (State.CANCELLED if wish == Wish.CANCEL else State.PAUSED)
        else:
            assert after.state == job.state
        assert job.wish != Wish.CANCEL or after.wish == Wish.CANCEL

    @rule(job_id=jobs, wish=st.sampled_from([Wish.CANCEL, Wish.PAUSE]))
    def somebody_else_asks(self, job_id: str, wish: Wish) -> None:
        job = self.known[job_id]
        other = next(owner for owner in OWNERS if owner != job.owner)
        with pytest.raises(NotFoundError):
            self.store.jobs.wish(other, job_id, wish)
        with pytest.raises(NotFoundError):
            self.store.datasets.delete(other, job.dataset_id)
        assert self.learn(job_id) == job

    @rule(
        job_id=jobs,
        steps=st.integers(1, 7),
        saves=st.booleans(),
        fault=st.sampled_from(["", "", "", "stale", "twice", "gap"]),
    )
    def say(self, job_id: str, steps: int, saves: bool, fault: str) -> None:
        job = self.known[job_id]
        token = job.token - 1 if fault == "stale" else job.token
        start = self.files.get((job_id, job.token), 0) + (fault == "gap")
        first = self.last[job_id] + 1
        values = {step: float(step) for step in range(first, first + steps)}
        events = [points_of(CURVE, values), result_of(kept=True)]
        if saves:
            step = first + steps - 1
            events.append(event_of(Kind.CHECKPOINT, step=step, folder=f"c/{step}", digest="d"))
        taken = self.store.jobs.ingest(job_id, token, start, start + 10, events, self.now())
        is_sound = fault in ("", "twice")
        assert taken == (bool(token) and is_sound and not job.is_final)
        if not taken:
            assert self.learn(job_id) == job
            return
        if fault == "twice":
            assert not self.store.jobs.ingest(job_id, token, start, start + 10, events, self.now())
        self.files[job_id, job.token] = start + 10
        self.curves[job_id] |= values
        self.last[job_id] += steps
        after = self.learn(job_id)
        assert after.state == job.state
        assert not saves or after.checkpoint_step == self.last[job_id]

    @rule(job_id=jobs)
    def goes_back_further(self, job_id: str) -> None:
        """The newest checkpoint was damaged: an attempt begins by going back to the one before it."""
        job = self.known[job_id]
        start = self.files.get((job_id, job.token), 0)
        if job.is_final or not job.older or start:
            return
        to = job.older[0]
        back = event_of(
            Kind.CHECKPOINT, step=to.step, folder=to.folder, digest=to.digest, back=True
        )
        if not self.store.jobs.ingest(job_id, job.token, start, start + 10, [back], self.now()):
            return
        self.files[job_id, job.token] = start + 10
        self.last[job_id] = to.step
        self.curves[job_id] = {k: v for k, v in self.curves[job_id].items() if k <= to.step}
        assert self.learn(job_id).saved == (to,)

    @rule(job_id=jobs, priority=st.integers(-1, 1))
    def prefer(self, job_id: str, priority: int) -> None:
        job = self.known[job_id]
        if job.state in (State.QUEUED, State.PAUSED):
            assert self.store.jobs.set_priority(job.owner, job_id, priority).priority == priority
            self.learn(job_id)
        else:
            with pytest.raises(JobError, match="job_not_waiting"):
                self.store.jobs.set_priority(job.owner, job_id, priority)

    @invariant()
    def each_history_is_a_legal_one(self) -> None:
        for job in self.known.values():
            moves = [State(name) for name in moves_of(self.store, job)]
            assert moves[0] == State.QUEUED
            assert all(to in MOVES[origin] for origin, to in itertools.pairwise(moves))
            assert (moves[-1], moves.count(State.STARTING)) == (job.state, job.token)
            assert sum(state in FINAL for state in moves) == job.is_final

    @invariant()
    def each_curve_is_what_was_said(self) -> None:
        for job_id, points in self.curves.items():
            found = self.store.curves.read(self.known[job_id].owner, job_id, 10_000)
            curve = dict(zip(found[0].steps, found[0].values, strict=True)) if found else {}
            assert curve == points

    @invariant()
    def the_line_holds_who_waits(self) -> None:
        for owner in OWNERS:
            waiting = [j for j in self.known.values() if (j.owner, j.state) == (owner, "queued")]
            line = self.store.jobs.line(owner, 2, at(self.seconds))
            assert set(line) == {job.id for job in waiting}
            for job in waiting:
                assert self.store.jobs.place(owner, job.id) == line[job.id][0]


def run(maker: str, sequences: int, steps: int) -> None:
    machine = type(f"Histories_{maker}", (Histories,), {"maker": maker})
    run_state_machine_as_test(
        machine,
        settings=examples(
            max_examples=sequences,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize(("maker", "sequences"), [("scratch", 10), ("sql", 4)])
def test_histories_are_legal(maker: str, sequences: int) -> None:
    run(maker, sequences, steps=25)


@pytest.mark.postgres
def test_histories_are_legal_on_a_server() -> None:
    run("postgres", 1, steps=25)


@pytest.mark.faults
@pytest.mark.parametrize(("maker", "sequences"), [("scratch", 250), ("sql", 20)])
def test_many_histories_are_legal(maker: str, sequences: int) -> None:
    run(maker, sequences, steps=30)
