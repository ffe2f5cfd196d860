"""What a store promises of records that are taken along: the same elsewhere, all of it or nothing."""

import math
from dataclasses import replace

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.events import Kind
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.labelling.labels import LabelEvent, Labelling
from bigmodel.store.base import Store
from bigmodel.store.values import Carried, Records
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.stores import brought_to, say
from tests.fakes.things import dataset_of, event_of, job_of, points_of, result_of, version_of

STEPS = dict.fromkeys(range(40), 0.5) | {3: math.nan, 7: 0.1}


def ended(store: Store, dataset: Dataset) -> Job:
    """Return a job that succeeded, with points, a note and two models."""
    job = brought_to(store, job_of(dataset), State.RUNNING)
    note = event_of(Kind.NOTE, key="jobs.notes.tuned_kept", args={"before": 1}, level="info")
    models = (result_of(kept=True), result_of("tuned", kept=True))
    say(store, job, points_of("train/loss", STEPS), points_of("a", {1: 2.0}), note, *models)
    assert store.jobs.move(job.id, job.token, State.RUNNING, State.SUCCEEDED, at=job.created_at)
    return store.jobs.get(job.owner, job.id)


def with_points(store: Store, records: Records) -> Records:
    jobs = [
        replace(each, points=store.curves.points(each.job.owner, each.job.id))
        for each in records.jobs
    ]
    return replace(records, jobs=tuple(jobs))


def elsewhere(store: Store, owner: str = "local") -> Records:
    """Return the records of a dataset with a job in another store."""
    other = ScratchStore()
    dataset = dataset_of()
    other.datasets.add(dataset)
    other.datasets.add_version("local", version_of(dataset.id, 2))
    ended(other, dataset)
    return with_points(other, other.records.export("local", [dataset.id]))


def test_records_read_the_same_elsewhere(store: Store, dataset: Dataset) -> None:
    store.datasets.add_version(dataset.owner, version_of(dataset.id, 2))
    job = ended(store, dataset)
    store.labels.set_classes(dataset.owner, dataset.id, ["a", "好"], relabel={"x": "a"})
    store.labels.put(dataset.owner, dataset.id, "row", "好", is_even=False)
    records = with_points(store, store.records.export(dataset.owner, [dataset.id]))
    other = ScratchStore()
    other.records.add("me", records)
    assert replace(other.datasets.get("me", dataset.id), owner=dataset.owner) == records.datasets[0]
    assert other.datasets.version("me", dataset.id, 1) == dataset.version
    assert replace(other.jobs.get("me", job.id), owner=job.owner, key=job.key) == job
    assert other.labels.get("me", dataset.id) == store.labels.get(dataset.owner, dataset.id)
    assert other.jobs.history("me", job.id) == store.jobs.history(job.owner, job.id)
    assert repr(other.curves.read("me", job.id)) == repr(store.curves.read(job.owner, job.id))


def test_points_come_page_by_page(store: Store, dataset: Dataset) -> None:
    job = ended(store, dataset)
    first = store.curves.points(job.owner, job.id, limit=2)
    assert [point[:2] for point in first] == [("a", 1), ("train/loss", 0)]
    rest = store.curves.points(job.owner, job.id, after=first[-1][:2])
    assert [step for _, step, _ in rest] == list(range(1, 40))
    assert math.isnan(rest[2][2])


def test_records_come_in_as_they_were(store: Store) -> None:
    records = elsewhere(store)
    sorting = Labelling(("a",), (LabelEvent(3, "row", "a"),), change=4, written=2)
    records = replace(records, sortings={records.datasets[0].id: sorting})
    store.records.add("local", records)
    assert store.labels.get("local", records.datasets[0].id) == sorting
    carried = records.jobs[0]
    assert store.datasets.get("local", records.datasets[0].id).version.number == 2
    assert store.models.list_all("local", carried.job.id)[0].metrics == carried.models[0].metrics
    assert {m.kind: m.kept for m in store.models.list_all("local", carried.job.id)} == {
        "instant": False,
        "tuned": True,
    }
    assert [c.points for c in store.curves.read("local", carried.job.id)] == [1, 40]
    assert store.jobs.history("local", carried.job.id) == list(carried.history)
    assert store.check() == []


def test_thinned_curves_are_the_same_elsewhere(store: Store, dataset: Dataset) -> None:
    job = brought_to(store, job_of(dataset), State.RUNNING)
    say(store, job, points_of("loss", {n: 1 / (n + 1) for n in range(5_000)}))
    store.jobs.move(job.id, job.token, State.RUNNING, State.SUCCEEDED, at=job.created_at)
    records = store.records.export(job.owner, [dataset.id])
    points = [*store.curves.points(job.owner, job.id, limit=3_000)]
    points += store.curves.points(job.owner, job.id, after=points[-1][:2])
    before = store.curves.read(job.owner, job.id, 100)
    store.datasets.delete(job.owner, dataset.id)
    store.records.add(
        job.owner, replace(records, jobs=(Carried(job=store_job(records), points=points),))
    )
    assert store.curves.read(job.owner, job.id, 100) == before


def store_job(records: Records) -> Job:
    return records.jobs[0].job


def test_an_id_in_use_refuses_everything(store: Store) -> None:
    records = elsewhere(store)
    model = records.jobs[0].models[0]
    store.records.add("somebody", records)
    fresh = replace(dataset_of(), id=new_id())
    again = Records((fresh,), (), (replace(records.jobs[0], models=(model,)),))
    with pytest.raises(DatasetError, match="project_taken"):
        store.records.add("local", again)
    assert store.datasets.list_all("local") == []
    assert store.records.taken([model.id, fresh.id]) == {model.id}


def test_what_fails_late_leaves_nothing(store: Store) -> None:
    records = elsewhere(store)
    job = replace(records.jobs[0].job, dataset_version=9)
    wrong = replace(records, jobs=(replace(records.jobs[0], job=job),), bases={"b": {"v": 1}})
    with pytest.raises(NotFoundError):
        store.records.add("local", wrong)
    assert (store.datasets.list_all("local"), store.base_models.list_all("local")) == ([], {})
    assert store.inventory().jobs == {}


def test_a_job_that_still_runs_stays_where_it_is(store: Store, dataset: Dataset) -> None:
    brought_to(store, job_of(dataset), State.RUNNING)
    records = store.records.export(dataset.owner, [dataset.id])
    with pytest.raises(ValueError, match="running"):
        ScratchStore().records.add("me", records)


def test_versions_go_on_where_they_ended(store: Store, dataset: Dataset) -> None:
    job = replace(job_of(dataset), state=State.FAILED, dataset_version=2)
    more = Records(versions=(version_of(dataset.id, 2),), jobs=(Carried(job),))
    store.records.add(dataset.owner, more)
    assert store.datasets.get(dataset.owner, dataset.id).version.number == 2
    with pytest.raises(DatasetError, match="dataset_changed"):
        store.records.add(dataset.owner, Records(versions=(version_of(dataset.id, 2),)))


def test_records_of_others_stay_unknown(store: Store, dataset: Dataset) -> None:
    with pytest.raises(NotFoundError):
        store.records.export("stranger", [dataset.id])
    with pytest.raises(NotFoundError):
        store.records.add("stranger", Records(versions=(version_of(dataset.id, 2),)))
