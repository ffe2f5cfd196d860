"""Confident learning: thresholds of classes, and labels against the evidence come first."""

import numpy as np

from bigmodel.metrics.label_noise import confident_classes, rank_labels, thresholds

SHARES = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8], [0.12, 0.88], [0.55, 0.45]])
GIVEN = np.array([0, 0, 1, 1, 0, 0])


def test_threshold_is_the_mean_of_the_rows_labelled_so() -> None:
    assert np.allclose(thresholds(SHARES, GIVEN), [0.5925, 0.85])


def test_row_is_confidently_of_a_class_that_passes_its_threshold() -> None:
    assert confident_classes(SHARES, GIVEN).tolist() == [0, 0, 1, -1, 1, -1]


def test_label_against_the_evidence_comes_first() -> None:
    order, sure = rank_labels(SHARES, GIVEN)
    assert (order[0], order[1], sure) == (4, 5, 1)


def test_class_without_rows_takes_nobody() -> None:
    shares = np.array([[0.5, 0.3, 0.2], [0.3, 0.5, 0.2]])
    assert confident_classes(shares, np.array([0, 1])).tolist() == [0, 1]
