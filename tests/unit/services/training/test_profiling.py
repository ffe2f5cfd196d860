"""Trainings timed by a real child: what it finds, that it is asked once, and that failures become sentences."""

import time
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.clock import now
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.jobs.profile import Measured
from bigmodel.services.training import profiling
from bigmodel.services.training.profiling import ProfileRequest, Profiling
from bigmodel.services.training.training import TrainingService
from bigmodel.settings import Settings
from bigmodel.tasks import get_task
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import OWNER, TASKS, make_dataset, quick_settings
from tests.patience import PATIENCE_S


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return quick_settings(tmp_path / "home")


@pytest.fixture
def asked(settings: Settings) -> ProfileRequest:
    return ask(settings)


def ask(settings: Settings, **params: Any) -> ProfileRequest:
    task = get_task("toy_copy", (TASKS,))
    values = {"base": "scratch", "steps": 40, "step_s": 0.02, **params}
    return ProfileRequest(
        make_dataset(settings, 200).version, task, "scratch", task.params(**values)
    )


def test_child_times_real_steps_and_leaves_only_figures(settings: Settings) -> None:
    found = Profiling(settings).measure(ask(settings, steps=8, step_s=0.2))
    assert found.error is None
    assert found.steps == 8
    assert 0.2 <= found.step_s < 2
    assert found.memory_mb > 10
    assert [path.name for path in settings.scratch.iterdir()] == ["forecasts"]


def test_choice_that_is_wanted_again_and_again_is_timed(
    settings: Settings, asked: ProfileRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiling, "SETTLE_S", 3_600.0)
    one = Profiling(settings)
    one.want(asked)
    since = one._wanted_at
    one.want(asked)
    assert one._wanted_at == since
    one._wanted.clear()


def test_same_choice_is_timed_once(
    settings: Settings, asked: ProfileRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def run(_timing: Profiling, asked: ProfileRequest, _place: Path) -> Measured:
        runs.append(asked.key)
        return Measured(step_s=1.0, steps=3)

    monkeypatch.setattr(Profiling, "_run", run)
    monkeypatch.setattr(profiling, "SETTLE_S", 0.0)
    one = Profiling(settings)
    for _ in range(5):
        one.want(asked)
    wait_until_known(one, asked)
    assert Profiling(settings).measure(asked).step_s == 1.0  # also after a restart
    assert runs == [asked.key]


def test_newest_choice_replaces_one_that_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    monkeypatch.setattr(
        Profiling, "_run", lambda _, asked, __: runs.append(asked.key) or Measured(steps=1)
    )
    monkeypatch.setattr(profiling, "SETTLE_S", 0.1)
    one, first, last = Profiling(settings), ask(settings, steps=10), ask(settings, steps=20)
    one.want(first)
    one.want(last)
    assert one.is_pending(last)
    wait_until_known(one, last)
    assert runs == [last.key]


def test_settings_that_change_no_step_share_a_timing(
    settings: Settings, asked: ProfileRequest
) -> None:
    same = ProfileRequest(
        asked.version, asked.task, asked.base, asked.params.model_copy(update={"seed": 7})
    )
    other = ProfileRequest(asked.version, asked.task, "instant", asked.params)
    assert same.key == asked.key
    assert other.key != asked.key


def test_training_that_would_fail_says_why_before_it_starts(settings: Settings) -> None:
    found = Profiling(settings).measure(ask(settings, nan_at=1))
    assert found.error is not None
    assert found.error.key == "errors.loss_not_finite"


def test_child_that_breaks_is_a_guess_with_a_sentence(settings: Settings) -> None:
    found = Profiling(settings).measure(ask(settings, stumble_at=1))
    assert found.error is not None
    assert found.error.key == "train.forecast.broken"


def wait_until_known(one: Profiling, asked: ProfileRequest) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while one.known(asked) is None or one.is_pending(asked):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_timing_that_breaks_does_not_end_all_later_ones(
    settings: Settings, asked: ProfileRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_timing: Profiling, asked: ProfileRequest, _place: Path) -> Measured:
        if asked.params.model_dump()["steps"] == 7:
            raise ValueError("a file that cannot be parsed")
        return Measured(step_s=1.0, steps=3)

    monkeypatch.setattr(Profiling, "_run", run)
    monkeypatch.setattr(profiling, "SETTLE_S", 0.0)
    one = Profiling(settings)
    broken = ask(settings, steps=7)
    one.want(broken)
    wait_until_known(one, broken)
    found = one.known(broken)
    assert found is not None
    assert found.error is not None
    assert found.error.key == "train.forecast.broken"
    one.want(asked)
    wait_until_known(one, asked)


def test_machine_is_busy_while_a_worker_holds_a_job(settings: Settings) -> None:
    store, nobody = ScratchStore(), None
    training = TrainingService(settings, store, nobody, nobody)  # type: ignore[arg-type]
    dataset = make_dataset(settings, 20)
    store.datasets.add(dataset)
    values = ("toy_copy", dataset.id, 1, "scratch", "fast", {}, now())
    store.jobs.submit(Job(new_id(), OWNER, new_id(), "copy", *values))
    assert not training._timing._is_busy()
    assert store.jobs.claim(now())
    assert training._timing._is_busy()
