"""The promises of `bigmodel/store/base.py` about moves, wishes and the line, kept on every database."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.job import FINAL, MOVES, State, Wish
from bigmodel.core.message import Message
from bigmodel.store.base import Store
from tests.fakes.stores import brought_to, moves_of
from tests.fakes.things import at, job_of


class TestMoves:
    @pytest.mark.parametrize(("origin", "to"), list(itertools.product(State, State)))
    def test_only_moves_of_the_table_are_made(
        self, store: Store, dataset: Dataset, origin: State, to: State
    ) -> None:
        job = brought_to(store, job_of(dataset), origin)
        before = moves_of(store, job)
        if to in MOVES[origin] and to != State.STARTING:
            assert store.jobs.move(job.id, job.token, origin, to, at=at(9))
            assert store.jobs.get("local", job.id).state == to
            assert moves_of(store, job) == [*before, to.value]
        else:
            with pytest.raises(ValueError, match="never moves"):
                store.jobs.move(job.id, job.token, origin, to, at=at(9))
            assert store.jobs.get("local", job.id) == job

    def test_older_token_moves_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        assert store.jobs.move(job.id, job.token, State.LOST, State.QUEUED, at=at(2))
        again = store.jobs.claim(at(3))
        assert again
        assert (again.token, again.attempt) == (2, 2)
        assert not store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=at(4))
        assert store.jobs.get("local", job.id) == again

    def test_move_from_elsewhere_loses(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        assert not store.jobs.move(job.id, job.token, State.STARTING, State.LOST, at=at(2))
        assert not store.jobs.move("nothing", 1, State.RUNNING, State.LOST, at=at(2))

    def test_one_of_many_threads_wins_a_move(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        to = [State.SUCCEEDED, State.FAILED] * 4
        with ThreadPoolExecutor(8) as pool:
            won = list(
                pool.map(lambda end: store.jobs.move(job.id, 1, State.RUNNING, end, at=at(2)), to)
            )
        assert won.count(True) == 1
        assert len(moves_of(store, job)) == 4

    def test_times_and_message_follow_the_moves(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.STARTING)
        why = Message("errors.loss_not_number", {"step": 30}, "error")
        store.jobs.move(job.id, 1, State.STARTING, State.RUNNING, at=at(2))
        store.jobs.move(
            job.id, 1, State.RUNNING, State.FAILED, message=why, traceback="trace", at=at(3)
        )
        ended = store.jobs.get("local", job.id)
        assert (ended.started_at, ended.ended_at) == (at(2), at(3))
        assert (ended.message, ended.traceback) == (why, "trace")
        assert store.jobs.history("local", job.id)[-1].message == why

    def test_started_at_is_set_once(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.PAUSED)
        store.jobs.move(job.id, 1, State.PAUSED, State.QUEUED, at=at(5))
        again = store.jobs.claim(at(6))
        assert again
        store.jobs.move(job.id, again.token, State.STARTING, State.RUNNING, at=at(7))
        assert store.jobs.get("local", job.id).started_at == at(1)


class TestWishes:
    @pytest.mark.parametrize("state", [State.QUEUED, State.PAUSED])
    def test_job_without_worker_is_cancelled_at_once(
        self, store: Store, dataset: Dataset, state: State
    ) -> None:
        job = brought_to(store, job_of(dataset), state)
        cancelled = store.jobs.wish("local", job.id, Wish.CANCEL)
        assert cancelled == store.jobs.get("local", job.id)
        assert (cancelled.state, cancelled.ended_at is not None) == (State.CANCELLED, True)
        assert store.jobs.claim(at(9)) is None

    def test_twenty_cancels_are_one_event(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        for _ in range(20):
            assert store.jobs.wish("local", job.id, Wish.CANCEL).wish == Wish.CANCEL
        kinds = [row.kind for row in store.jobs.history("local", job.id)]
        assert kinds.count("wish") == 1

    def test_pause_never_replaces_a_cancel(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        wishes = [store.jobs.wish("local", job.id, wish).wish for wish in (Wish.PAUSE, Wish.CANCEL)]
        assert wishes == [Wish.PAUSE, Wish.CANCEL]
        assert store.jobs.wish("local", job.id, Wish.PAUSE).wish == Wish.CANCEL

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_final_job_has_no_wishes(self, store: Store, dataset: Dataset, state: State) -> None:
        job = brought_to(store, job_of(dataset), state)
        assert store.jobs.wish("local", job.id, Wish.CANCEL) == job

    def test_waiting_job_is_paused_at_once(self, store: Store, dataset: Dataset) -> None:
        job = store.jobs.submit(job_of(dataset))
        paused = store.jobs.wish("local", job.id, Wish.PAUSE)
        assert (paused.state, paused.wish) == (State.PAUSED, Wish.NONE)
        assert (store.jobs.claim(at(9)), paused.max_attempts) == (None, job.max_attempts)
        assert store.jobs.move(job.id, 0, State.PAUSED, State.QUEUED, at=at(3))

    def test_job_that_is_lost_while_it_is_to_pause_is_paused(
        self, store: Store, dataset: Dataset
    ) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.jobs.wish("local", job.id, Wish.PAUSE)
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        assert moves_of(store, job)[-2:] == ["queued", "paused"]

    def test_pause_costs_no_attempt(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.PAUSED)
        store.jobs.move(job.id, 1, State.PAUSED, State.QUEUED, at=at(2))
        again = store.jobs.claim(at(3))
        assert again
        assert again.max_attempts - again.attempt == 2

    def test_one_of_two_resumes_wins(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.PAUSED)
        with ThreadPoolExecutor(4) as pool:
            won = list(
                pool.map(
                    lambda _: store.jobs.move(job.id, 1, State.PAUSED, State.QUEUED, at=at(2)),
                    range(4),
                )
            )
        assert won.count(True) == 1

    def test_pause_that_came_true_is_forgotten(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        store.jobs.wish("local", job.id, Wish.PAUSE)
        store.jobs.move(job.id, 1, State.RUNNING, State.PAUSED, at=at(2))
        assert store.jobs.get("local", job.id).wish == Wish.NONE

    def test_cancelled_job_never_returns_to_line(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        assert store.jobs.wish("local", job.id, Wish.CANCEL).state == State.LOST
        assert store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        assert store.jobs.get("local", job.id).state == State.CANCELLED
        assert moves_of(store, job)[-2:] == ["queued", "cancelled"]
