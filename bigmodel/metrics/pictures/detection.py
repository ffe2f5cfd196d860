"""Metrics of boxes around objects: mean average precision as COCO counts it, and what is found and drawn wrongly at a threshold.

Average precision is computed by faster-coco-eval (101 recall points, at most 100 boxes a picture). At the shown
threshold a box is right if it overlaps a true one of its kind by at least half (intersection over union), each
true one once, the surest box first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster  # type: ignore[import-untyped]

from bigmodel.core.datasets.boxes import Box, overlap
from bigmodel.core.results.comparison import Compared
from bigmodel.core.results.results import Measure
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats, KindCounts, ratio

RIGHT = 0.5  # overlap from which a box is right
SHARES = ("box_recall", "box_precision")
TOUCHING = 0.1  # overlap from which a wrong box is beside a true one rather than of nothing
MOST_BOXES = 100  # of a picture
FAULTS = ("found", "loose", "wrong_kind", "missed", "invented")
Truth = Sequence[Sequence[Box]]


@dataclass(frozen=True)
class Detected:
    """The boxes that a model found in one picture, the surest first or not, and from which certainty on they are shown."""

    boxes: Sequence[Box]
    sureness: Sequence[float]
    threshold: float

    def shown(self) -> list[tuple[Box, float]]:
        """Return what is shown, the surest first."""
        pairs = zip(self.boxes, self.sureness, strict=True)
        return sorted((p for p in pairs if p[1] >= self.threshold), key=lambda p: -p[1])


def average_precision(
    truth: Truth, answers: Sequence[Detected], kinds: Sequence[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return map, map_50 and map_75 over the kinds that occur, and the average precision of each of these kinds."""
    names = sorted({box.kind for row in truth for box in row} | set(kinds))
    place = {name: at for at, name in enumerate(names, 1)}
    true = [(row, box, 1.0) for row, boxes in enumerate(truth) for box in boxes]
    found = [
        (row, box, sure)
        for row, answer in enumerate(answers)
        for box, sure in zip(answer.boxes, answer.sureness, strict=True)
        if box.kind in place
    ]
    if not true:
        return {"map": 0.0, "map_50": 0.0, "map_75": 0.0}, {}
    precision = _precision(len(truth), _records(true, place), _records(found, place), place)
    by_kind: Floats = np.where(precision >= 0, precision, np.nan).mean(axis=1)  # (overlaps, kinds)
    occurs = ~np.isnan(by_kind[0])
    means = by_kind[:, occurs].mean(axis=1)
    at = {"map": means.mean(), "map_50": means[0], "map_75": means[5]}
    of_kinds = {name: float(by_kind[:, i].mean()) for i, name in enumerate(names) if occurs[i]}
    return {name: float(value) for name, value in at.items()}, of_kinds


def _records(
    boxes: Sequence[tuple[int, Box, float]], place: Mapping[str, int]
) -> list[dict[str, object]]:
    return [
        {
            "id": number, "image_id": row + 1, "category_id": place[box.kind], "score": sure,
            "bbox": [box.left, box.top, box.right - box.left, box.bottom - box.top],
            "area": box.area, "iscrowd": 0,
        }
        for number, (row, box, sure) in enumerate(boxes, 1)
    ]  # fmt: skip


def _precision(
    rows: int,
    true: list[dict[str, object]],
    found: list[dict[str, object]],
    place: Mapping[str, int],
) -> Floats:
    """Return precision by overlap, recall and kind, (10, 101, kinds); -1 for kinds that do not occur."""
    if not found:
        counts = np.bincount(
            [int(str(one["category_id"])) - 1 for one in true], minlength=len(place)
        )
        return np.where(counts > 0, 0.0, -1.0)[None, None].repeat(10, 0).repeat(101, 1)
    lists = {
        "images": [{"id": row + 1} for row in range(rows)],
        "categories": [{"id": at, "name": name} for name, at in place.items()],
        "annotations": true,
    }
    known = COCO(lists)
    judge = COCOeval_faster(known, known.loadRes(found), "bbox")
    judge.params.maxDets = [1, 10, MOST_BOXES]
    judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
    judge.evaluate()
    judge.accumulate()
    precision: Floats = np.asarray(judge.eval["precision"])[:, :, :, 0, -1]
    return precision


def count(truth: Truth, answers: Sequence[Detected], kinds: Sequence[str] = ()) -> KindCounts:
    """Count the shown boxes of pictures."""
    shown = [answer.shown() for answer in answers]
    said = {box.kind for row in truth for box in row} | {b.kind for row in shown for b, _ in row}
    names = tuple(sorted(said | set(kinds)))
    place = {name: at for at, name in enumerate(names)}
    sides = np.zeros((3, len(truth), len(names)), np.int64)
    for at, (true, named) in enumerate(zip(truth, shown, strict=True)):
        for box in true:
            sides[0, at, place[box.kind]] += 1
        for box, _ in named:
            sides[1, at, place[box.kind]] += 1
        for box in matched(true, [box for box, _ in named]):
            sides[2, at, place[box.kind]] += 1
    return KindCounts(names, *sides)


def matched(true: Sequence[Box], named: Sequence[Box], least: float = RIGHT) -> dict[Box, Box]:
    """Return the true boxes that are found, each with the box that found it; `named` are in the order they count."""
    found: dict[int, Box] = {}
    for box in named:
        rest = [at for at, one in enumerate(true) if at not in found and one.kind == box.kind]
        best = max(rest, key=lambda at: overlap(true[at], box), default=None)
        if best is not None and overlap(true[best], box) >= least:
            found[best] = box
    return {true[at]: box for at, box in found.items()}


def shares(columns: Floats) -> dict[str, Floats]:
    """Return recall and precision from sums or means of found, named and true boxes, shaped (3, n)."""
    found, named, true = columns
    return {"box_recall": ratio(found, true), "box_precision": ratio(found, named)}


def measures(means: Mapping[str, float], counted: KindCounts) -> dict[str, Measure]:
    """Return each measure; those at the threshold with intervals from resamples of whole pictures.

    `means` is what `average_precision` returns.
    """
    at_threshold = intervals.of_means(counted.columns, shares, SHARES)
    return {name: Measure(value) for name, value in means.items()} | at_threshold


def by_kind(counted: KindCounts, precision: Mapping[str, float]) -> list[dict[str, object]]:
    """Return what was found of each kind, the commonest first, with its average precision."""
    true, named, found = (side.sum(axis=0) for side in (counted.true, counted.named, counted.found))
    rows: list[dict[str, object]] = []
    for at in np.argsort(-true, kind="stable").tolist():
        columns = np.stack([s[:, at] for s in (counted.found, counted.named, counted.true)])
        ends = intervals.of_rows(columns.astype(np.float64), _by_kind_shares)
        means = columns.sum(axis=1, keepdims=True).astype(np.float64)
        values = {name: float(value[0]) for name, value in _by_kind_shares(means).items()}
        name = counted.kinds[at]
        rows.append(
            {
                "label": name, "rows": int(true[at]), "named": int(named[at]), "found": int(found[at]),
                **values, "roc_auc": None, "average_precision": precision.get(name), "intervals": ends,
            }
        )  # fmt: skip
    return rows


def _by_kind_shares(columns: Floats) -> dict[str, Floats]:
    found, named, true = columns
    return {
        "recall": ratio(found, true),
        "precision": ratio(found, named),
        "f1": ratio(2 * found, named + true),
    }


def faults(true: Sequence[Box], answer: Detected) -> dict[str, int]:
    """Return what became of the true boxes of a picture, and how many drawn ones are none.

    A true box that was not found is `loose` where one of its kind overlaps it too little, `wrong_kind` where one of
    another kind covers it, else `missed`. `invented` are drawn boxes that touch nothing, or what is found already.
    """
    counts = dict.fromkeys(FAULTS, 0)
    named = [box for box, _ in answer.shown()]
    found = matched(true, named)
    free = [box for box in named if box not in found.values()]
    counts["found"] = len(found)
    for box in (one for one in true if one not in found):
        near = [other for other in free if overlap(box, other) >= TOUCHING]
        covers = [o for o in near if o.kind != box.kind and overlap(box, o) >= RIGHT]
        loose = [o for o in near if o.kind == box.kind]
        counts["loose" if loose else "wrong_kind" if covers else "missed"] += 1
        if used := loose or covers:
            free.remove(max(used, key=lambda other: overlap(box, other)))
    counts["invented"] = len(free)
    return counts


def best_threshold(truth: Truth, answers: Sequence[Detected]) -> float:
    """Return the certainty from which on boxes are best shown: that of the highest F1 of all boxes together."""
    pairs = []
    for true, answer in zip(truth, answers, strict=True):
        ordered = Detected(answer.boxes, answer.sureness, 0.0).shown()
        found = set(matched(true, [box for box, _ in ordered]).values())
        pairs += [(sure, box in found) for box, sure in ordered]
    count_true = sum(map(len, truth))
    if not pairs or not count_true:
        return RIGHT
    pairs.sort(key=lambda pair: -pair[0])
    sure, right = np.array([p[0] for p in pairs]), np.cumsum([p[1] for p in pairs])
    if not right[-1]:  # it found nothing: whatever it draws is wrong
        return RIGHT
    f1 = 2 * right / (np.arange(1, len(pairs) + 1) + count_true)
    best = int(np.flatnonzero(f1 >= f1.max() - 1e-12)[-1])
    below = sure[best + 1] if best + 1 < len(sure) else 0.0
    return float(
        (sure[best] + below) / 2
    )  # between the last that is shown and the first that is not


def paired(
    truth: Truth, new: Sequence[Detected], old: Sequence[Detected]
) -> tuple[list[Compared], KindCounts, KindCounts]:
    """Return each measure of two models on the same pictures with its difference, and their counts."""
    first, second = count(truth, new), count(truth, old)
    mine, other = (average_precision(truth, side, ())[0] for side in (new, old))
    found = [
        Compared(name, Measure(mine[name]), Measure(other[name]), Measure(mine[name] - other[name]))
        for name in mine
    ]
    found += intervals.compared(first.columns, second.columns, shares).values()
    return found, first, second
