"""The promises of `bigmodel/store/base.py` about datasets, owners and submitting, kept by every store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, JobError, NotFoundError
from bigmodel.core.job import State, Wish
from bigmodel.core.labelling.labels import Labelling
from bigmodel.store.base import Store
from tests.fakes.stores import brought_to, moves_of, say
from tests.fakes.things import at, dataset_of, job_of, points_of, result_of, version_of


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
            lambda: store.sorting("b", dataset.id),
            lambda: store.put_label("b", dataset.id, "r", ""),
            lambda: store.take_back("b", dataset.id),
            lambda: store.set_classes("b", dataset.id, ["x"]),
            lambda: store.set_written("b", dataset.id, 1),
            lambda: store.replace_sorting("b", dataset.id, Labelling(("x",))),
            lambda: store.submit(replace(job_of(dataset), owner="b")),
            lambda: store.job("b", job.id),
            lambda: store.rename_job("b", job.id, "x"),
            lambda: store.delete_job("b", job.id),
            lambda: store.place("b", job.id),
            lambda: store.wish("b", job.id, Wish.CANCEL),
            lambda: store.set_priority("b", job.id, 1),
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
        assert store.sorting("local", dataset.id) == Labelling()
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


def test_healthy_store_has_no_complaints(store: Store, dataset: Dataset) -> None:
    assert store.check() == []
