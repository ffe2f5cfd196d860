"""What several media bring together over the best of them alone, on the same rows; it reads no file."""

from collections.abc import Mapping, Sequence

import numpy as np

from bigmodel.core.results.results import Measure
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats

Points = Floats  # (columns, rows): their means make the measure


def of_right(truth: Sequence[str], named: Sequence[str]) -> Points:
    """Return what the share of right answers is the mean of."""
    return np.array([[float(one == true) for one, true in zip(named, truth, strict=True)]])


def of_errors(truth: Floats, values: Floats) -> Points:
    """Return what R² is made of: squared errors, truths around their mean, and their squares."""
    centred = truth - truth.mean()
    return np.stack([np.square(values - truth), centred, np.square(centred)])


def gain(together: Points, alone: Mapping[str, Points]) -> tuple[str, Measure]:
    """Return the medium that does best alone, and by how much all together beat it, with the interval of the difference.

    A paired bootstrap: every resample draws the same rows for both. The best alone is the best on these very rows,
    which is the hardest to beat.
    """
    best = max(alone, key=lambda name: float(_measure(_means(alone[name]))[0]))
    columns = np.concatenate([together, alone[best]])
    half = len(together)

    def differences(means: Floats) -> dict[str, Floats]:
        return {"gain": _measure(means[:half]) - _measure(means[half:])}

    value = float(differences(_means(columns))["gain"][0])
    return best, intervals.around(value, *intervals.of_rows(columns, differences)["gain"])


def measure_of(points: Points) -> Measure:
    """Return the measure itself with its interval."""
    ends = intervals.of_rows(points, lambda means: {"value": _measure(means)})["value"]
    return intervals.around(float(_measure(_means(points))[0]), *ends)


def _means(points: Points) -> Floats:
    found: Floats = points.mean(axis=1, keepdims=True)
    return found


def _measure(means: Floats) -> Floats:
    """Return the share of right answers, or R², from the means of points, (columns, resamples)."""
    if len(means) == 1:
        share: Floats = means[0]
        return share
    spread = means[2] - means[1] ** 2
    r2: Floats = 1 - means[0] / np.where(spread > 1e-12, spread, 1.0)
    return r2
