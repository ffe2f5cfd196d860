"""Intervals are of the width that theory gives, and lines keep their areas."""

import numpy as np
import pytest

from bigmodel.metrics import counts, intervals, roc


def test_wilson_agrees_with_the_published_value() -> None:
    measure = intervals.wilson(81, 263)  # Newcombe 1998, table I, method 3
    assert (round(measure.low, 4), round(measure.high, 4)) == (0.2553, 0.3662)


def test_wilson_of_nothing_is_everything() -> None:
    measure = intervals.wilson(0, 0)
    assert (measure.value, measure.low, measure.high) == (0.0, 0.0, 1.0)


def test_resampled_accuracy_agrees_with_wilson() -> None:
    matrix = np.array([[450, 50], [30, 470]])
    low, high = intervals.of_counts(matrix, counts.measures)["accuracy"]
    theory = intervals.wilson(920, 1000)
    assert (low, high) == pytest.approx((theory.low, theory.high), abs=0.005)


def test_resampled_mean_agrees_with_theory() -> None:
    values = np.random.default_rng(0).normal(5, 2, 2500)[None]
    low, high = intervals.of_rows(values, lambda means: {"mean": means[0]})["mean"]
    assert high - low == pytest.approx(2 * intervals.Z * 2 / 50, rel=0.1)


def test_batches_of_resamples_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.array([[45, 5], [3, 47]])
    whole = intervals.of_counts(matrix, counts.measures)
    monkeypatch.setattr(intervals, "CELLS_AT_ONCE", 40)
    assert intervals.of_counts(matrix, counts.measures) == whole


def test_thinned_line_keeps_shape_and_area() -> None:
    random = np.random.default_rng(0)
    is_class = random.random(20_000) < 0.3
    line = roc.roc_line("a", is_class, random.normal(size=20_000) + is_class)
    assert line is not None
    assert len(line.x) <= 200
    assert (line.x[0], line.y[0], line.x[-1], line.y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(line.y, line.x) == pytest.approx(line.area, abs=0.002)


def test_one_sided_rows_have_no_line() -> None:
    assert roc.roc_line("a", np.array([True, True]), np.array([0.1, 0.2])) is None
    assert roc.precision_recall_line("a", np.array([False]), np.array([0.1])) is None


def test_shares_have_a_width_where_all_rows_were_right() -> None:
    columns = np.ones((1, 20))
    made = intervals.of_means(
        columns, lambda means: {"right": means[0], "loss": means[0]}, ["right"]
    )
    assert made["loss"].low == made["loss"].high == 1
    assert made["right"].low == pytest.approx(intervals.wilson(20, 20).low)


def test_models_that_err_alike_differ_by_nothing() -> None:
    errors = np.random.default_rng(0).random((1, 200))
    found = intervals.compared(errors + 0.25, errors, lambda means: {"mae": means[0]})["mae"]
    by = found.difference
    assert (by.value, by.low, by.high) == pytest.approx((0.25, 0.25, 0.25))
    assert found.new.low < found.old.value + 0.25 < found.new.high
