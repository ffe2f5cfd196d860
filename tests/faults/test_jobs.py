"""Jobs under attack: real supervisors and workers are killed, frozen and called off, and no job is lost or done twice."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bigmodel.core.clock import now
from bigmodel.core.events import decode
from bigmodel.core.job import State, Wish
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.launchers import socket_file
from bigmodel.jobs.launchers.warm import SOCKET
from bigmodel.jobs.platform.identity import Identity
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.jobs import JobService
from tests.fakes.workshop import OWNER, Workshop, quick_settings
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow

Open = Callable[..., Workshop]


@pytest.fixture
def workshop_with(tmp_path: Path) -> Iterator[Open]:
    opened: list[Workshop] = []

    def open_workshop(**changes: object) -> Workshop:
        opened.append(Workshop.open(quick_settings(tmp_path / "home", **changes)))
        return opened[-1]

    yield open_workshop
    for workshop in opened:
        workshop.close()


@pytest.fixture
def workshop(workshop_with: Open) -> Workshop:
    return workshop_with()


def is_warm(workshop: Workshop) -> bool:
    """Tell whether the warm process listens."""
    try:
        return bool(socket_file.ask(workshop.settings.run, SOCKET, {"do": "ping"})["ready"])
    except OSError:
        return False


def worker_of(workshop: Workshop, job_id: str) -> psutil.Process:
    """Return the worker of a job's present attempt, as soon as it has said who it is."""
    folder = workshop.settings.jobs / job_id

    def find() -> Identity | None:
        path = folder / str(workshop.job(job_id).token) / attempt_folder.HANDLE
        record = attempt_folder.read_json(path) if path.exists() else None
        return Identity.from_json(record) if record else None

    workshop.wait(lambda: find() is not None)
    found = find()
    assert found is not None
    return psutil.Process(found.pid)


class Deaf:
    """Wakes nobody: these tests start their supervisors themselves."""

    def wake(self) -> None:
        return None


def control_of(workshop: Workshop) -> ControlService:
    return ControlService(workshop.settings, workshop.store, Deaf())


def test_a1_worker_killed_before_its_first_step_is_tried_again(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=3, instant_s=0.5)
    worker_of(workshop, job_id).kill()
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert (job.attempt, workshop.steps(job_id)) == (2, [1, 2, 3])
    assert workshop.moves(job_id).count("lost") == 1


def test_a2_killed_worker_goes_on_from_its_checkpoint(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=40, step_s=0.02, checkpoint_every=10, crash_at=27)
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert (job.attempt, job.checkpoint_step) == (2, 40)
    assert workshop.steps(job_id) == list(range(1, 41))
    second = workshop.settings.jobs / job_id / "2"
    assert attempt_folder.read_attempt(second).resume.step == 20  # type: ignore[union-attr]
    places = workshop.settings.jobs
    workshop.wait(lambda: [path.name for path in places.glob("*/*/checkpoints/*")] == ["40"])


def test_a4_workers_outlive_their_supervisor_and_are_adopted(workshop_with: Open) -> None:
    workshop = workshop_with(workers=3)
    first = workshop.supervise()
    jobs = [workshop.submit(steps=60, step_s=0.05) for _ in range(3)]
    for job_id in jobs:
        workshop.wait_for_step(job_id, 3)
    workshop.kill(first)
    before = {worker_of(workshop, job_id).pid for job_id in jobs}
    workshop.supervise()
    for job_id in jobs:
        job = workshop.wait_for(job_id, State.SUCCEEDED)
        assert (job.attempt, workshop.steps(job_id)) == (1, list(range(1, 61)))
        assert workshop.moves(job_id) == ["queued", "starting", "running", "succeeded"]
    assert len(before) == 3


def test_a4_supervisor_killed_right_after_a_claim_loses_nothing(workshop: Workshop) -> None:
    job_id = workshop.submit(steps=2)
    assert workshop.store.jobs.claim(now()) is not None  # and then it died
    workshop.supervise()
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert job.attempt == 1  # nobody was at work yet: the claim is taken up


def test_a5_supervisor_killed_between_end_and_final_move(workshop: Workshop) -> None:
    first = workshop.supervise()
    job_id = workshop.submit(steps=30, step_s=0.05)
    workshop.wait_for_step(job_id, 2)
    workshop.kill(first)
    worker = worker_of(workshop, job_id)
    workshop.wait(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
    job = workshop.job(job_id)
    path = workshop.settings.jobs / job_id / "1" / attempt_folder.EVENTS
    start = workshop.store.jobs.offset(job_id, 1)
    events, taken = decode(path.read_bytes()[start:])
    at = job.beat_at
    assert at is not None
    assert workshop.store.jobs.ingest(job_id, 1, start, start + taken, events, at)  # all was heard
    workshop.supervise()
    workshop.wait_for(job_id, State.SUCCEEDED)
    assert workshop.moves(job_id).count("succeeded") == 1
    assert workshop.job(job_id).attempt == 1


def test_a6_second_supervisor_leaves_with_a_clear_message(workshop: Workshop) -> None:
    first = workshop.supervise()
    workshop.wait(lambda: JobService(workshop.settings, workshop.store).is_awake())
    second = workshop.supervise()
    assert second.wait(PATIENCE_S) == 1
    assert first.poll() is None
    assert "already runs" in workshop.logs()


def test_a7_cancelled_queued_job_never_starts(workshop: Workshop) -> None:
    workshop.supervise()
    running = workshop.submit(steps=1_000, step_s=0.05)
    waiting = workshop.submit(steps=1)
    workshop.wait_for_step(running, 1)
    workshop.store.jobs.wish(OWNER, waiting, Wish.CANCEL)
    assert workshop.job(waiting).state == State.CANCELLED
    assert not (workshop.settings.jobs / waiting).exists()


def test_a8_cancel_during_training_ends_every_process(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=100_000, step_s=0.02)
    workshop.wait_for_step(job_id, 5)
    workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
    workshop.wait_for(job_id, State.CANCELLED)
    assert workshop.workers() == []
    assert workshop.steps(job_id)[:5] == [1, 2, 3, 4, 5]
    assert [model.kind for model in workshop.store.models.list_all(OWNER, job_id)] == ["instant"]


def test_a8_worker_that_does_not_listen_is_ended(workshop_with: Open) -> None:
    workshop = workshop_with(stop_s=0.3)
    workshop.supervise()
    job_id = workshop.submit(instant_s=50)
    workshop.wait_for(job_id, State.RUNNING)
    workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
    workshop.wait_for(job_id, State.CANCELLED)
    assert workshop.workers() == []


def test_a9_twenty_cancels_are_one(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=100_000, step_s=0.02)
    workshop.wait_for_step(job_id, 2)
    for _ in range(20):
        workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
    workshop.wait_for(job_id, State.CANCELLED)
    kinds = [event.kind for event in workshop.store.jobs.history(OWNER, job_id)]
    assert (kinds.count("wish"), workshop.moves(job_id).count("cancelled")) == (1, 1)


def test_a10_paused_job_goes_on_after_everything_was_started_again(workshop: Workshop) -> None:
    first = workshop.supervise()
    job_id = workshop.submit(steps=60, step_s=0.02)
    workshop.wait_for_step(job_id, 5)
    control_of(workshop).pause(OWNER, job_id)
    paused = workshop.wait_for(job_id, State.PAUSED)
    assert workshop.workers() == []
    workshop.kill(first)
    workshop.supervise()
    control_of(workshop).resume(OWNER, job_id)
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    attempt = attempt_folder.read_attempt(workshop.settings.jobs / job_id / "2")
    assert attempt.resume is not None
    assert attempt.resume.step == paused.checkpoint_step == paused.progress.step
    assert workshop.steps(job_id) == list(range(1, 61))
    assert (job.attempt, job.max_attempts) == (2, 4)


def test_finished_training_goes_on_for_more_epochs(workshop: Workshop) -> None:
    workshop.supervise()
    first = workshop.submit(epochs=2)
    workshop.wait_for(first, State.SUCCEEDED)
    more = control_of(workshop).train_further(OWNER, first, 3)
    JobService(workshop.settings, workshop.store).delete(OWNER, first)
    job = workshop.wait_for(more.id, State.SUCCEEDED)
    assert workshop.steps(job.id) == list(range(1, 51))
    attempt = attempt_folder.read_attempt(workshop.settings.jobs / job.id / "1")
    assert attempt.resume is not None
    assert attempt.resume.step == 20
    assert {note.split(".")[-1] for note in workshop.notes(job.id)}.isdisjoint(
        {"checkpoint_back", "checkpoint_none"}
    )


def test_a11_frozen_worker_is_replaced_and_its_words_refused(workshop_with: Open) -> None:
    workshop = workshop_with(lease_s=1.0)
    workshop.supervise()
    job_id = workshop.submit(steps=30, step_s=0.05)
    workshop.wait_for_step(job_id, 3)
    worker = worker_of(workshop, job_id)
    worker.suspend()
    workshop.wait(lambda: workshop.job(job_id).token == 2)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    job = workshop.wait_for(job_id, State.SUCCEEDED)
    assert (job.attempt, workshop.steps(job_id)) == (2, list(range(1, 31)))


def test_a14_supervisor_that_is_asked_to_end_leaves_workers_running(workshop: Workshop) -> None:
    first = workshop.supervise()
    running = workshop.submit(steps=40, step_s=0.05)
    waiting = workshop.submit(steps=1)
    workshop.wait_for_step(running, 2)
    first.terminate()
    assert first.wait(PATIENCE_S) == 0
    assert worker_of(workshop, running).is_running()
    assert workshop.job(waiting).state == State.QUEUED
    workshop.supervise()
    assert workshop.wait_for(running, State.SUCCEEDED).attempt == 1
    assert workshop.wait_for(waiting, State.SUCCEEDED).attempt == 1


def test_a15_loss_that_is_not_a_number_stops_with_its_reason(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=100, nan_at=30)
    job = workshop.wait_for(job_id, State.FAILED)
    assert job.message is not None
    assert (job.message.key, job.message.args["step"]) == ("errors.loss_not_finite", 30)
    assert (job.attempt, workshop.steps(job_id)) == (1, list(range(1, 30)))
    assert [model.kind for model in workshop.store.models.list_all(OWNER, job_id)] == ["instant"]


def test_program_error_is_stored_without_secrets_and_not_retried(workshop: Workshop) -> None:
    workshop.supervise()
    job_id = workshop.submit(steps=9, stumble_at=2)
    job = workshop.wait_for(job_id, State.FAILED)
    assert job.message is not None
    assert (job.message.key, job.attempt) == ("errors.training_broken", 1)
    assert "a stumble with […] in it" in job.traceback


def test_warm_workers_are_reaped_and_leave_no_process(workshop_with: Open) -> None:
    workshop = workshop_with(warm=True)
    workshop.supervise()
    workshop.wait(lambda: is_warm(workshop), patience_s=120.0)  # a cold disk takes its time
    jobs = [workshop.submit(steps=2), workshop.submit(steps=9_999, step_s=0.05)]
    assert workshop.wait_for(jobs[0], State.SUCCEEDED).attempt == 1
    workshop.wait_for_step(jobs[1], 1)
    worker = worker_of(workshop, jobs[1])
    parent = worker.parent()
    assert parent is not None
    assert "bigmodel.jobs.warm" in parent.cmdline()
    worker.kill()
    workshop.wait(lambda: (workshop.settings.jobs / jobs[1] / "1" / "exit.json").exists())
    ended = attempt_folder.read_exit(workshop.settings.jobs / jobs[1] / "1")
    assert ended is not None
    assert ended.signal == signal.SIGKILL
