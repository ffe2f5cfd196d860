"""Measures of numbers agree with scikit-learn, and hold up where it gives up."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from bigmodel.metrics.regression import evaluate, headline

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=50)


@settings(max_examples=80, deadline=None)
@given(rows)
def test_headline_agrees_with_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    true, answered = zip(*pairs, strict=True)
    assume(np.ptp(true) > 0)  # of equal truths, scikit-learn's R² is what rounding leaves
    found = headline([str(value) for value in true], answered)
    assert found["mse"] == pytest.approx(reference.mean_squared_error(true, answered))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(true, answered))
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(true, answered))
    assert found["r2"] == pytest.approx(reference.r2_score(true, answered), rel=1e-4, abs=1e-6)


def test_intervals_hold_their_values() -> None:
    random = np.random.default_rng(0)
    true = random.normal(size=400)
    results = evaluate([str(value) for value in true], [value * 0.9 for value in true])
    for measure in results.measures.values():
        assert measure.low < measure.value < measure.high


def test_constant_truth_explains_nothing() -> None:
    assert headline(["0.1"] * 3, [0.1] * 3)["r2"] == 1.0
    assert headline(["0.1"] * 3, [0.2] * 3)["r2"] == 0.0


def test_headline_of_no_rows_is_empty() -> None:
    assert headline([], []) == {}


def test_mean_of_training_stands_beside() -> None:
    results = evaluate(["1", "3"], [1.0, 3.0], baseline_truth=["2", "2"])
    assert results.beside["mean"]["mae"].value == 1.0
    assert results.sentence.args == {"rows": 2, "error": 0.0, "half": 0.0, "mean": 1.0}


def test_answering_the_mean_is_remarked() -> None:
    results = evaluate(["1", "3"] * 60, [2.0] * 120)
    assert [remark.key for remark in results.remarks] == ["results.remarks.no_better_than_mean"]


def test_pairs_are_thinned_for_the_figure() -> None:
    results = evaluate([str(i) for i in range(5000)], [float(i) for i in range(5000)])
    pairs = results.panels[0].data["pairs"]
    assert len(pairs) == 2000
    assert (pairs[0], pairs[-1]) == ((0.0, 0.0), (4999.0, 4999.0))
