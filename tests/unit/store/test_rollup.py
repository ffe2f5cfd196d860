"""Thinning of curves: bounds and means are those of the points, whatever lies between."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bigmodel.store.rollup import FACTOR, LEVELS, READ_AHEAD, join, level_to_read, span_of, thin

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=60)


def spans(values: list[float]) -> list[Any]:
    return [span_of(step, value) for step, value in enumerate(values)]


@given(VALUES, st.integers(1, 30))
def test_thin_curve_has_the_points_and_the_bounds_of_all(values: list[float], most: int) -> None:
    curve = thin("loss", spans(values), most)
    known = [value for value in values if not math.isnan(value)]
    assert len(curve.steps) == len(curve.values) <= most
    assert curve.points == len(values)
    assert curve.steps[-1] == len(values) - 1
    if curve.low and known:
        assert min(low for low in curve.low if not math.isnan(low)) == min(known)
        assert max(high for high in curve.high if not math.isnan(high)) == max(known)


def test_curve_that_fits_is_left_as_it_is() -> None:
    curve = thin("loss", spans([3.0, 1.0, 2.0]), 3)
    assert (curve.values, curve.low, curve.high) == ((3.0, 1.0, 2.0), (), ())


def test_mean_leaves_out_what_is_no_number() -> None:
    curve = thin("loss", spans([1.0, math.nan, math.nan, math.nan]), 2)
    assert curve.steps == (1, 3)
    assert curve.values[0] == 1.0
    assert math.isnan(curve.values[1])
    assert math.isnan(curve.low[1])


@given(VALUES, st.data())
def test_spans_join_alike_in_one_go_and_in_two(values: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(values) - 1))
    all_spans = spans(values)
    parts = [join(part) for part in (all_spans[:cut], all_spans[cut:]) if part]
    once, twice = join(all_spans), join(parts)
    assert (once.step, once.numbers, once.points) == (twice.step, twice.numbers, twice.points)
    assert [once.low, once.high] == pytest.approx([twice.low, twice.high], nan_ok=True)
    assert once.total == pytest.approx(twice.total, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("points", [10, 1_000, 100_000, 10**7, 10**9])
def test_level_is_the_finest_that_reads_little(points: int) -> None:
    level = level_to_read(points, points, 300)
    assert 0 <= level <= LEVELS
    assert level == LEVELS or points // FACTOR**level <= READ_AHEAD * 300
    assert level == 0 or points // FACTOR ** (level - 1) + 2 > READ_AHEAD * 300


def test_sparse_curve_is_read_from_its_points() -> None:
    assert level_to_read(50, 10**9, 300) == 0
