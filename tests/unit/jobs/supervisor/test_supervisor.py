"""The supervisor's turns over a scratch store, with a launcher and a clock of our own: no process is started."""

import signal
from pathlib import Path

import pytest

from bigmodel.core.clock import now
from bigmodel.core.errors import StoreError
from bigmodel.core.events import Event, Kind, encode
from bigmodel.core.job import Saved, State, Wish
from bigmodel.core.message import Message
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.supervisor.supervisor import Supervisor
from tests.fakes.scene import Scene, open_scene, sleeper
from tests.fakes.workshop import OWNER
from tests.patience import PATIENCE_S


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "home")


def test_claim_writes_what_to_do_before_it_launches(scene: Scene) -> None:
    job_id = scene.workshop.submit(steps=4)
    scene.turn()
    attempt = attempt_folder.read_attempt(scene.launcher.launched[0])
    assert (attempt.job_id, attempt.token, attempt.params["steps"]) == (job_id, 1, 4)
    assert attempt.base == {"name": "scratch", "kind": "scratch", "folder": None}


def test_no_more_workers_than_allowed(scene: Scene) -> None:
    jobs = [scene.workshop.submit() for _ in range(3)]
    scene.turn()
    scene.turn()
    assert [scene.state(job) for job in jobs] == [State.STARTING, State.QUEUED, State.QUEUED]


def test_nothing_is_claimed_while_a_launcher_is_about_to_be_ready(scene: Scene) -> None:
    scene.launcher.is_starting = True
    job_id = scene.workshop.submit()
    scene.turn()
    assert scene.state(job_id) == State.QUEUED


def test_first_word_makes_a_job_running(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.BEAT, memory_mb=12.5)
    scene.turn(0.1)
    job = scene.workshop.job(job_id)
    assert (job.state, job.progress.memory_mb) == (State.RUNNING, 12.5)


def test_torn_line_is_heard_when_it_is_whole(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    line = encode(Event(1, 0.0, Kind.POINTS, {"points": [["train/loss", 1, 0.5]]}))
    path = scene.launcher.launched[0] / attempt_folder.EVENTS
    path.write_bytes(line[:20])
    scene.turn(0.1)
    assert scene.workshop.steps(job_id) == []
    path.write_bytes(line)
    scene.turn(0.1)
    assert scene.workshop.steps(job_id) == [1]


def test_end_that_was_said_beats_the_exit_status(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.END, outcome="succeeded")
    scene.end(-9, 9)
    scene.turn(0.1)
    assert scene.state(job_id) == State.SUCCEEDED


def test_lost_job_waits_before_its_next_attempt(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.BEAT, memory_mb=1)
    scene.end(-9, 9)
    scene.turn(0.1)
    job = scene.workshop.job(job_id)
    assert (job.state, job.attempt) == (State.QUEUED, 1)
    assert job.not_before is not None
    assert attempt_folder.read_control(scene.launcher.launched[0]).token == 2


def test_job_that_is_lost_for_good_says_why(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "home", lease_s=0.01)
    job_id = scene.workshop.submit()
    scene.launcher.fails = True

    def is_over() -> bool:
        scene.turn()
        return scene.state(job_id) == State.FAILED

    scene.workshop.wait(is_over)
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.message.key, job.attempt) == ("errors.disk_trouble", 3)


def test_base_that_is_not_there_fails_at_once(scene: Scene) -> None:
    job_id = scene.workshop.submit(base="nothing/like-it")
    scene.turn()
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.base_missing")


def test_silence_of_a_sleeping_machine_is_forgiven(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        scene.say(Kind.BEAT, memory_mb=1)
        scene.turn(0.1)
        scene.turn(3_600)
        assert scene.state(job_id) == State.RUNNING


@pytest.mark.parametrize("jump_s", [86_400.0, -86_400.0, 3_600.0, -3_600.0])
def test_clock_that_is_set_ends_nobody_and_saves_nobody(scene: Scene, jump_s: float) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        scene.say(Kind.BEAT, memory_mb=1)
        scene.turn(0.1)
        scene.turn(1.0, jump_s=jump_s)
        assert scene.state(job_id) == State.RUNNING
        for _ in range(4):
            scene.turn(1.0)
        assert process.wait(PATIENCE_S) == -signal.SIGKILL  # it really said nothing for a lease


def test_machine_that_slept_begins_leases_anew(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        scene.say(Kind.BEAT, memory_mb=1)
        scene.turn(0.1)
        scene.turn(1.9)
        scene.turn(1.0, jump_s=7_200)  # the lid was closed for two hours
        scene.turn(1.9)
        assert scene.state(job_id) == State.RUNNING


def test_worker_that_says_nothing_is_ended_and_replaced(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        scene.say(Kind.BEAT, memory_mb=1)
        for _ in range(5):
            scene.turn(1.0)
        assert process.wait(PATIENCE_S) == -signal.SIGKILL
        scene.turn(0.1)
        scene.turn(1.5)
    assert scene.workshop.moves(job_id)[-2:] == ["lost", "queued"]
    assert scene.workshop.notes(job_id)[0] == "errors.worker_silent"


def test_cancel_is_put_up_for_the_worker_to_read(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
    scene.turn(0.1)
    scene.turn(0.1)
    assert attempt_folder.read_control(scene.launcher.launched[0]).wish == Wish.CANCEL
    scene.end(0)
    scene.turn(0.1)
    assert scene.state(job_id) == State.CANCELLED


def test_worker_that_cannot_be_understood_fails_its_job_only(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.BEAT, memory_mb=1)
    with (scene.launcher.launched[0] / attempt_folder.EVENTS).open("ab") as file:
        file.write(b'{"v": 99}\n')
    scene.turn(0.1)
    scene.turn(1.5)
    scene.turn(1.5)
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.training_broken")


def test_pause_is_put_up_and_a_later_cancel_too(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    for wish in (Wish.PAUSE, Wish.CANCEL):
        scene.workshop.store.jobs.wish(OWNER, job_id, wish)
        scene.turn(0.1)
        scene.turn(0.1)
        assert attempt_folder.read_control(scene.launcher.launched[0]).wish == wish


def test_a10_paused_job_goes_on_from_its_checkpoint(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.workshop.store.jobs.wish(OWNER, job_id, Wish.PAUSE)
    scene.say(Kind.CHECKPOINT, step=7, folder="f", digest="d")
    scene.say(Kind.END, outcome="paused")
    scene.end(0)
    scene.turn(0.1)
    assert (scene.state(job_id), len(scene.launcher.launched)) == (State.PAUSED, 1)
    again = Supervisor(scene.workshop.settings, scene.workshop.store, [scene.launcher], scene.clock)
    again.turn(is_poked=True)
    assert scene.state(job_id) == State.PAUSED
    assert scene.workshop.store.jobs.move(job_id, 1, State.PAUSED, State.QUEUED, at=now())
    again.turn(is_poked=True)
    attempt = attempt_folder.read_attempt(scene.launcher.launched[1])
    assert attempt.resume == Saved("f", 7, "d")


def test_full_disk_pauses_the_job_and_keeps_its_checkpoint(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.CHECKPOINT, step=7, folder="f", digest="d")
    message = Message("errors.paused_disk_full", level="error").to_json()
    scene.say(Kind.ERROR, message=message, traceback="", retry=False)
    scene.say(Kind.END, outcome="paused")
    scene.end(0)
    scene.turn(0.1)
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.PAUSED, "errors.paused_disk_full")
    assert job.saved == (Saved("f", 7, "d"),)


def test_nothing_is_claimed_while_the_disk_is_short(tmp_path: Path) -> None:
    scene = open_scene(tmp_path / "home", free_disk_percent=100.0)
    job_id = scene.workshop.submit()
    scene.turn()
    assert (scene.state(job_id), scene.supervisor.has_waiting) == (State.QUEUED, True)


def test_claim_that_was_never_launched_is_taken_up(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    assert scene.workshop.store.jobs.claim(now())  # by a supervisor that ended right then
    scene.turn()
    assert [path.name for path in scene.launcher.launched] == ["1"]
    assert scene.workshop.job(job_id).attempt == 1


def test_database_that_is_busy_while_planning_fails_no_job(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = scene.workshop.submit()
    store = scene.workshop.store
    with monkeypatch.context() as patch:

        def busy(*args: object) -> None:
            raise StoreError("database_busy", path="p")

        patch.setattr(store.datasets, "version", busy)
        with pytest.raises(StoreError):
            scene.turn()
    scene.turn()
    assert (len(scene.launcher.launched), scene.state(job_id)) == (1, State.STARTING)


def test_older_checkpoints_of_other_attempts_are_swept(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    home = scene.workshop.settings.jobs / job_id
    for step in (5, 10, 15):
        (home / "0" / "checkpoints" / str(step)).mkdir(parents=True)
        folder = f"jobs/{job_id}/0/checkpoints/{step}"
        scene.say(Kind.CHECKPOINT, step=step, folder=folder, digest="d")
    scene.turn(0.1)
    assert sorted(path.name for path in home.glob("0/checkpoints/*")) == ["10", "15"]
