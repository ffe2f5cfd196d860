"""Learning curves: their sizes, what more rows bring, and when nobody can tell."""

import pytest

from bigmodel.metrics.growth import LearningCurve, growth, sizes

LEARNED = [12, 19, 31, 50, 80]


def made(errors: list[float], held: int = 100, rows: int = 100) -> LearningCurve:
    """Return the growth of six repeats around these errors."""
    right = [
        [1 - error * (1 + tilt) for error in errors] for tilt in (-0.1, -0.05, 0, 0, 0.05, 0.1)
    ]
    return growth(LEARNED, right, held=held, rows=rows, more=20)


@pytest.mark.parametrize(("most", "fewest"), [(48, 6), (800, 6), (16, 6), (3, 6)])
def test_sizes_rise_to_the_most_and_stay_above_the_fewest(most: int, fewest: int) -> None:
    found = sizes(most, fewest)
    assert found == sorted(set(found))
    assert all(fewest <= size <= most for size in found)
    assert (found[-1:] == [most]) == (most >= fewest)


def test_power_law_is_followed_beyond_the_curve() -> None:
    error = {rows: 0.8 * rows**-0.5 for rows in (*LEARNED, 100, 120)}
    found = made([error[rows] for rows in LEARNED])
    assert found.gain is not None
    assert found.gain[0] <= error[100] - error[120] <= found.gain[1]
    assert found.gain[1] - found.gain[0] < 0.01


def test_flat_curve_promises_nothing() -> None:
    found = made([0.3] * 5)
    assert found.gain is not None
    assert found.gain[1] < 0.005


def test_curve_that_falls_promises_no_harm() -> None:
    found = made([0.2, 0.22, 0.24, 0.26, 0.28])
    assert found.gain == (0.0, 0.0)


def test_no_mistake_at_all_is_no_trouble() -> None:
    found = made([0.0] * 5)
    assert found.gain is not None
    assert found.gain[1] < 0.005


@pytest.mark.parametrize(
    ("learned", "repeats", "held"), [(LEARNED, 6, 29), (LEARNED[:2], 6, 100), (LEARNED, 1, 100)]
)
def test_too_little_says_it_cannot_tell(learned: list[int], repeats: int, held: int) -> None:
    right = [[0.5 + 0.05 * place for place in range(len(learned))]] * repeats
    assert growth(learned, right, held=held, rows=100, more=20).gain is None


def test_points_carry_the_interval_of_their_answers() -> None:
    first, *_ = made([0.2] * 5, held=50).points
    assert first.low < first.accuracy < first.high
    assert first.high - first.low > 0.15


def test_nothing_measured_is_an_empty_curve() -> None:
    assert growth([], [], held=0, rows=20, more=20) == LearningCurve(more=20)


def test_growth_survives_its_file() -> None:
    found = made([0.4, 0.3, 0.25, 0.2, 0.18])
    assert LearningCurve.from_json(found.to_json()) == found
