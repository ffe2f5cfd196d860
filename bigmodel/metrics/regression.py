"""How well numbers are answered: from truths and values to measures and pairs; it reads no file."""

from collections.abc import Mapping, Sequence

import numpy as np

from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals, sentence
from bigmodel.metrics.counts import Floats

MOST_PAIRS = 2_000


def headline(truth: Sequence[str], values: Sequence[float] | Floats) -> dict[str, float]:
    """Return every measure without its interval; nothing for no rows. Truths must read as numbers."""
    if not truth:
        return {}
    means = _columns(_numbers(truth), _values(values)).mean(axis=1, keepdims=True)
    return {name: float(value[0]) for name, value in _from_means(means).items()}


def evaluate(
    truth: Sequence[str],
    values: Sequence[float] | Floats,
    *,
    beside: Mapping[str, Floats] | None = None,
    baseline_truth: Sequence[str] = (),
    is_folded: bool = False,
) -> Results:
    """Return the whole evaluation of at least one row.

    Args:
        beside: values of other models on the same rows, by the name they are shown under.
        baseline_truth: targets of the training rows; their mean is the simplest guess (`mean`).
            Without them, the mean of the tested rows.
    """
    true, answered = _numbers(truth), _values(values)
    others = {name: _values(rows) for name, rows in (beside or {}).items()}
    guess = float(_numbers(baseline_truth or truth).mean())
    others["mean"] = np.full(len(true), guess)
    return Results(
        family="regression",
        rows=len(truth),
        labels=(),
        measures=_measures(true, answered),
        sentence=sentence.of_numbers(true, answered, guess, is_folded=is_folded),
        remarks=sentence.remarks_on_numbers(
            true, answered, guess, instant=others.get("instant"), is_folded=is_folded
        ),
        beside={name: _measures(true, values) for name, values in others.items()},
        panels=(Panel("pairs", {"pairs": _pairs(true, answered)}, "pages.results.pairs"),),
        is_folded=is_folded,
    )


def _measures(true: Floats, answered: Floats) -> dict[str, Measure]:
    return intervals.of_means(_columns(true, answered), _from_means)


def _columns(true: Floats, answered: Floats) -> Floats:
    """Return what the measures are means of: squared and plain error, truth (centred) and its square."""
    error = answered - true
    centred = true - true.mean() if np.ptp(true) > 0 else np.zeros(len(true))
    return np.stack([error**2, np.abs(error), centred, centred**2])


def _from_means(means: Floats) -> dict[str, Floats]:
    """Return the measures from the means of `_columns`, shaped (4, resamples)."""
    mse, mae = means[0], means[1]
    variance = means[3] - means[2] ** 2
    varies = variance > 1e-12 * means[3]  # below it, only rounding is left
    spread = np.where(varies, variance, 1.0)
    r2 = np.where(varies, 1.0 - mse / spread, np.where(mse > 0, 0.0, 1.0))
    return {"mse": mse, "rmse": np.sqrt(mse), "mae": mae, "r2": r2}


def _numbers(texts: Sequence[str]) -> Floats:
    return np.array([float(text.strip().replace(",", ".")) for text in texts], dtype=np.float64)


def _values(values: Sequence[float] | Floats) -> Floats:
    return np.array(values, dtype=np.float64)


def _pairs(true: Floats, answered: Floats) -> tuple[tuple[float, float], ...]:
    """Return (true, answered), evenly chosen along the file when there are too many for a figure."""
    chosen = np.unique(np.linspace(0, len(true) - 1, min(len(true), MOST_PAIRS)).astype(np.intp))
    return tuple(zip(true[chosen].tolist(), answered[chosen].tolist(), strict=True))
