"""A fitted logistic regression as weights and a bias; it never fits one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def class_rows(
    model: Any, count: int, unseen: float = -1e4
) -> tuple[Floats, Floats]:  # Any: scikit-learn
    """Return weights (count, features) and a bias (count,): a row for each class, also where two share one.

    A class that was in no row has no say: its bias is `unseen`.
    """
    weights = np.zeros((count, model.coef_.shape[1]))
    bias = np.full(count, unseen)
    if len(model.classes_) == 2:
        low, high = model.classes_
        weights[high], bias[high], bias[low] = model.coef_[0], model.intercept_[0], 0.0
    else:
        weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias
