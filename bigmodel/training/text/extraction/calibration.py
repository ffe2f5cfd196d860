"""How sure an answer is to be: a line through the log-odds of shares, fitted to held-out rows (Platt 1999)."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]

from bigmodel.training.text.extraction.choice import AS_IT_IS

FEWEST = 10  # rows, below which shares are left as they are
ABOUT_RIGHT = 0.5  # F1
PENALTY = 0.5


def fit_line(shares: Sequence[float], f1: Sequence[float]) -> tuple[float, float]:
    """Return slope and offset that turn shares of choices into how often such choices are about right."""
    if len(shares) < FEWEST:
        return AS_IT_IS
    share = np.clip(np.asarray(shares, np.float64), 1e-6, 1 - 1e-6)
    odds = np.log(share / (1 - share))
    right = np.asarray(f1, np.float64) >= ABOUT_RIGHT

    def loss(line: np.ndarray) -> float:
        raw = line[0] * odds + line[1]
        errors = np.logaddexp(0.0, np.where(right, -raw, raw))
        return float(errors.sum() + PENALTY * ((line[0] - 1) ** 2 + line[1] ** 2))

    found = minimize(loss, np.array(AS_IT_IS), method="L-BFGS-B", bounds=((0.05, 3.0), (-5, 5)))
    return float(found.x[0]), float(found.x[1])
