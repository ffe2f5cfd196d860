"""The promises of `bigmodel/store/base.py`, kept by every store."""

import itertools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bigmodel.core.dataset import Dataset
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.events import Event, Kind
from bigmodel.core.job import FINAL, MOVES, Job, State, Wish
from bigmodel.core.message import Message
from bigmodel.settings import Settings
from bigmodel.store.base import Curve, Store
from bigmodel.store.memory import MemoryStore
from bigmodel.store.open import open_store
from tests.fakes.things import (
    at,
    dataset_of,
    event_of,
    job_of,
    points_of,
    result_of,
    version_of,
)

MAKERS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda home: MemoryStore(),
    "sql": lambda home: open_store(Settings(home=home)),
}
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


@pytest.fixture(params=list(MAKERS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    return MAKERS[request.param](tmp_path)


@pytest.fixture
def dataset(store: Store) -> Dataset:
    made = dataset_of()
    store.add_dataset(made)
    return made


def brought_to(store: Store, job: Job, state: State) -> Job:
    """Submit a job and lead it to a state by legal moves."""
    now = store.submit(job)
    for to in ROUTES[state]:
        if to == State.STARTING:
            assert store.claim(at(0))
        else:
            assert store.move(job.id, now.token, now.state, to, at=at(1))
        now = store.job(job.owner, job.id)
    assert now.state == state
    return now


def say(store: Store, job: Job, *events: Event, seconds: float = 0) -> bool:
    start = store.offset(job.id, job.token)
    return store.ingest(job.id, job.token, start, start + 10, events, at(seconds))


def moves_of(store: Store, job: Job) -> list[str]:
    rows = store.history(job.owner, job.id)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return [row.message.key.removeprefix("history.") for row in rows if row.kind == "move"]


class TestDatasets:
    def test_dataset_comes_back_as_it_was(self, store: Store, dataset: Dataset) -> None:
        assert store.dataset("local", dataset.id) == dataset
        assert store.version("local", dataset.id, 1) == dataset.version

    def test_newest_dataset_is_listed_first(self, store: Store, dataset: Dataset) -> None:
        later, foreign = dataset_of(seconds=5), dataset_of("b")
        store.add_dataset(later)
        store.add_dataset(foreign)
        assert store.datasets("local") == [later, dataset]

    def test_new_version_becomes_the_dataset(self, store: Store, dataset: Dataset) -> None:
        second = version_of(dataset.id, 2)
        store.add_version("local", second)
        assert store.dataset("local", dataset.id).version == second
        assert store.datasets("local") == [replace(dataset, version=second)]
        assert store.version("local", dataset.id, 1) == dataset.version

    @pytest.mark.parametrize("number", [1, 3])
    def test_version_out_of_turn_is_refused(
        self, store: Store, dataset: Dataset, number: int
    ) -> None:
        with pytest.raises(DatasetError, match="dataset_changed"):
            store.add_version("local", version_of(dataset.id, number))

    def test_rename_changes_only_the_name(self, store: Store, dataset: Dataset) -> None:
        store.rename_dataset("local", dataset.id, "新")
        assert store.dataset("local", dataset.id) == replace(dataset, name="新")

    def test_delete_takes_what_came_from_it(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        assert say(store, job, result_of(kept=True), points_of("train/loss", {1: 0.5}))
        model = store.models("local")[0]
        assert store.move(job.id, job.token, State.RUNNING, State.SUCCEEDED, at=at(2))
        gone = store.delete_dataset("local", dataset.id)
        assert (gone.jobs, gone.models) == ((job.id,), (model.id,))
        assert set(gone.folders) == {f"datasets/{dataset.id}", f"jobs/{job.id}"}
        assert (store.datasets("local"), store.jobs("local"), store.models("local")) == ([], [], [])

    def test_dataset_in_use_stays(self, store: Store, dataset: Dataset) -> None:
        for state in (State.CANCELLED, State.RUNNING, State.QUEUED):
            brought_to(store, job_of(dataset), state)
        with pytest.raises(JobError) as caught:
            store.delete_dataset("local", dataset.id)
        assert (caught.value.key, caught.value.args_of_words["jobs"]) == ("dataset_in_use", 2)
        assert len(store.jobs("local")) == 3

    def test_base_models_are_kept_by_name(self, store: Store) -> None:
        store.set_base_model("a", "x", {"revision": "1"})
        store.set_base_model("a", "x", {"revision": "2", "languages": ["zh"]})
        store.set_base_model("b", "y", {})
        assert store.base_models("a") == {"x": {"revision": "2", "languages": ["zh"]}}


class TestOwners:
    def test_other_owner_sees_and_changes_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True))
        model = store.models("local")[0]
        calls: list[Callable[[], object]] = [
            lambda: store.dataset("b", dataset.id),
            lambda: store.version("b", dataset.id, 1),
            lambda: store.add_version("b", version_of(dataset.id, 2)),
            lambda: store.rename_dataset("b", dataset.id, "x"),
            lambda: store.delete_dataset("b", dataset.id),
            lambda: store.submit(replace(job_of(dataset), owner="b")),
            lambda: store.job("b", job.id),
            lambda: store.rename_job("b", job.id, "x"),
            lambda: store.delete_job("b", job.id),
            lambda: store.place("b", job.id),
            lambda: store.wish("b", job.id, Wish.CANCEL),
            lambda: store.history("b", job.id),
            lambda: store.curves("b", job.id),
            lambda: store.curves_mark("b", job.id),
            lambda: store.model("b", model.id),
            lambda: store.models("b", job.id),
        ]
        for call in calls:
            with pytest.raises(NotFoundError):
                call()
        assert (store.datasets("b"), store.jobs("b"), store.models("b")) == ([], [], [])
        assert store.dataset("local", dataset.id) == dataset
        assert store.job("local", job.id).wish == Wish.NONE

    def test_missing_looks_like_somebody_elses(self, store: Store, dataset: Dataset) -> None:
        with pytest.raises(NotFoundError) as foreign:
            store.dataset("b", dataset.id)
        with pytest.raises(NotFoundError) as missing:
            store.dataset("b", "nothing")
        assert foreign.value.message == missing.value.message


class TestSubmit:
    def test_job_comes_back_as_it_was(self, store: Store, dataset: Dataset) -> None:
        job = job_of(dataset)
        assert store.submit(job) == job
        assert store.job("local", job.id) == job

    def test_same_key_is_the_same_job(self, store: Store, dataset: Dataset) -> None:
        first = store.submit(job_of(dataset, key="k"))
        assert store.submit(job_of(dataset, key="k")) == first
        assert store.jobs("local") == [first]
        assert moves_of(store, first) == ["queued"]

    def test_same_key_of_two_owners_is_two_jobs(self, store: Store, dataset: Dataset) -> None:
        other = dataset_of("b")
        store.add_dataset(other)
        first, second = job_of(dataset, key="k"), job_of(other, key="k")
        assert (store.submit(first), store.submit(second)) == (first, second)

    def test_empty_keys_are_never_the_same(self, store: Store, dataset: Dataset) -> None:
        for _ in range(2):
            store.submit(job_of(dataset, key=""))
        assert len(store.jobs("local")) == 2

    def test_threads_with_one_key_make_one_job(self, store: Store, dataset: Dataset) -> None:
        jobs = [job_of(dataset, key="k") for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            stored = list(pool.map(store.submit, jobs))
        assert {job.id for job in stored} == {store.jobs("local")[0].id}

    def test_unknown_dataset_is_refused(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="dataset_unknown"):
            store.submit(job_of(dataset_of()))

    def test_job_that_has_run_is_refused(self, store: Store, dataset: Dataset) -> None:
        with pytest.raises(ValueError, match="not new"):
            store.submit(job_of(dataset, state=State.RUNNING, token=1))

    def test_jobs_are_listed_in_pages(self, store: Store, dataset: Dataset) -> None:
        jobs = [store.submit(job_of(dataset, seconds=second)) for second in range(5)]
        assert store.jobs("local", limit=2, offset=1) == [jobs[3], jobs[2]]

    def test_rename_changes_only_the_name(self, store: Store, dataset: Dataset) -> None:
        job = store.submit(job_of(dataset))
        store.rename_job("local", job.id, "x")
        assert store.job("local", job.id) == replace(job, name="x")


class TestMoves:
    @pytest.mark.parametrize(("origin", "to"), list(itertools.product(State, State)))
    def test_only_moves_of_the_table_are_made(
        self, store: Store, dataset: Dataset, origin: State, to: State
    ) -> None:
        job = brought_to(store, job_of(dataset), origin)
        before = moves_of(store, job)
        if to in MOVES[origin] and to != State.STARTING:
            assert store.move(job.id, job.token, origin, to, at=at(9))
            assert store.job("local", job.id).state == to
            assert moves_of(store, job) == [*before, to.value]
        else:
            with pytest.raises(ValueError, match="never moves"):
                store.move(job.id, job.token, origin, to, at=at(9))
            assert store.job("local", job.id) == job

    def test_older_token_moves_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        assert store.move(job.id, job.token, State.LOST, State.QUEUED, at=at(2))
        again = store.claim(at(3))
        assert again
        assert (again.token, again.attempt) == (2, 2)
        assert not store.move(job.id, 1, State.STARTING, State.RUNNING, at=at(4))
        assert store.job("local", job.id) == again

    def test_move_from_elsewhere_loses(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        assert not store.move(job.id, job.token, State.STARTING, State.LOST, at=at(2))
        assert not store.move("nothing", 1, State.RUNNING, State.LOST, at=at(2))

    def test_one_of_many_threads_wins_a_move(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        to = [State.SUCCEEDED, State.FAILED] * 4
        with ThreadPoolExecutor(8) as pool:
            won = list(
                pool.map(lambda end: store.move(job.id, 1, State.RUNNING, end, at=at(2)), to)
            )
        assert won.count(True) == 1
        assert len(moves_of(store, job)) == 4

    def test_times_and_message_follow_the_moves(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.STARTING)
        why = Message("errors.loss_not_number", {"step": 30}, "error")
        store.move(job.id, 1, State.STARTING, State.RUNNING, at=at(2))
        store.move(job.id, 1, State.RUNNING, State.FAILED, message=why, traceback="trace", at=at(3))
        ended = store.job("local", job.id)
        assert (ended.started_at, ended.ended_at) == (at(2), at(3))
        assert (ended.message, ended.traceback) == (why, "trace")
        assert store.history("local", job.id)[-1].message == why

    def test_started_at_is_set_once(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.PAUSED)
        store.move(job.id, 1, State.PAUSED, State.QUEUED, at=at(5))
        again = store.claim(at(6))
        assert again
        store.move(job.id, again.token, State.STARTING, State.RUNNING, at=at(7))
        assert store.job("local", job.id).started_at == at(1)


class TestWishes:
    @pytest.mark.parametrize("state", [State.QUEUED, State.PAUSED])
    def test_job_without_worker_is_cancelled_at_once(
        self, store: Store, dataset: Dataset, state: State
    ) -> None:
        job = brought_to(store, job_of(dataset), state)
        cancelled = store.wish("local", job.id, Wish.CANCEL)
        assert cancelled == store.job("local", job.id)
        assert (cancelled.state, cancelled.ended_at is not None) == (State.CANCELLED, True)
        assert store.claim(at(9)) is None

    def test_twenty_cancels_are_one_event(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        for _ in range(20):
            assert store.wish("local", job.id, Wish.CANCEL).wish == Wish.CANCEL
        kinds = [row.kind for row in store.history("local", job.id)]
        assert kinds.count("wish") == 1

    def test_pause_never_replaces_a_cancel(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        wishes = [store.wish("local", job.id, wish).wish for wish in (Wish.PAUSE, Wish.CANCEL)]
        assert wishes == [Wish.PAUSE, Wish.CANCEL]
        assert store.wish("local", job.id, Wish.PAUSE).wish == Wish.CANCEL

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_final_job_has_no_wishes(self, store: Store, dataset: Dataset, state: State) -> None:
        job = brought_to(store, job_of(dataset), state)
        assert store.wish("local", job.id, Wish.CANCEL) == job

    def test_pause_that_came_true_is_forgotten(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        store.wish("local", job.id, Wish.PAUSE)
        store.move(job.id, 1, State.RUNNING, State.PAUSED, at=at(2))
        assert store.job("local", job.id).wish == Wish.NONE

    def test_cancelled_job_never_returns_to_line(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        assert store.wish("local", job.id, Wish.CANCEL).state == State.LOST
        assert store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        assert store.job("local", job.id).state == State.CANCELLED
        assert moves_of(store, job)[-2:] == ["queued", "cancelled"]


class TestLine:
    def test_oldest_job_of_an_owner_is_first(self, store: Store, dataset: Dataset) -> None:
        late, early = job_of(dataset, seconds=2), job_of(dataset, seconds=1)
        store.submit(late)
        store.submit(early)
        assert [store.place("local", job.id) for job in (early, late)] == [1, 2]
        claimed = store.claim(at(3))
        assert claimed
        assert (claimed.id, claimed.state, claimed.token) == (early.id, State.STARTING, 1)
        assert [store.place("local", job.id) for job in (early, late)] == [0, 1]
        assert (store.queued(), store.live()) == (1, [claimed])

    def test_owners_take_turns(self, store: Store, dataset: Dataset) -> None:
        other = dataset_of("b")
        store.add_dataset(other)
        for second in range(5):
            store.submit(job_of(dataset, seconds=second))
        lone = store.submit(job_of(other, seconds=10))
        assert store.place("b", lone.id) == 2
        owners = [job.owner for job in (store.claim(at(20)) for _ in range(6)) if job]
        assert owners == ["local", "b", "local", "local", "local", "local"]
        assert store.claim(at(20)) is None

    def test_place_tells_the_order_of_claims(self, store: Store) -> None:
        for owner, seconds in [("a", 0), ("a", 1), ("b", 2), ("c", 3), ("b", 4), ("a", 5)]:
            of_owner = dataset_of(owner)
            store.add_dataset(of_owner)
            store.submit(job_of(of_owner, seconds=seconds))
        jobs = [job for owner in "abc" for job in store.jobs(owner)]
        expected = sorted(jobs, key=lambda job: store.place(job.owner, job.id))
        claimed = [job.id for job in (store.claim(at(9)) for _ in jobs) if job]
        assert claimed == [job.id for job in expected]

    def test_job_waits_until_its_time(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2), not_before=at(12))
        assert store.claim(at(11)) is None
        again = store.claim(at(12))
        assert again
        assert (again.not_before, again.message) == (None, None)

    def test_threads_never_claim_the_same_job(self, store: Store, dataset: Dataset) -> None:
        for _ in range(12):
            store.submit(job_of(dataset))
        with ThreadPoolExecutor(6) as pool:
            claimed = [job for job in pool.map(lambda _: store.claim(at(1)), range(16)) if job]
        assert len(claimed) == len({job.id for job in claimed}) == 12


class TestIngest:
    def test_events_change_the_job(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        said = [
            event_of(Kind.BEAT, memory_mb=512.5),
            event_of(Kind.STEP, phase="tuning", step=3, steps=9, left_s=4.5),
            event_of(Kind.CHECKPOINT, step=2, folder="jobs/x", digest="d"),
            event_of(Kind.NOTE, **Message("notes.small", {"rows": 3}, "warning").to_json()),
            event_of(Kind.END, outcome="succeeded"),
        ]
        assert say(store, job, *said, seconds=7)
        now = store.job("local", job.id)
        assert (now.progress.step, now.progress.memory_mb, now.progress.left_s) == (3, 512.5, 4.5)
        assert (now.checkpoint, now.checkpoint_step, now.checkpoint_digest) == ("jobs/x", 2, "d")
        assert (now.beat_at, now.state) == (at(7), State.RUNNING)
        note = store.history("local", job.id)[-1]
        assert (note.kind, note.message.args) == ("note", {"rows": 3})
        assert store.history("local", job.id, after=note.seq) == []

    def test_offset_follows_the_file(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        loss = points_of("train/loss", {1: 0.5})
        assert store.ingest(job.id, 1, 0, 30, [loss], at(1))
        assert not store.ingest(job.id, 1, 0, 30, [loss], at(1))
        assert not store.ingest(job.id, 1, 40, 50, [loss], at(1))
        assert (store.offset(job.id, 1), store.offset(job.id, 9)) == (30, 0)

    def test_stale_attempt_writes_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.claim(at(3))
        said = [points_of("train/loss", {1: 0.5}), result_of(kept=True), event_of(Kind.BEAT)]
        assert not store.ingest(job.id, 1, 0, 10, said, at(4))
        assert store.job("local", job.id) == again
        assert (store.curves("local", job.id), store.models("local")) == ([], [])

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_final_job_takes_nothing_in(self, store: Store, dataset: Dataset, state: State) -> None:
        job = brought_to(store, job_of(dataset), state)
        assert not store.ingest(job.id, job.token, 0, 10, [event_of(Kind.BEAT)], at(4))
        assert store.job("local", job.id) == job

    def test_unknown_job_takes_nothing_in(self, store: Store) -> None:
        assert not store.ingest("nothing", 1, 0, 10, [], at(4))

    def test_bad_event_leaves_no_trace(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        with pytest.raises(KeyError):
            say(store, job, points_of("train/loss", {1: 0.5}), event_of(Kind.RESULT, id="x"))
        assert store.offset(job.id, 1) == 0
        assert store.curves("local", job.id) == []


class TestModels:
    def test_better_model_is_the_only_kept_one(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True), seconds=1)
        say(store, job, result_of("tuned", kept=True), seconds=2)
        tuned, instant = store.models("local", job.id)
        assert [(tuned.kind, tuned.kept), (instant.kind, instant.kept)] == [
            ("tuned", True),
            ("instant", False),
        ]
        assert store.model("local", tuned.id) == tuned
        assert (tuned.owner, tuned.job_id, tuned.name) == ("local", job.id, job.name)
        assert (tuned.created_at, tuned.labels) == (at(2), ("bad", "好"))

    def test_retried_attempt_replaces_its_models(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(
            store, job, result_of(kept=False, folder="1"), result_of("tuned", kept=True, folder="1")
        )
        store.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
        store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.claim(at(3))
        assert again
        say(store, again, result_of("tuned", kept=False, folder="2"), seconds=9)
        found = {model.kind: (model.folder, model.kept) for model in store.models("local")}
        assert found == {"instant": ("1", True), "tuned": ("2", False)}

    def test_model_that_stands_alone_is_kept(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of("tuned", kept=False))
        assert store.models("local")[0].kept

    def test_model_bears_the_new_name_of_its_job(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True))
        store.rename_job("local", job.id, "new")
        assert store.models("local")[0].name == "new"

    def test_final_job_is_deleted_with_its_things(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True), points_of("train/loss", {1: 0.5}))
        with pytest.raises(JobError, match="job_not_final"):
            store.delete_job("local", job.id)
        store.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=at(2))
        model = store.models("local")[0]
        gone = store.delete_job("local", job.id)
        assert (gone.jobs, gone.models, gone.folders) == (
            (job.id,),
            (model.id,),
            (f"jobs/{job.id}",),
        )
        assert store.models("local") == []
        with pytest.raises(NotFoundError):
            store.curves("local", job.id)


class TestCurves:
    def test_short_curve_is_told_point_by_point(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("b", {5: 1.0}), points_of("a", {2: 0.25, 1: 0.5}))
        say(store, job, points_of("a", {3: 0.125}))
        assert store.curves("local", job.id) == [
            Curve("a", (1, 2, 3), (0.5, 0.25, 0.125), points=3),
            Curve("b", (5,), (1.0,), points=1),
        ]

    def test_mark_grows_when_points_change(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        marks = [store.curves_mark("local", job.id)]
        for event in (points_of("a", {1: 0.5}), event_of(Kind.BEAT), points_of("a", {2: 0.5})):
            say(store, job, event)
            marks.append(store.curves_mark("local", job.id))
        assert marks[0] < marks[1] == marks[2] < marks[3]

    def test_step_told_twice_stands_once(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {1: 0.5, 2: 0.25}))
        say(store, job, points_of("a", {2: 9.0, 3: 0.125}))
        assert store.curves("local", job.id)[0].values == (0.5, 0.25, 0.125)

    @pytest.mark.parametrize("checkpoint", [None, 0, 20, 33])
    def test_reclaim_goes_back_to_the_checkpoint(
        self, store: Store, dataset: Dataset, checkpoint: int | None
    ) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {step: float(step) for step in range(60)}))
        if checkpoint is not None:
            say(store, job, event_of(Kind.CHECKPOINT, step=checkpoint, folder="f", digest=""))
        mark = store.curves_mark("local", job.id)
        store.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
        store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.claim(at(3))
        assert again
        assert store.curves_mark("local", job.id) > mark
        last = -1 if checkpoint is None else checkpoint
        say(store, again, points_of("a", {last + 1: -1.0}))
        for most in (1_000, 2):  # from the points, and from their roll-ups
            curve = store.curves("local", job.id, max_points=most)[0]
            assert (curve.points, curve.steps[-1]) == (last + 2, last + 1)
            assert min(curve.low or curve.values) == -1.0

    def test_what_is_no_number_is_left_out_of_means(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        values = dict.fromkeys(range(40), 2.0) | {3: math.nan, 50: math.nan}
        say(store, job, points_of("a", values))
        curve = store.curves("local", job.id)[0]
        assert math.isnan(curve.values[3])
        one = store.curves("local", job.id, max_points=1)[0]
        assert (one.values, one.low, one.high, one.points) == ((2.0,), (2.0,), (2.0,), 41)


values = st.dictionaries(
    st.one_of(st.integers(0, 400), st.integers(0, 3_000_000)),
    st.floats(-1e6, 1e6, width=32),
    min_size=1,
    max_size=120,
)


@pytest.mark.slow
@pytest.mark.parametrize("maker", list(MAKERS))
@examples(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    batches=st.lists(values, min_size=1, max_size=3),
    most=st.integers(1, 12),
    cut=st.integers(0, 500),
)
def test_rolled_curve_agrees_with_its_points(
    maker: str,
    batches: list[dict[int, float]],
    most: int,
    cut: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = MAKERS[maker](tmp_path_factory.mktemp("home"))
    dataset = dataset_of()
    store.add_dataset(dataset)
    job = brought_to(store, job_of(dataset), State.RUNNING)
    known: dict[int, float] = {}
    for batch in batches:
        say(store, job, points_of("a", batch))
        known = batch | known
    agrees(store.curves("local", job.id, max_points=most), known, most)
    say(store, job, event_of(Kind.CHECKPOINT, step=cut, folder="f", digest=""))
    store.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
    store.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
    store.claim(at(3))
    known = {step: value for step, value in known.items() if step <= cut}
    agrees(store.curves("local", job.id, max_points=most), known, most)


def agrees(curves: list[Curve], known: dict[int, float], most: int) -> None:
    """Compare a curve with the points behind it: each shown point stands for those since the one before."""
    if not known:
        assert curves == []
        return
    (curve,) = curves
    assert curve.points == len(known)
    assert len(curve.steps) == len(curve.values) <= most
    assert curve.steps[-1] == max(known)
    low, high = curve.low or curve.values, curve.high or curve.values
    first = -1
    for index, step in enumerate(curve.steps):
        behind = [value for at, value in known.items() if first < at <= step]
        assert (low[index], high[index]) == (min(behind), max(behind))
        assert curve.values[index] == pytest.approx(sum(behind) / len(behind), abs=1e-3)
        first = step


def test_healthy_store_has_no_complaints(store: Store, dataset: Dataset) -> None:
    assert store.check() == []
