"""A way to start workers is one file: those on another machine are launched, heard, called off and fetched from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.job import State, Wish
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.launchers import find_launchers
from bigmodel.jobs.supervisor.supervisor import Supervisor
from bigmodel.jobs.worker import seal
from tests.fakes.workshop import OWNER, Workshop, quick_settings

ELSEWHERE = Path(__file__).parents[2] / "fakes" / "launchers"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    settings = quick_settings(tmp_path / "home", launcher_folders=(ELSEWHERE,), lease_s=60.0)
    opened = Workshop.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def supervisor(workshop: Workshop) -> Supervisor:
    launchers = find_launchers(workshop.settings)
    return Supervisor(workshop.settings, workshop.store, launchers)


def turn_until(workshop: Workshop, supervisor: Supervisor, job_id: str, *states: State) -> None:
    def is_there() -> bool:
        supervisor.turn(is_poked=True)
        return workshop.job(job_id).state in states

    workshop.wait(is_there)


def test_launchers_are_found_by_looking(workshop: Workshop, tmp_path: Path) -> None:
    names = [launcher.name for launcher in find_launchers(workshop.settings)]
    assert names == ["elsewhere", "warm", "local"]
    assert [each.name for each in find_launchers(quick_settings(tmp_path / "b"))] == [
        "warm",
        "local",
    ]


@pytest.mark.slow
def test_worker_elsewhere_goes_on_and_its_model_is_here(
    workshop: Workshop, supervisor: Supervisor
) -> None:
    job_id = workshop.submit(steps=30, checkpoint_every=10, crash_at=17)
    turn_until(workshop, supervisor, job_id, State.SUCCEEDED)
    home = workshop.settings.home
    assert workshop.job(job_id).attempt == 2
    assert workshop.steps(job_id) == list(range(1, 31))
    attempt = attempt_folder.read_attempt(home / "jobs" / job_id / "2")
    assert (attempt.launcher, attempt.resume and attempt.resume.step) == ("elsewhere", 10)
    for model in workshop.store.models.list_all(OWNER, job_id):
        assert seal.digest_of(seal.digests(home / model.folder)) == model.digest
    assert not (home / "jobs" / job_id / "2" / attempt_folder.EVENTS).exists()  # it never was here


@pytest.mark.slow
def test_worker_elsewhere_is_called_off(workshop: Workshop, supervisor: Supervisor) -> None:
    job_id = workshop.submit(steps=100_000, step_s=0.02)
    turn_until(workshop, supervisor, job_id, State.RUNNING)
    workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
    turn_until(workshop, supervisor, job_id, State.CANCELLED)
