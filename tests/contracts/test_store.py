"""The promises of `bigmodel/store/base.py` about datasets, owners and submitting, kept on every database."""

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
        assert store.datasets.get("local", dataset.id) == dataset
        assert store.datasets.version("local", dataset.id, 1) == dataset.version

    def test_newest_dataset_is_listed_first(self, store: Store, dataset: Dataset) -> None:
        later, foreign = dataset_of(seconds=5), dataset_of("b")
        store.datasets.add(later)
        store.datasets.add(foreign)
        assert store.datasets.list_all("local") == [later, dataset]

    def test_new_version_becomes_the_dataset(self, store: Store, dataset: Dataset) -> None:
        second = version_of(dataset.id, 2)
        store.datasets.add_version("local", second)
        assert store.datasets.get("local", dataset.id).version == second
        assert store.datasets.list_all("local") == [replace(dataset, version=second)]
        assert store.datasets.version("local", dataset.id, 1) == dataset.version

    def test_version_is_rewritten_in_its_place(self, store: Store, dataset: Dataset) -> None:
        second = version_of(dataset.id, 2)
        store.datasets.add_version("local", second)
        for old in (dataset.version, second):
            fewer = replace(old, digest="anew", summary=replace(old.summary, rows=1))
            store.datasets.rewrite("local", fewer)
            assert store.datasets.version("local", dataset.id, old.number) == fewer
        assert store.datasets.get("local", dataset.id).version.digest == "anew"
        with pytest.raises(NotFoundError):
            store.datasets.rewrite("b", second)

    def test_model_gets_other_labels(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        assert say(store, job, result_of(kept=True))
        model = store.models.list_all("local")[0]
        store.models.relabel("local", model.id, ["Ann"], "anew")
        changed = replace(model, labels=("Ann",), digest="anew")
        assert store.models.get("local", model.id) == changed
        with pytest.raises(NotFoundError):
            store.models.relabel("b", model.id, [], "")

    @pytest.mark.parametrize("number", [1, 3])
    def test_version_out_of_turn_is_refused(
        self, store: Store, dataset: Dataset, number: int
    ) -> None:
        with pytest.raises(DatasetError, match="dataset_changed"):
            store.datasets.add_version("local", version_of(dataset.id, number))

    def test_rename_changes_only_the_name(self, store: Store, dataset: Dataset) -> None:
        store.datasets.rename("local", dataset.id, "新")
        assert store.datasets.get("local", dataset.id) == replace(dataset, name="新")

    def test_delete_takes_what_came_from_it(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        assert say(store, job, result_of(kept=True), points_of("train/loss", {1: 0.5}))
        model = store.models.list_all("local")[0]
        assert store.jobs.move(job.id, job.token, State.RUNNING, State.SUCCEEDED, at=at(2))
        gone = store.datasets.delete("local", dataset.id)
        assert (gone.jobs, gone.models) == ((job.id,), (model.id,))
        assert set(gone.folders) == {f"datasets/{dataset.id}", f"jobs/{job.id}"}
        assert (
            store.datasets.list_all("local"),
            store.jobs.list_all("local"),
            store.models.list_all("local"),
        ) == ([], [], [])

    def test_dataset_in_use_stays(self, store: Store, dataset: Dataset) -> None:
        for state in (State.CANCELLED, State.RUNNING, State.QUEUED):
            brought_to(store, job_of(dataset), state)
        with pytest.raises(JobError) as caught:
            store.datasets.delete("local", dataset.id)
        assert (caught.value.key, caught.value.args_of_words["jobs"]) == ("dataset_in_use", 2)
        assert len(store.jobs.list_all("local")) == 3

    def test_base_models_are_kept_by_name(self, store: Store) -> None:
        store.base_models.put("a", "x", {"revision": "1"})
        store.base_models.put("a", "x", {"revision": "2", "languages": ["zh"]})
        store.base_models.put("b", "y", {})
        assert store.base_models.list_all("a") == {"x": {"revision": "2", "languages": ["zh"]}}
        for owner in ("a", "nobody"):
            store.base_models.delete(owner, "x")
        assert store.base_models.list_all("a") == {}
        assert set(store.base_models.list_all("b")) == {"y"}


class TestOwners:
    def test_other_owner_sees_and_changes_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True))
        model = store.models.list_all("local")[0]
        calls: list[Callable[[], object]] = [
            lambda: store.datasets.get("b", dataset.id),
            lambda: store.datasets.version("b", dataset.id, 1),
            lambda: store.datasets.add_version("b", version_of(dataset.id, 2)),
            lambda: store.datasets.rename("b", dataset.id, "x"),
            lambda: store.datasets.delete("b", dataset.id),
            lambda: store.labels.get("b", dataset.id),
            lambda: store.labels.put("b", dataset.id, "r", ""),
            lambda: store.labels.take_back("b", dataset.id),
            lambda: store.labels.set_classes("b", dataset.id, ["x"]),
            lambda: store.labels.set_written("b", dataset.id, 1),
            lambda: store.labels.replace("b", dataset.id, Labelling(("x",))),
            lambda: store.jobs.submit(replace(job_of(dataset), owner="b")),
            lambda: store.jobs.get("b", job.id),
            lambda: store.jobs.rename("b", job.id, "x"),
            lambda: store.jobs.delete("b", job.id),
            lambda: store.jobs.place("b", job.id),
            lambda: store.jobs.wish("b", job.id, Wish.CANCEL),
            lambda: store.jobs.set_priority("b", job.id, 1),
            lambda: store.jobs.history("b", job.id),
            lambda: store.curves.read("b", job.id),
            lambda: store.curves.mark("b", job.id),
            lambda: store.models.get("b", model.id),
            lambda: store.models.list_all("b", job.id),
        ]
        for call in calls:
            with pytest.raises(NotFoundError):
                call()
        assert (
            store.datasets.list_all("b"),
            store.jobs.list_all("b"),
            store.models.list_all("b"),
        ) == ([], [], [])
        assert store.datasets.get("local", dataset.id) == dataset
        assert store.labels.get("local", dataset.id) == Labelling()
        assert store.jobs.get("local", job.id).wish == Wish.NONE

    def test_missing_looks_like_somebody_elses(self, store: Store, dataset: Dataset) -> None:
        with pytest.raises(NotFoundError) as foreign:
            store.datasets.get("b", dataset.id)
        with pytest.raises(NotFoundError) as missing:
            store.datasets.get("b", "nothing")
        assert foreign.value.message == missing.value.message


class TestSubmit:
    def test_job_comes_back_as_it_was(self, store: Store, dataset: Dataset) -> None:
        job = job_of(dataset)
        assert store.jobs.submit(job) == job
        assert store.jobs.get("local", job.id) == job

    def test_same_key_is_the_same_job(self, store: Store, dataset: Dataset) -> None:
        first = store.jobs.submit(job_of(dataset, key="k"))
        assert store.jobs.submit(job_of(dataset, key="k")) == first
        assert store.jobs.list_all("local") == [first]
        assert moves_of(store, first) == ["queued"]

    def test_same_key_of_two_owners_is_two_jobs(self, store: Store, dataset: Dataset) -> None:
        other = dataset_of("b")
        store.datasets.add(other)
        first, second = job_of(dataset, key="k"), job_of(other, key="k")
        assert (store.jobs.submit(first), store.jobs.submit(second)) == (first, second)

    def test_empty_keys_are_never_the_same(self, store: Store, dataset: Dataset) -> None:
        for _ in range(2):
            store.jobs.submit(job_of(dataset, key=""))
        assert len(store.jobs.list_all("local")) == 2

    def test_threads_with_one_key_make_one_job(self, store: Store, dataset: Dataset) -> None:
        jobs = [job_of(dataset, key="k") for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            stored = list(pool.map(store.jobs.submit, jobs))
        assert {job.id for job in stored} == {store.jobs.list_all("local")[0].id}

    def test_unknown_dataset_is_refused(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="dataset_unknown"):
            store.jobs.submit(job_of(dataset_of()))

    def test_empty_name_is_nobodys_dataset(self, store: Store, dataset: Dataset) -> None:
        """It was the newest one's, and deleting it took the folder of all data sets, everybody's."""
        for asked in (store.datasets.get, store.datasets.delete):
            with pytest.raises(NotFoundError, match="dataset_unknown"):
                asked(dataset.owner, "")
        assert store.datasets.get(dataset.owner, dataset.id) == dataset

    def test_job_that_has_run_is_refused(self, store: Store, dataset: Dataset) -> None:
        with pytest.raises(ValueError, match="not new"):
            store.jobs.submit(job_of(dataset, state=State.RUNNING, token=1))

    def test_jobs_are_listed_in_pages(self, store: Store, dataset: Dataset) -> None:
        jobs = [store.jobs.submit(job_of(dataset, seconds=second)) for second in range(5)]
        assert store.jobs.list_all("local", limit=2, offset=1) == [jobs[3], jobs[2]]

    def test_rename_changes_only_the_name(self, store: Store, dataset: Dataset) -> None:
        job = store.jobs.submit(job_of(dataset))
        store.jobs.rename("local", job.id, "x")
        assert store.jobs.get("local", job.id) == replace(job, name="x")


def test_healthy_store_has_no_complaints(store: Store, dataset: Dataset) -> None:
    assert store.check() == []
