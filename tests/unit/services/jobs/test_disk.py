"""What takes up the disk, and that a clean-up takes only what finished jobs can do without."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.clock import now
from bigmodel.core.errors import NotFoundError
from bigmodel.core.job import State
from bigmodel.services.jobs.disk import DiskService
from bigmodel.settings import Settings
from tests.fakes.workshop import OWNER, Workshop


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    opened = Workshop.open(settings, rows=10)
    yield opened
    opened.close()


@pytest.fixture
def disk(workshop: Workshop) -> DiskService:
    return DiskService(workshop.settings, workshop.store)


def finish(workshop: Workshop) -> Path:
    """Return the attempt folder of a job that succeeded, with a model, a checkpoint and events of 1 MB each."""
    job_id = workshop.submit()
    job = workshop.store.jobs.claim(now())
    assert job is not None
    workshop.store.jobs.move(job_id, job.token, State.STARTING, State.RUNNING, at=now())
    workshop.store.jobs.move(job_id, job.token, State.RUNNING, State.SUCCEEDED, at=now())
    folder = workshop.settings.jobs / job_id / str(job.token)
    for name in (
        "models/tuned/model.safetensors",
        "checkpoints/9/state.safetensors",
        "events.jsonl",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(2**20))
    return folder


def test_use_tells_models_from_what_can_go(workshop: Workshop, disk: DiskService) -> None:
    finish(workshop)
    use = disk.use(OWNER)
    (job,) = use.jobs
    assert (job.models_mb, job.spare_mb) == (1.0, 2.0)
    assert job.total_mb == 3.0
    assert use.datasets_mb > 0
    assert use.free_mb > 0


def test_clean_up_leaves_the_model(workshop: Workshop, disk: DiskService) -> None:
    folder = finish(workshop)
    assert disk.clean(OWNER) == 2.0
    assert (folder / "models/tuned/model.safetensors").exists()
    assert not (folder / "checkpoints").exists()
    assert disk.clean(OWNER) == 0.0


def test_running_job_is_left_alone(workshop: Workshop, disk: DiskService) -> None:
    job_id = workshop.submit()
    path = workshop.settings.jobs / job_id / "1" / "checkpoints" / "3"
    path.mkdir(parents=True)
    assert disk.clean(OWNER, job_id) == 0.0
    assert path.exists()


def test_somebody_elses_job_is_not_cleaned(workshop: Workshop, disk: DiskService) -> None:
    folder = finish(workshop)
    with pytest.raises(NotFoundError):
        disk.clean("somebody", folder.parent.name)
    assert disk.clean("somebody") == 0.0
    assert (folder / "checkpoints").exists()
