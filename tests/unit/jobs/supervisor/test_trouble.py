"""What goes wrong with one job stays with it: the others are served, and its reason is told."""

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bigmodel.core.events import Kind
from bigmodel.core.job import State, Wish
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.supervisor import watch
from bigmodel.jobs.supervisor.watch import Watch
from tests.fakes.scene import Scene, open_scene, sleeper
from tests.fakes.workshop import OWNER
from tests.patience import PATIENCE_S


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "home", workers=2)


@pytest.fixture
def make_read_only(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Have every write below a folder refused, as a disk that became read-only does."""

    def refuse(folder: Path) -> None:
        write = attempt_folder.write_json

        def refused(path: Path, record: dict[str, object]) -> None:
            if path.is_relative_to(folder):
                raise OSError(errno.EROFS, "Read-only file system", str(path))
            write(path, record)

        monkeypatch.setattr(attempt_folder, "write_json", refused)

    return refuse


def test_folder_that_cannot_be_written_keeps_nobody_waiting(
    scene: Scene, make_read_only: Callable[[Path], None]
) -> None:
    first = scene.workshop.submit()
    scene.turn()
    scene.say(Kind.BEAT, memory_mb=1)
    scene.turn(0.1)
    make_read_only(scene.launcher.launched[0])
    second = scene.workshop.submit()
    scene.turn(1.5)
    scene.turn(1.5)
    job = scene.workshop.job(first)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.disk_refused")
    assert scene.state(second) == State.STARTING


def test_cancel_that_cannot_be_written_ends_the_worker_all_the_same(
    scene: Scene, make_read_only: Callable[[Path], None]
) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[0], identify(process.pid).to_json())
        make_read_only(scene.launcher.launched[0])
        scene.workshop.store.jobs.wish(OWNER, job_id, Wish.CANCEL)
        for _ in range(5):
            scene.turn(1.0)
        assert process.wait(PATIENCE_S) < 0
        scene.turn(0.1)
        scene.turn(1.5)
    assert scene.state(job_id) == State.CANCELLED


def test_attempt_that_cannot_be_written_fails_with_its_reason(
    scene: Scene, make_read_only: Callable[[Path], None]
) -> None:
    job_id = scene.workshop.submit()
    make_read_only(scene.workshop.settings.jobs)
    scene.turn()
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.disk_refused")


def test_worker_that_cannot_be_served_keeps_nobody_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = scene.workshop.submit(), scene.workshop.submit()
    scene.turn()
    scene.say(Kind.BEAT, memory_mb=1)  # of the second
    hear = Watch.unread

    def unread(self: Watch) -> bytes:
        if self.job.id == bad:
            raise OverflowError("a number that no column holds")
        return hear(self)

    monkeypatch.setattr(Watch, "unread", unread)
    with sleeper() as process:
        attempt_folder.claim_handle(scene.launcher.launched[1], identify(process.pid).to_json())
        for _ in range(7):
            scene.turn(1.0)
            scene.say(Kind.BEAT, memory_mb=1)
        assert scene.state(good) == State.RUNNING
    job = scene.workshop.job(bad)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.training_broken")
    assert "OverflowError" in job.traceback


def test_stale_handle_after_a_reboot_ends_no_foreign_process(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    with sleeper() as stranger:
        worker = replace(identify(stranger.pid), boot="before the reboot")
        attempt_folder.claim_handle(scene.launcher.launched[0], worker.to_json())
        scene.say(Kind.BEAT, memory_mb=1)
        scene.turn(0.1)
        scene.turn(1.5)
        assert scene.state(job_id) == State.QUEUED
        assert stranger.poll() is None


def test_stale_handle_with_our_own_number_does_not_stop_us(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    attempt_folder.claim_handle(
        scene.launcher.launched[0], replace(identify(), boot="before the reboot").to_json()
    )
    scene.turn(0.1)
    scene.turn(1.5)
    assert scene.state(job_id) == State.QUEUED


def test_event_longer_than_a_chunk_is_heard(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    names = ["x" * 40] * (2 * watch.CHUNK // 40)
    scene.say(
        Kind.NOTE, key="jobs.notes.tried_again", args={"names": ",".join(names)}, level="info"
    )
    scene.say(Kind.BEAT, memory_mb=3)
    scene.turn(0.1)
    scene.turn(0.1)
    assert scene.workshop.job(job_id).progress.memory_mb == 3


def test_line_without_an_end_fails_its_job_only(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MOST_LINE", 2 * watch.CHUNK)
    job_id = scene.workshop.submit()
    scene.turn()
    (scene.launcher.launched[0] / attempt_folder.EVENTS).write_bytes(b"x" * 5 * watch.CHUNK)
    for _ in range(3):
        scene.turn(1.0)
    job = scene.workshop.job(job_id)
    assert job.message is not None
    assert (job.state, job.message.key) == (State.FAILED, "errors.training_broken")


def test_labels_of_a_model_come_from_its_folder(scene: Scene) -> None:
    job_id = scene.workshop.submit()
    scene.turn()
    folder = scene.launcher.launched[0] / "models" / "instant"
    folder.mkdir(parents=True)
    labels = [f"product {number}" for number in range(3)]
    (folder / "model.json").write_text(json.dumps({"labels": labels}), "utf-8")
    place = folder.relative_to(scene.workshop.settings.home).as_posix()
    said = {"id": "m", "kind": "instant", "task": "toy_copy", "base": "instant", "folder": place}
    said |= {"digest": "d", "size_mb": 1.0, "metrics": {}, "kept": True}
    scene.say(Kind.RESULT, **said)
    scene.turn(0.1)
    [model] = scene.workshop.store.models.list_all(OWNER, job_id)
    assert model.labels == tuple(labels)
