"""Fréchet distances of known Gaussians, and what is said of made pictures."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bigmodel.answers.made import ANSWER, Made
from bigmodel.core.errors import ModelError
from bigmodel.metrics.pictures import made
from bigmodel.metrics.pictures.made import Shown, frechet_distance

DICE = np.random.default_rng(1)


def exact(mean: list[float], spread: list[float]) -> np.ndarray:  # type: ignore[type-arg]
    """Return rows of exactly this mean and these standard deviations, uncorrelated."""
    rows = DICE.standard_normal((400, len(mean)))
    rows -= rows.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(rows.T))
    return rows @ axes / np.sqrt(values) * spread + mean


def shown(numbers: float = 0.0, *, right: int = 3, copies: int = 0) -> Shown:
    rows = exact([0.0, 0.0], [1.0, 1.0])
    flags = np.arange(400)
    return Shown(
        rows + numbers, rows, rows, flags % 4 < right, None, flags < copies, flags < 0, "plain"
    )


def test_distance_is_that_of_the_closed_form() -> None:
    # |m₁ − m₂|² + Σ (s₁ − s₂)² where both are uncorrelated
    one, other = exact([1.0, 2.0], [1.0, 3.0]), exact([1.0, 0.0], [2.0, 1.0])
    assert frechet_distance(one, other) == pytest.approx(4 + 1 + 4)


def test_distance_to_itself_is_nothing() -> None:
    rows = DICE.standard_normal((50, 8))
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-9)


def test_distance_is_the_same_both_ways_with_correlations() -> None:
    one, other = (DICE.standard_normal((90, 5)) @ DICE.standard_normal((5, 5)) for _ in range(2))
    assert frechet_distance(one, other) == pytest.approx(frechet_distance(other, one))


def test_fewer_rows_than_axes_are_measured() -> None:
    assert frechet_distance(*(DICE.standard_normal((5, 9)) for _ in range(2))) > 0


def test_evaluation_stands_beside_the_baseline_and_the_floor() -> None:
    found = made.evaluate(shown(1.0), {"instant": shown(2.0)}, learned=2_000, is_folded=False)
    values = {name: measure.value for name, measure in found.measures.items()}
    assert values["frechet_distance"] == pytest.approx(2)
    assert values["baseline_frechet_distance"] == pytest.approx(8)
    assert values["floor_frechet_distance"] == pytest.approx(0, abs=1e-9)
    assert (values["judged_right"], values["copied"]) == (0.75, 0)
    keys = [remark.key.rpartition(".")[2] for remark in found.remarks]
    assert keys == ["made_by_plain", "made_instant", "made_copied"]


def test_no_better_than_the_baseline_is_warned_of() -> None:
    found = made.evaluate(shown(2.0), {"instant": shown(1.0)}, learned=2_000, is_folded=False)
    [told] = [remark for remark in found.remarks if remark.key.endswith("made_no_better")]
    assert told.level == "warning"


def test_instant_model_is_its_own_baseline() -> None:
    found = made.evaluate(shown(1.0), {}, learned=2_000, is_folded=False)
    assert found.measures["baseline_frechet_distance"] == found.measures["frechet_distance"]
    assert not any("instant" in remark.key or "no_better" in remark.key for remark in found.remarks)


def test_copies_and_few_photos_are_warned_of() -> None:
    found = made.evaluate(shown(copies=40), {}, learned=150, is_folded=False)
    levels = {remark.key.rpartition(".")[2]: remark.level for remark in found.remarks}
    assert levels["made_copied"] == levels["made_few"] == "warning"


def test_without_classes_nothing_is_judged() -> None:
    bare = replace(shown(), is_judged=None)
    assert "judged_right" not in made.headline(bare)


def test_comparison_holds_the_difference_and_says_which_is_nearer() -> None:
    found = made.compare(shown(0.5), shown(2.0, right=2))
    [compared] = found.measures
    assert compared.difference.value == pytest.approx(0.5 - 8)
    assert compared.difference.low <= compared.difference.value <= compared.difference.high
    assert found.sentence.key == "compare.sentence.made_better_sure"
    assert found.is_gained.sum() == 100
    assert made.compare(shown(), shown()).sentence.key == "compare.sentence.made_same"


@pytest.mark.parametrize("other", [{"features": "lite0"}, {"side": 64}])
def test_distances_by_other_features_or_of_another_size_are_not_compared(
    other: dict[str, Any],
) -> None:
    dice = np.random.default_rng(2)
    rows = [
        Made("", 32, b"", numbers=tuple(dice.random(2)), photo=tuple(dice.random(2)), learned=(0.0, 0.0), features="plain")
        for _ in range(20)
    ]  # fmt: skip
    assert ANSWER.compare([""] * 20, rows, rows).sentence.key == "compare.sentence.made_same"
    with pytest.raises(ModelError, match="compare_other_features"):
        ANSWER.compare([""] * 20, [replace(row, **other) for row in rows], rows)
