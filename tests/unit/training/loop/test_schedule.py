"""Steps, looks and learning rates of a training, from its settings alone."""

import pytest

from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.loop.schedule import MOST_STEPS_UNCHECKED, Schedule, learning_rate


def test_last_short_batches_count_as_step() -> None:
    schedule = Schedule(rows=100, batch_size=8, accumulation=4, epochs=3)
    assert (schedule.batches_an_epoch, schedule.steps_an_epoch, schedule.steps) == (13, 4, 12)


def test_short_epochs_are_checked_at_their_ends() -> None:
    schedule = Schedule(rows=100, batch_size=10, accumulation=1, epochs=3)
    assert [step for step in range(31) if schedule.is_check_due(step)] == [10, 20, 30]


def test_long_epochs_are_checked_in_between() -> None:
    schedule = Schedule(rows=100_000, batch_size=10, accumulation=1, epochs=1)
    due = [step for step in range(schedule.steps + 1) if schedule.is_check_due(step)]
    gaps = [after - before for before, after in zip([0, *due], due, strict=False)]
    assert max(gaps) <= MOST_STEPS_UNCHECKED
    assert due[-1] == schedule.steps


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_learning_rate_rises_then_follows_schedule(schedule: str) -> None:
    params = TextParams.model_validate(
        {"schedule": schedule, "learning_rate": 1.0, "warmup_share": 0.1}
    )
    rates = [learning_rate(params, share / 100) for share in range(101)]
    assert rates[0] == 0.0
    assert rates[10] == pytest.approx(1.0)
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[100] == pytest.approx(1.0 if schedule == "constant" else 0.0)
