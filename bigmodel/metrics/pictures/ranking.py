"""Boxes from the surest to the least sure: what is found and drawn wrongly from each certainty on, curves, and intervals of mAP.

A box is right as COCO matches it: the surest first, each true box once, by at least a given overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.boxes import Box, overlap
from bigmodel.core.results.results import Measure
from bigmodel.metrics.counts import Floats, Ints
from bigmodel.metrics.intervals import SEED, around
from bigmodel.metrics.pictures.detection import MOST_BOXES, RIGHT, Detected, Truth

OVERLAPS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
RECALLS = np.linspace(0, 1, 101)
STEPS = tuple(round(0.05 * step, 2) for step in range(1, 20))  # certainties to choose from
RESAMPLES, FEWEST = 500, 50
CELLS = 20_000_000  # boxes times overlaps times resamples, about two seconds
MOST_POINTS = 200  # of a curve


@dataclass(frozen=True)
class Ranked:
    """Boxes of one kind, the surest first: their pictures, certainties and whether they are right at each overlap.

    `true` is how many true boxes each picture has; `right` is (overlaps, boxes).
    """

    kind: str
    true: Ints
    picture: Ints
    sure: Floats
    right: NDArray[np.bool_]

    def curve(self) -> tuple[Floats, Floats]:
        """Return recall and precision after each box, at the lowest overlap."""
        found = np.cumsum(self.right[0])
        return found / max(1, self.true.sum()), found / np.arange(1, len(found) + 1)


def ranked(
    truth: Truth, answers: Sequence[Detected], kind: str, overlaps: Sequence[float] = OVERLAPS
) -> Ranked:
    """Return the boxes of one kind in all pictures in the order they count."""
    found: list[tuple[float, int, list[bool]]] = []
    true = np.zeros(len(truth), np.int64)
    for row, (boxes, answer) in enumerate(zip(truth, answers, strict=True)):
        mine = [box for box in boxes if box.kind == kind]
        true[row] = len(mine)
        order = Detected(answer.boxes, answer.sureness, 0.0).shown()
        named = [(box, sure) for box, sure in order if box.kind == kind][:MOST_BOXES]
        right = _right(mine, [box for box, _ in named], overlaps)
        found += [(sure, row, right[:, at].tolist()) for at, (_, sure) in enumerate(named)]
    found.sort(key=lambda one: -one[0])
    flags = np.array([one[2] for one in found], bool).reshape(len(found), len(overlaps)).T
    rows, sure = np.array([one[1] for one in found], np.int64), [one[0] for one in found]
    return Ranked(kind, true, rows, np.array(sure, np.float64), flags)


def _right(
    true: Sequence[Box], named: Sequence[Box], overlaps: Sequence[float]
) -> NDArray[np.bool_]:
    """Return which boxes of a picture are right at each overlap, (overlaps, boxes)."""
    made = np.zeros((len(overlaps), len(named)), bool)
    near = np.array([[overlap(one, box) for one in true] for box in named])
    for at, least in enumerate(overlaps):
        free = np.ones(len(true), bool)
        for number in range(len(named) if len(true) else 0):
            shares = np.where(free, near[number], -1.0)
            best = int(shares.argmax())
            if shares[best] >= least - 1e-10:
                made[at, number], free[best] = True, False
    return made


def resampled(
    truth: Truth, answers: Sequence[Detected], kinds: Sequence[str], means: dict[str, float]
) -> dict[str, Measure]:
    """Return map, map_50 and map_75 with intervals from resamples of whole pictures."""
    every = [ranked(truth, answers, kind) for kind in kinds]
    every = [one for one in every if one.true.any()]
    cells = len(OVERLAPS) * max(1, sum(len(one.sure) + len(RECALLS) for one in every))
    times = int(np.clip(CELLS // cells, FEWEST, RESAMPLES))
    dice = np.random.default_rng(SEED)
    drawn = {name: np.zeros(times) for name in means}
    for turn in range(times):
        weight = np.bincount(dice.integers(0, len(truth), len(truth)), minlength=len(truth))
        of_kinds = [_precision(one, weight) for one in every if (one.true * weight).any()]
        mean = np.mean(of_kinds, axis=0) if of_kinds else np.zeros(len(OVERLAPS))
        for name, value in zip(("map", "map_50", "map_75"), (mean.mean(), mean[0], mean[5]), strict=True):  # fmt: skip
            drawn[name][turn] = value
    ends = {name: np.percentile(values, [2.5, 97.5]) for name, values in drawn.items()}
    return {name: around(value, *map(float, ends[name])) for name, value in means.items()}


def _precision(one: Ranked, weight: Ints) -> Floats:
    """Return the average precision at each overlap where a picture counts as often as its weight says."""
    times, total = weight[one.picture], (one.true * weight).sum()
    found = np.cumsum(one.right * times, axis=1)
    precision = found / np.maximum(np.cumsum(times), 1)
    highest = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    made = np.zeros((len(found), len(RECALLS)))
    for at, line in enumerate(found):
        places = np.searchsorted(line / total, RECALLS, side="left")
        is_reached = places < len(line)
        made[at, is_reached] = highest[at, places[is_reached]]
    average: Floats = made.mean(axis=1)
    return average


def by_certainty(
    truth: Truth, answers: Sequence[Detected], threshold: float, kinds: Sequence[str]
) -> list[dict[str, float]]:
    """Return what is found and drawn wrongly from each certainty on, the lowest first, the shown one among them."""
    every = [ranked(truth, answers, kind, (RIGHT,)) for kind in kinds]
    sure = np.concatenate([one.sure for one in every] or [np.zeros(0)])
    right = np.concatenate([one.right[0] for one in every] or [np.zeros(0, bool)])
    true = sum(int(one.true.sum()) for one in every)
    rows = []
    for least in sorted({*STEPS, threshold}):
        is_shown = sure >= least
        found = int((right & is_shown).sum())
        rows.append(
            {
                "threshold": least,
                "true": true,
                "found": found,
                "false": int(is_shown.sum()) - found,
            }
        )
    return rows


def lines(
    truth: Truth, answers: Sequence[Detected], precision: dict[str, float]
) -> list[dict[str, object]]:
    """Return precision by recall of each kind at an overlap of half, the area below it as COCO counts it."""
    made: list[dict[str, object]] = []
    for kind in precision:
        one = ranked(truth, answers, kind, (RIGHT,))
        across, up = one.curve()
        if not len(across):
            continue
        chosen = np.unique(np.linspace(0, len(across) - 1, MOST_POINTS).round().astype(int))
        area = float(_precision(one, np.ones(len(truth), np.int64))[0])
        x, y = (side[chosen].round(4).tolist() for side in (across, up))
        made.append({"label": kind, "x": x, "y": y, "area": area})
    return made
