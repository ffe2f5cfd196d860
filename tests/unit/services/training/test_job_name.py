"""A new job gets a name that no other has, however many there are."""

from dataclasses import replace

from bigmodel.services.training.job_name import free_name
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.things import dataset_of, job_of


def test_name_is_free_beyond_two_hundred_jobs() -> None:
    store, dataset = ScratchStore(), dataset_of()
    store.datasets.add(dataset)
    job = job_of(dataset)
    for number in range(250):
        name = "reviews" if number == 0 else f"reviews ({number + 1})"
        store.jobs.submit(replace(job, id=f"job {number}", key=str(number), name=name))
    assert free_name(store, job.owner, "reviews") == "reviews (251)"
    assert free_name(store, job.owner, "other") == "other"
