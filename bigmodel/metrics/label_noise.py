"""Which labels look wrong, from probabilities of models that did not learn from the rows they judge: numpy only.

Confident learning: Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset
Labels" (Journal of Artificial Intelligence Research 70). A class's threshold is the mean probability of that
class over the rows labelled so; a row whose probability of another class passes that class's threshold counts
as confidently of that class.
"""

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]
Codes = NDArray[np.int64]


def thresholds(shares: Shares, given: Codes) -> Shares:
    """Return the threshold of each class, (classes,); 1 for a class that no row has.

    Args:
        shares: (rows, classes) out-of-fold probabilities.
        given: (rows,) the class each row is labelled with.
    """
    sums = np.bincount(
        given, weights=shares[np.arange(len(given)), given], minlength=shares.shape[1]
    )
    counts = np.bincount(given, minlength=shares.shape[1])
    return np.where(counts > 0, sums / np.maximum(1, counts), 1.0)


def confident_classes(shares: Shares, given: Codes) -> Codes:
    """Return the class each row is confidently of, -1 for none: the likeliest that passes its threshold."""
    passed = np.where(shares >= thresholds(shares, given), shares, -1.0)
    best = passed.argmax(axis=1)
    return np.where(passed.max(axis=1) >= 0, best, -1)


def rank_labels(shares: Shares, given: Codes) -> tuple[Codes, int]:
    """Return rows from the most to the least doubtful label, and how many are confidently of another class.

    Those come first; within each part the normalised margin decides: probability of the given class less that
    of the likeliest other one.
    """
    rows = np.arange(len(given))
    others = shares.copy()
    others[rows, given] = -1.0
    margin = shares[rows, given] - others.max(axis=1, initial=0.0)
    sure = confident_classes(shares, given)
    is_other = (sure >= 0) & (sure != given)
    return np.lexsort((margin, ~is_other)).astype(np.int64), int(is_other.sum())
