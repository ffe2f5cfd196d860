"""A time limit: the schedule is drawn for the steps that fit, and what follows training counts."""

import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file
from torch import Tensor, nn

from bigmodel.core.task import BaseFiles
from bigmodel.training.loop import device, loop
from bigmodel.training.loop.budget import LEAST_STEPS, Budget, rows_after
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.text import finetune
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data

DATA = text_data("label")
LONG = TextParams(epochs=200, batch_size=8, learning_rate=1e-3, max_tokens=16, warmup_share=0.1)
LEARN_S, LOOK_ROW_S = 1.0, 0.01  # of a batch, and of a row that is only read
BASE = BaseFiles("scratch", "scratch")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only steps and validation move on."""
    now = [0.0]
    learn, look = loop.Training._learn, loop.Training._look

    def slow_learn(training: loop.Training, rows: Sequence[int], share: float) -> float:
        now[0] += LEARN_S
        return learn(training, rows, share)

    def slow_look(training: loop.Training, rows: Sequence[int]) -> Any:
        now[0] += LOOK_ROW_S * len(rows)
        return look(training, rows)

    for module in (loop, device):
        monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(loop.Training, "_learn", slow_learn)
    monkeypatch.setattr(loop.Training, "_look", slow_look)
    return now


def train(
    folder: Path, *, spent_s: float = 0.0, measured_s: float = 0.0, **settings: Any
) -> FakeReporter:
    report = FakeReporter(folder / "checkpoints", spent_s=spent_s, measured_s=measured_s)
    (folder / "model").mkdir(parents=True)
    params = LONG.model_copy(update={"precision": "fp32", **settings})
    finetune.train_classifier(DATA, params, BASE, folder / "model", report)
    return report


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
def test_cut_training_ends_its_schedule(clock: list[float], schedule: str, tmp_path: Path) -> None:
    report = train(tmp_path, budget_s=60, schedule=schedule)
    rates = [rate for _, rate in report.curves["train/learning_rate"]]
    assert "training.note.budget_is_used" in report.notes
    assert rates[-1] < 0.05 * LONG.learning_rate
    assert max(rates) > 0.9 * LONG.learning_rate
    peak = rates.index(max(rates))
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


def test_what_follows_training_counts(clock: list[float], tmp_path: Path) -> None:
    train(tmp_path, budget_s=60)
    after_s = LOOK_ROW_S * rows_after(len(DATA.train), len(DATA.validation))
    assert 60 - 2 * LEARN_S - LOOK_ROW_S * 64 < clock[0] + after_s <= 60 + LEARN_S


def test_as_much_is_kept_back_as_measuring_the_baseline_took(
    clock: list[float], tmp_path: Path
) -> None:
    train(tmp_path, budget_s=60, measured_s=25.0)  # such as a listener's time, which no look tells
    assert 60 - 2 * LEARN_S - LOOK_ROW_S * 64 < clock[0] + 25 <= 60 + LEARN_S


def test_answers_in_32_bits_count_for_what_they_cost_here(
    clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_model: nn.Module, inputs: Mapping[str, Tensor]) -> None:
        clock[0] += 2 * LOOK_ROW_S * len(inputs["input_ids"])

    monkeypatch.setattr(loop, "pass_in_fp32", slow)
    train(tmp_path, budget_s=60, precision="bf16")
    after_s = 2 * LOOK_ROW_S * rows_after(len(DATA.train), len(DATA.validation))
    assert 60 - 2 * LEARN_S - LOOK_ROW_S * 64 < clock[0] + after_s <= 60 + LEARN_S


def test_what_came_before_training_counts(clock: list[float], tmp_path: Path) -> None:
    train(tmp_path, budget_s=60, spent_s=30.0)
    assert clock[0] < 31


def test_limit_that_is_never_reached_changes_nothing(clock: list[float], tmp_path: Path) -> None:
    for name, budget_s in (("free", 0), ("limited", 1000)):
        train(tmp_path / name, budget_s=budget_s, epochs=2)
    free, limited = (
        load_file(tmp_path / name / "model" / "model.safetensors") for name in ("free", "limited")
    )
    assert all(free[name].equal(limited[name]) for name in free)


def test_short_limit_takes_few_steps_and_warns(clock: list[float], tmp_path: Path) -> None:
    report = train(tmp_path, budget_s=1)
    assert len(report.curves["train/loss"]) == LEAST_STEPS
    assert "training.note.budget_is_short" in report.notes


def test_at_most_half_of_the_limit_is_kept_for_what_follows() -> None:
    assert Budget(100, validation_s=10, after_s=20).steps_end_s == 70
    assert Budget(100, validation_s=10, after_s=200).steps_end_s == 50


def test_steps_that_fit_are_planned() -> None:
    budget = Budget(100, validation_s=10, after_s=30)
    found = budget.planned_steps(step=5, steps=1000, spent_s=20, step_s=1.0, between=10)
    assert found == 5 + 40 / 2
    assert budget.planned_steps(step=5, steps=8, spent_s=20, step_s=1.0, between=10) == 8
    assert Budget(0).planned_steps(step=5, steps=8, spent_s=1e6, step_s=1.0, between=1) == 8
