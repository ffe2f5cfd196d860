"""From timed steps to a forecast: arithmetic, the light, and a plan that fits where the choice does not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bigmodel.core.message import Message
from bigmodel.core.task import Params
from bigmodel.jobs.profile import Measured
from bigmodel.services.training.forecast import Room, Wanted, expected, measured, rough, unlikely
from bigmodel.services.training.forecast_text import certainty, sentence, to_json
from bigmodel.words import load_words

ROOM = Room(memory_mb=8_000, disk_mb=50_000)
FOUND = Measured(
    load_s=4.0, step_s=0.5, spread=0.2, counted=16, steps=300, epochs=3, check_s=2.0,
    instant_s=1.0, answer_s=3.0, save_s=1.0, memory_mb=2_000, model_mb=90,
)  # fmt: skip
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_steps_looks_and_surroundings_add_up() -> None:
    made = measured(FOUND, Wanted(epochs=3), ROOM)
    assert made.seconds == pytest.approx(10 + 300 * 0.5 + 3 * 2.0, rel=0.05)
    assert made.low_s < made.seconds < made.high_s
    assert made.light == "green"


def test_more_epochs_need_no_new_timing() -> None:
    three, six = (measured(FOUND, Wanted(epochs=epochs), ROOM).seconds for epochs in (3, 6))
    assert six - three == pytest.approx(156, rel=0.05)


def test_time_limit_bounds_the_whole_job() -> None:
    assert measured(FOUND, Wanted(epochs=3, budget_s=60), ROOM).seconds == pytest.approx(60)
    few = measured(FOUND, Wanted(epochs=3, budget_s=5), ROOM).seconds
    assert few == pytest.approx(9.8 + 5 * 0.5)  # what is around, and a few steps


def test_early_stopping_lowers_only_the_least() -> None:
    never, may = (measured(FOUND, Wanted(10, patience=p), ROOM) for p in (0, 2))
    assert may.seconds == never.seconds
    assert may.low_s < 0.5 * never.low_s


def test_cold_start_counts_the_libraries() -> None:
    found = replace(FOUND, import_s=9.0)
    warm, cold = (measured(found, Wanted(3, is_warm=is_warm), ROOM) for is_warm in (True, False))
    assert cold.seconds - warm.seconds == pytest.approx(9.0)


def test_beside_a_running_training_only_own_processor_time_counts() -> None:
    busy = replace(FOUND, is_busy=True, used_s=0.4, threads=2)
    assert measured(busy, Wanted(3), ROOM).seconds < 0.6 * measured(FOUND, Wanted(3), ROOM).seconds


@pytest.mark.parametrize(
    ("room", "light", "reason"),
    [
        (Room(2_500, 50_000), "amber", "tight_memory"),
        (Room(1_500, 50_000), "red", "short_memory"),
        (Room(8_000, 100), "red", "short_disk"),
    ],
)
def test_what_is_short_changes_the_light(room: Room, light: str, reason: str) -> None:
    made = measured(FOUND, Wanted(3), room)
    assert (made.light, made.reasons[0].key) == (light, f"train.forecast.{reason}")


def test_base_used_as_it_is_takes_no_steps_and_is_still_forecast() -> None:
    found = Measured(load_s=4.0, answer_s=20.0, instant_s=1.0)
    made = expected(rough(90, 90, ROOM), found, Params(base="whisper"), room=ROOM, is_warm=True)
    assert made.seconds == pytest.approx(25.8)
    assert not made.is_rough


def test_long_trainings_are_amber_and_endless_ones_red() -> None:
    slow = replace(FOUND, step_s=30.0)
    assert measured(slow, Wanted(3), ROOM).light == "amber"
    assert measured(slow, Wanted(60), ROOM).light == "red"


def test_rough_forecast_says_so() -> None:
    made = rough(6.0, 90, ROOM)
    assert made.is_rough
    assert made.high_s / made.low_s == pytest.approx(4)


def test_failed_timing_is_told_and_warns_of_what_it_means() -> None:
    assert unlikely(rough(6.0, 90, ROOM), Message("train.forecast.too_slow")).light == "green"
    made = unlikely(rough(6.0, 90, ROOM), Message("train.forecast.no_memory", level="warning"))
    assert made.light == "amber"
    assert unlikely(made, Message("errors.one_class_only", level="error")).light == "red"


def test_sentence_names_time_memory_and_the_clock_of_this_place() -> None:
    words = load_words()
    made = measured(replace(FOUND, step_s=1.17), Wanted(3), ROOM)

    def english(message: Message) -> str:
        return words.say("en", message)

    assert sentence(made, NOON, english) == "About 6 min, 2.0 GB, done at 12:06 if it starts now."
    assert "12:06 完成" in sentence(made, NOON, lambda message: words.say("zh", message))
    late = replace(made, seconds=13 * 3600.0)
    assert "11-25 01:00" in sentence(late, NOON, english)
    assert certainty(made, english).startswith("Between ")
    assert to_json(made)["light"] == "green"
