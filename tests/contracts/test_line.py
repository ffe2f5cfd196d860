"""The promises of `bigmodel/store/base.py` about who is next and what is found, kept on every database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import JobError
from bigmodel.core.job import State
from bigmodel.store.base import Store
from tests.fakes.stores import brought_to
from tests.fakes.things import at, dataset_of, job_of


class TestLine:
    def test_oldest_job_of_an_owner_is_first(self, store: Store, dataset: Dataset) -> None:
        late, early = job_of(dataset, seconds=2), job_of(dataset, seconds=1)
        store.jobs.submit(late)
        store.jobs.submit(early)
        assert [store.jobs.place("local", job.id) for job in (early, late)] == [1, 2]
        claimed = store.jobs.claim(at(3))
        assert claimed
        assert (claimed.id, claimed.state, claimed.token) == (early.id, State.STARTING, 1)
        assert [store.jobs.place("local", job.id) for job in (early, late)] == [0, 1]
        assert (store.jobs.queued(), store.jobs.live()) == (1, [claimed])

    def test_owners_take_turns(self, store: Store, dataset: Dataset) -> None:
        other = dataset_of("b")
        store.datasets.add(other)
        for second in range(5):
            store.jobs.submit(job_of(dataset, seconds=second))
        lone = store.jobs.submit(job_of(other, seconds=10))
        assert store.jobs.place("b", lone.id) == 2
        owners = [job.owner for job in (store.jobs.claim(at(20)) for _ in range(6)) if job]
        assert owners == ["local", "b", "local", "local", "local", "local"]
        assert store.jobs.claim(at(20)) is None

    def test_a19_one_job_of_another_starts_before_fifty(
        self, store: Store, dataset: Dataset
    ) -> None:
        other = dataset_of("b")
        store.datasets.add(other)
        for second in range(50):
            store.jobs.submit(job_of(dataset, seconds=second))
        assert store.jobs.claim(at(60))
        lone = store.jobs.submit(job_of(other, seconds=70))
        assert store.jobs.place("b", lone.id) == 1
        claimed = store.jobs.claim(at(80))
        assert claimed
        assert claimed.id == lone.id

    def test_a19_with_one_worker_owners_take_turns_too(
        self, store: Store, dataset: Dataset
    ) -> None:
        other = dataset_of("b")
        store.datasets.add(other)
        for second in range(4):
            store.jobs.submit(job_of(dataset, seconds=second))
        for second in (10, 11):
            store.jobs.submit(job_of(other, seconds=second))
        owners = []
        for moment in range(20, 26):  # each ends before the next is claimed
            job = store.jobs.claim(at(moment))
            assert job
            owners.append(job.owner)
            for state, to in ((State.STARTING, State.RUNNING), (State.RUNNING, State.SUCCEEDED)):
                assert store.jobs.move(job.id, job.token, state, to, at=at(moment))
        assert owners == ["local", "b", "local", "b", "local", "local"]

    def test_place_tells_the_order_of_claims(self, store: Store) -> None:
        for owner, seconds in [("a", 0), ("a", 1), ("b", 2), ("c", 3), ("b", 4), ("a", 5)]:
            of_owner = dataset_of(owner)
            store.datasets.add(of_owner)
            store.jobs.submit(job_of(of_owner, seconds=seconds))
        jobs = [job for owner in "abc" for job in store.jobs.list_all(owner)]
        expected = sorted(jobs, key=lambda job: store.jobs.place(job.owner, job.id))
        claimed = [job.id for job in (store.jobs.claim(at(9)) for _ in jobs) if job]
        assert claimed == [job.id for job in expected]

    def test_job_waits_until_its_time(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2), not_before=at(12))
        assert store.jobs.claim(at(11)) is None
        again = store.jobs.claim(at(12))
        assert again
        assert (again.not_before, again.message) == (None, None)

    def test_threads_never_claim_the_same_job(self, store: Store, dataset: Dataset) -> None:
        for _ in range(12):
            store.jobs.submit(job_of(dataset))
        with ThreadPoolExecutor(6) as pool:
            claimed = [job for job in pool.map(lambda _: store.jobs.claim(at(1)), range(16)) if job]
        assert len(claimed) == len({job.id for job in claimed}) == 12

    def test_higher_priority_goes_first_among_an_owners_jobs(
        self, store: Store, dataset: Dataset
    ) -> None:
        other = dataset_of("b")
        store.datasets.add(other)
        first, later = (store.jobs.submit(job_of(dataset, seconds=second)) for second in (0, 1))
        theirs = store.jobs.submit(job_of(other, seconds=0.5))
        assert store.jobs.set_priority("local", later.id, 5).priority == 5
        assert store.jobs.place("local", later.id) == 2  # an owner cannot jump the line of others
        claimed = [job.id for job in (store.jobs.claim(at(9)) for _ in range(3)) if job]
        assert claimed == [theirs.id, later.id, first.id]

    def test_priority_is_for_jobs_that_wait(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        with pytest.raises(JobError, match="job_not_waiting"):
            store.jobs.set_priority("local", job.id, 1)

    def test_clock_set_back_lets_nobody_wait_for_a_day(
        self, store: Store, dataset: Dataset
    ) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(90_000), not_before=at(90_010))
        assert store.jobs.claim(at(89_999)) is None
        assert store.jobs.claim(at(3_600)) is not None

    def test_starts_are_expected_from_what_is_ahead(self, store: Store, dataset: Dataset) -> None:
        brought_to(store, job_of(dataset, expected_s=100.0), State.RUNNING)
        waiting = [job_of(dataset, seconds=n, expected_s=30.0) for n in (1, 2, 3)]
        for job in waiting:
            store.jobs.submit(job)
        soon = store.jobs.line("local", 2, at(41))
        assert [soon[job.id] for job in waiting] == [(1, 0.0), (2, 30.0), (3, 60.0)]
        alone = store.jobs.line("local", 1, at(41))
        assert [alone[job.id] for job in waiting] == [(1, 60.0), (2, 90.0), (3, 120.0)]

    def test_start_behind_an_unknown_job_is_not_guessed(
        self, store: Store, dataset: Dataset
    ) -> None:
        brought_to(store, job_of(dataset), State.RUNNING)
        job = store.jobs.submit(job_of(dataset))
        assert store.jobs.line("local", 1, at(5)) == {job.id: (1, None)}
        assert store.jobs.line("b", 1, at(5)) == {}


class TestFind:
    def test_jobs_are_found_by_what_is_asked(self, store: Store, dataset: Dataset) -> None:
        other = dataset_of()
        store.datasets.add(other)
        ended = brought_to(store, job_of(dataset, name="Tone 100%"), State.CANCELLED)
        waits = store.jobs.submit(job_of(dataset, name="tone 评论", seconds=1))
        apart = store.jobs.submit(job_of(other, name="100 and one", seconds=2))
        assert store.jobs.find("local") == ([apart, waits, ended], 3)
        assert store.jobs.find("local", text="TONE")[0] == [waits, ended]
        assert store.jobs.find("local", text="0%")[0] == [ended]
        assert store.jobs.find("local", text="评论")[0] == [waits]
        assert store.jobs.find("local", states=[State.QUEUED])[1] == 2
        assert store.jobs.find("local", dataset_id=other.id) == ([apart], 1)
        assert store.jobs.find("local", limit=1, offset=1) == ([waits], 3)
        assert store.jobs.find("b") == ([], 0)

    def test_jobs_are_ordered_as_asked(self, store: Store, dataset: Dataset) -> None:
        short = brought_to(store, job_of(dataset, name="C"), State.SUCCEEDED)
        long = brought_to(store, job_of(dataset, name="a", seconds=-5), State.RUNNING)
        never = store.jobs.submit(job_of(dataset, name="b", seconds=-9))
        by_length, _ = store.jobs.find("local", order="longest")
        assert by_length == [long, short, never]
        assert store.jobs.find("local", order="name")[0] == [long, never, short]
