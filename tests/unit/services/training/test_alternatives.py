"""Milder choices: each asks for less than what it is an alternative to, and nothing is halved to nothing."""

from pathlib import Path
from typing import Any

import pytest

from bigmodel import tasks
from bigmodel.base_models.catalogue import read_models
from bigmodel.core.model import Base
from bigmodel.services.training.alternatives import (
    LEAST_PIXELS,
    LEAST_TOKENS,
    MOST_ACCUMULATION,
    Choice,
    half_batch,
    less_to_read,
    lighter,
    smaller_base,
)
from bigmodel.tasks import get_task

TASK = get_task("text_classification")
TASK_FOLDER = Path(tasks.__file__).parent / TASK.name
BASES: dict[str, Base] = {base.name: base for base in read_models(TASK_FOLDER)}


def choice(base: str, preset: str = "balanced", **values: Any) -> Choice:
    return Choice(TASK, BASES[base], preset, TASK.params(base=base, **values))


@pytest.mark.parametrize(
    ("batch", "accumulation", "halved"),
    [
        (32, 1, {"batch_size": 16, "accumulation": 2}),
        (2, 8, {"batch_size": 1, "accumulation": 16}),
        (9, 1, {"batch_size": 4, "accumulation": 2}),
        (1, 64, {}),
        (8, MOST_ACCUMULATION, {"batch_size": 4, "accumulation": MOST_ACCUMULATION}),
    ],
)
def test_half_a_batch_is_accumulated_twice(
    batch: int, accumulation: int, halved: dict[str, int]
) -> None:
    assert half_batch({"batch_size": batch, "accumulation": accumulation}) == halved


def test_batch_that_cannot_accumulate_is_left() -> None:
    assert half_batch({"batch_size": 32}) == {}


@pytest.mark.parametrize(
    ("values", "less"),
    [
        ({"max_tokens": 128}, {"max_tokens": 64}),
        ({"max_tokens": 2 * LEAST_TOKENS}, {"max_tokens": LEAST_TOKENS}),
        ({"max_tokens": 2 * LEAST_TOKENS - 1}, {}),
        ({"pixels": 224}, {"pixels": 112}),
        ({"pixels": LEAST_PIXELS}, {}),
        ({}, {}),
    ],
)
def test_less_is_read_down_to_a_least(values: dict[str, int], less: dict[str, int]) -> None:
    assert less_to_read(values) == less


def test_instant_model_has_nothing_milder() -> None:
    assert list(lighter(choice("instant"), list(BASES.values()))) == []
    assert smaller_base(BASES["instant"], list(BASES.values())) is None


@pytest.mark.parametrize("base", [name for name in BASES if name != "instant"])
def test_milder_choices_take_no_more_memory_and_fit_the_task(base: str) -> None:
    here = choice(base)
    for other in lighter(here, list(BASES.values())):
        assert 0 < other.memory_share <= 1
        assert other.why.key.startswith("train.plan.")
        TASK.params(**{**here.values, **other.changes, "base": other.base.name})


def test_fast_one_is_not_offered_its_own_preset() -> None:
    found = list(lighter(choice("scratch", "fast"), []))
    assert [other for other in found if other.why.key == "train.plan.fast"] == []


def test_smaller_base_is_the_next_one_down() -> None:
    by_size = sorted(BASES.values(), key=lambda base: base.size_mb)
    biggest, next_down = by_size[-1], [b for b in by_size if b.size_mb < by_size[-1].size_mb][-1]
    found = smaller_base(biggest, by_size)
    assert found is not None
    assert found.size_mb == next_down.size_mb
