"""The reporter that times a training: which steps it counts, and when it stops the engine."""

import math
import time

import pytest

from bigmodel.core.task import StopRequested
from bigmodel.jobs.worker import stopwatch
from bigmodel.jobs.worker.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that shows whatever stands in it."""
    shown = [100.0]
    monkeypatch.setattr(stopwatch.time, "monotonic", lambda: shown[0])
    return shown


def train(watch: Stopwatch, clock: list[float], *seconds: float) -> None:
    """Take one step, and one more after each of these times."""
    watch.step(phase="train", step=1, steps=9, epochs=3)
    for number, passed in enumerate(seconds, 2):
        clock[0] += passed
        watch.step(phase="train", step=number, steps=9, epochs=3)


def test_first_steps_are_left_out_where_there_are_enough(clock: list[float]) -> None:
    watch = Stopwatch(math.inf)
    train(watch, clock, 9, 5, 1, 1)
    assert watch.spans == [9, 5, 1, 1]
    clock[0] += 1
    watch.step(phase="train", step=6, steps=9, epochs=3)
    assert watch.spans == [1, 1, 1]
    assert watch.spread == 0
    assert (watch.steps, watch.epochs) == (9, 3)
    assert (watch.first_step_at, watch.last_step_at) == (100, 117)


def test_spread_of_too_few_steps_is_not_known(clock: list[float]) -> None:
    watch = Stopwatch(math.inf)
    train(watch, clock, 1)
    assert watch.spread == 1.0


def test_look_at_held_out_rows_is_timed_apart_and_is_no_step(clock: list[float]) -> None:
    watch = Stopwatch(math.inf)
    train(watch, clock, 1)
    watch.step(phase="evaluate", step=0, steps=2)
    clock[0] += 3
    watch.step(phase="evaluate", step=1, steps=2)
    clock[0] += 4
    watch.points(2, {"validation/loss": 0.5})
    watch.points(2, {"validation/accuracy": 0.5})
    assert watch.looks == [7]
    watch.step(phase="train", step=3, steps=9)
    assert watch.spans == [1]


def test_points_of_the_training_end_no_look(clock: list[float]) -> None:
    watch = Stopwatch(math.inf)
    watch.step(phase="evaluate", step=1, steps=2)
    watch.points(1, {"train/loss": 0.5})
    assert watch.looks == []


def test_engine_is_stopped_at_the_limit(clock: list[float]) -> None:
    watch = Stopwatch(until=102.0)
    train(watch, clock, 1, 1)
    clock[0] += 0.1
    with pytest.raises(StopRequested):
        watch.step(phase="train", step=4, steps=9)
    assert len(watch.spans) == 3


def test_no_checkpoint_is_due_and_none_is_left() -> None:
    watch = Stopwatch(time.monotonic() + 60)
    assert not watch.is_checkpoint_due()
    folders = [watch.checkpoint_folder(step) for step in (1, 2)]
    (folders[0] / "weights").write_bytes(b"1")
    watch.checkpoint(2)
    assert [folder.exists() for folder in folders] == [False, False]
