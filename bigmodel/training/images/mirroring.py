"""Whether pictures may be mirrored while learning, told from the pictures themselves; it never needs torch.

A flower is one in the mirror too; a "b" is a "d" there, and a shoe that always points to the left is no longer one of
these. So a quick judge learns some pictures as they are and is asked about others, as they are and mirrored; where
nothing is known of classes, it is looked which lie nearer to the others. Edges tell it, for the features of trained
networks were made blind to mirroring.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bigmodel.core.task import Params, Reporter
from bigmodel.metrics.intervals import Z
from bigmodel.training.images.features import Floats, look_plainly

MOST_ROWS = 1_500  # that are looked at
ASKED = 3  # of so many one is asked about, the others are learned from
LEAST_LOSS = 0.02  # of the pictures asked about, chance aside: less is not worth giving up twice the pictures
STRENGTH, STEPS = 3e-3, 80  # of the judge, on standardised features

P = TypeVar("P", bound=Params)


def settled(
    params: P, squares: NDArray[np.uint8], classes: NDArray[np.int64], report: Reporter
) -> P:
    """Return the settings with `mirrored` chosen by the pictures to learn from, where a person leaves that open; a no is said."""
    if getattr(params, "mirrored", "") != "auto":
        return params
    plain, turned = as_they_are_and_mirrored(squares, classes)
    lost = plain.astype(float) - turned
    half = Z * lost.std(ddof=1) / np.sqrt(len(lost)) if len(lost) > 1 else 1.0
    is_worse = bool(lost.size and lost.mean() - half > LEAST_LOSS)
    if is_worse:
        key = "judged" if len(np.unique(classes)) > 1 else "near"
        plainly, mirrored = (round(100 * float(fits.mean())) for fits in (plain, turned))
        report.note(f"training.note.not_mirrored_{key}", plain=plainly, mirrored=mirrored)
    return params.model_copy(update={"mirrored": "no" if is_worse else "yes"})


def as_they_are_and_mirrored(
    squares: NDArray[np.uint8], classes: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return of some pictures whether they fit to the others as they are, and whether they do mirrored, (pictures,) each."""
    order = np.random.default_rng(0).permutation(len(squares))[:MOST_ROWS]
    asked, known = order[::ASKED], np.delete(order, np.s_[::ASKED])
    if not len(known):
        return np.zeros(0, bool), np.zeros(0, bool)
    learned = look_plainly(squares[known])
    plain, turned = (look_plainly(one) for one in (squares[asked], squares[asked][:, :, ::-1]))
    if len(np.unique(classes[known])) < 2:
        near = [_nearest(one, learned) for one in (plain, turned)]
        return near[0] < near[1], near[1] < near[0]
    centre, spread = learned.mean(axis=0), np.maximum(learned.std(axis=0), 1e-3)
    judge = LogisticRegression(C=STRENGTH, max_iter=STEPS)
    judge.fit((learned - centre) / spread, classes[known])
    right = [judge.predict((one - centre) / spread) == classes[asked] for one in (plain, turned)]
    return right[0], right[1]


def _nearest(some: Floats, others: Floats) -> Floats:
    """Return the squared distance to the nearest of the others, (some,)."""
    far = (others**2).sum(axis=1)[None] - 2 * some @ others.T
    found: Floats = far.min(axis=1) + (some**2).sum(axis=1)
    return found
