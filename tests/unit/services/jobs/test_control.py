"""Pause, go on, run again and train further, over a real store, without a supervisor."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bigmodel.core.clock import now
from bigmodel.core.errors import JobError, NotFoundError, ParamsError
from bigmodel.core.events import Kind
from bigmodel.core.job import Job, State, Wish
from bigmodel.services.jobs.control import ControlService
from tests.fakes.stores import say
from tests.fakes.things import event_of, points_of
from tests.fakes.workshop import OWNER, Workshop, quick_settings


@dataclass
class Bell:
    rings: int = 0

    def wake(self) -> None:
        self.rings += 1


@dataclass
class Scene:
    workshop: Workshop
    control: ControlService
    bell: Bell

    def running(self, **params: object) -> Job:
        job_id = self.workshop.submit(**params)
        self.workshop.store.jobs.claim(now())
        self.workshop.store.jobs.move(job_id, 1, State.STARTING, State.RUNNING, at=now())
        return self.workshop.job(job_id)

    def finished(self, epochs: int = 3) -> Job:
        """A job that ended with a kept checkpoint at its last step."""
        job = self.running(epochs=epochs)
        step = 10 * epochs
        folder = self.workshop.settings.jobs / job.id / "1" / "checkpoints" / str(step)
        folder.mkdir(parents=True)
        (folder / "state.json").write_text("{}")
        place = folder.relative_to(self.workshop.settings.home).as_posix()
        said = [
            points_of("train/loss", {n: 1 / n for n in range(1, step + 1)}),
            event_of(Kind.STEP, phase="train", step=step, steps=step, epoch=float(epochs)),
            event_of(Kind.CHECKPOINT, step=step, folder=place, digest="d"),
        ]
        assert say(self.workshop.store, job, *said)
        self.workshop.store.jobs.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=now())
        return self.workshop.job(job.id)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    workshop = Workshop.open(quick_settings(tmp_path / "home"))
    bell = Bell()
    return Scene(workshop, ControlService(workshop.settings, workshop.store, bell), bell)


def test_pause_is_a_wish_and_calls_the_supervisor(scene: Scene) -> None:
    job = scene.control.pause(OWNER, scene.running().id)
    assert (job.state, job.wish, scene.bell.rings) == (State.RUNNING, Wish.PAUSE, 1)


def test_paused_job_goes_back_into_line(scene: Scene) -> None:
    job = scene.control.pause(OWNER, scene.workshop.submit())
    assert job.state == State.PAUSED
    assert scene.control.resume(OWNER, job.id).state == State.QUEUED


def test_a20_second_resume_is_told_that_it_goes_on(scene: Scene) -> None:
    job = scene.control.pause(OWNER, scene.workshop.submit())
    scene.control.resume(OWNER, job.id)
    with pytest.raises(JobError, match="job_goes_on"):
        scene.control.resume(OWNER, job.id)
    assert scene.workshop.moves(job.id) == ["queued", "paused", "queued"]


def test_double_click_runs_again_once(scene: Scene) -> None:
    old = scene.finished()
    first, second = (scene.control.again(OWNER, old.id, {"skill": 0.5}) for _ in range(2))
    assert first == second
    assert (first.params["skill"], first.params["epochs"], first.name) == (0.5, 3, "toy (2)")
    assert scene.control.again(OWNER, old.id, {"skill": 0.6}).id != first.id
    scene.workshop.store.jobs.wish(OWNER, first.id, Wish.CANCEL)
    assert scene.control.again(OWNER, old.id, {"skill": 0.5}).id != first.id


def test_settings_that_do_not_fit_are_refused(scene: Scene) -> None:
    old = scene.finished()
    with pytest.raises(ParamsError):
        scene.control.again(OWNER, old.id, {"skill": 2.0})
    with pytest.raises(NotFoundError):
        scene.control.again(OWNER, old.id, dataset_version=7)
    assert len(scene.workshop.store.jobs.list_all(OWNER)) == 1


def test_further_training_begins_where_the_other_ended(scene: Scene) -> None:
    old = scene.finished(epochs=3)
    job = scene.control.train_further(OWNER, old.id, 2)
    assert (job.params["epochs"], job.continues, job.checkpoint_step) == (5, old.id, 30)
    assert job.checkpoint == f"jobs/{job.id}/0/checkpoints/30"
    assert (scene.workshop.settings.home / job.checkpoint / "state.json").read_text() == "{}"
    assert scene.workshop.steps(job.id) == list(range(1, 31))
    assert scene.control.train_further(OWNER, old.id, 2) == job
    kept = [path.name for path in scene.workshop.settings.jobs.iterdir()]
    assert sorted(kept) == sorted([old.id, job.id])  # the second click left nothing behind


def test_further_training_outlives_the_job_it_came_from(scene: Scene) -> None:
    old = scene.finished()
    job = scene.control.train_further(OWNER, old.id, 1)
    (scene.workshop.settings.home / old.checkpoint / "state.json").unlink()
    assert (scene.workshop.settings.home / job.checkpoint / "state.json").exists()


@pytest.mark.parametrize("state", [State.FAILED, State.RUNNING])
def test_only_what_ended_well_is_trained_further(scene: Scene, state: State) -> None:
    job = scene.running(epochs=2)
    if state != State.RUNNING:
        scene.workshop.store.jobs.move(job.id, 1, State.RUNNING, state, at=now())
    assert not scene.control.can_train_further(OWNER, job.id)
    with pytest.raises(JobError, match="job_not_continued"):
        scene.control.train_further(OWNER, job.id, 1)


def test_job_of_somebody_else_is_not_there(scene: Scene) -> None:
    old = scene.finished()
    for act in (scene.control.pause, scene.control.resume, scene.control.again):
        with pytest.raises(NotFoundError):
            act("b", old.id)
    with pytest.raises(NotFoundError):
        scene.control.train_further("b", old.id, 1)


def test_new_work_is_refused_with_numbers_where_the_disk_is_short(scene: Scene) -> None:
    old = scene.finished()
    paused = scene.control.pause(OWNER, scene.workshop.submit())
    short = scene.workshop.settings.model_copy(update={"free_disk_percent": 100.0})
    control = ControlService(short, scene.workshop.store, scene.bell)
    for act in (control.again, control.resume):
        with pytest.raises(JobError) as caught:
            act(OWNER, paused.id if act == control.resume else old.id)
        assert caught.value.key == "disk_short"
        free, wanted = (float(caught.value.args_of_words[name]) for name in ("free", "wanted"))
        assert 0 < free < wanted
