"""A fitted logistic regression as rows of weights: they answer as it does, and a class that was never seen is never said."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bigmodel.training.frozen.logistic import class_rows


@pytest.mark.parametrize("seen", [(0, 2), (0, 1, 3)])
def test_rows_answer_as_the_model_does(seen: tuple[int, ...]) -> None:
    features = np.random.default_rng(0).normal(size=(60, 3))
    classes = np.array(seen)[np.argsort(features[:, : len(seen)], axis=1)[:, -1]]
    model = LogisticRegression().fit(features, classes)
    weights, bias = class_rows(model, 4)
    raw = features @ weights.T + bias
    shares = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
    assert shares[:, seen] == pytest.approx(model.predict_proba(features))
    assert shares[:, [one for one in range(4) if one not in seen]].max() == 0
