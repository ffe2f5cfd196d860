"""A disk that is really full: a small file system of its own where we may mount one, else one that refuses."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.job import State
from bigmodel.jobs.worker import seal
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.jobs import JobService
from tests.fakes.workshop import OWNER, Workshop, quick_settings

SIZE_MB = 24


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where this process may mount one; else the same folder without an end."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)]
    is_mounted = sys.platform == "linux" and os.geteuid() == 0
    is_mounted = is_mounted and subprocess.run(command, capture_output=True).returncode == 0
    yield place
    if is_mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def workshop(small_disk: Path, tmp_path: Path) -> Iterator[Workshop]:
    charges = tmp_path / "charges"
    charges.mkdir()
    opened = Workshop.open(quick_settings(small_disk / "home", failpoints=charges))
    yield opened
    opened.close()


def fill(workshop: Workshop) -> Path:
    """Take all of a small disk but what a checkpoint does not fit into; lay a charge where the disk is large."""
    ballast = workshop.settings.home / "ballast"
    free = shutil.disk_usage(workshop.settings.home).free
    if free > SIZE_MB * 2**20:
        assert workshop.settings.failpoints
        (workshop.settings.failpoints / "checkpoint-written.full.1").touch()
    else:
        ballast.write_bytes(os.urandom(max(0, free - 2**20)))
    return ballast


@pytest.mark.slow
def test_a12_full_disk_pauses_and_room_lets_it_go_on(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=120, step_s=0.02, checkpoint_every=10, checkpoint_mb=2.0)
    workshop.wait(lambda: workshop.job(job_id).checkpoint_step >= 20)
    ballast = fill(workshop)
    job = workshop.wait_for(job_id, State.PAUSED)
    assert job.message is not None
    assert job.message.key == "errors.paused_disk_full"
    newest = job.saved[0]
    assert seal.is_whole(workshop.settings.home / newest.folder, newest.digest)
    assert not list(workshop.settings.jobs.glob("*/*/*/.tmp-*"))
    ballast.unlink(missing_ok=True)
    service = ControlService(
        workshop.settings, workshop.store, JobService(workshop.settings, workshop.store)
    )
    service.resume(OWNER, job_id)
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert (job.attempt, workshop.steps(job_id)) == (2, list(range(1, 121)))
    assert workshop.store.check() == []
