"""Metrics of pictures that a model made, by what they show in numbers: how far they are from photos, whether they look like their class, and what is copied.

The Fréchet distance of two Gaussians (Dowson and Landau 1982), as Heusel et al. 2017 measure generators with features of
an Inception network. Here the features are others, so it is never called FID and never compared with one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.message import Arg, Message
from bigmodel.core.results.comparison import Compared, Paired
from bigmodel.core.results.results import Measure, Results
from bigmodel.metrics import intervals
from bigmodel.metrics.counts import Floats

DISTANCE, BASELINE = "frechet_distance", "baseline_frechet_distance"
FLOOR = "floor_frechet_distance"
JUDGED, JUDGED_PHOTOS, COPIED = "judged_right", "judged_photos", "copied"
FEW_ROWS = 100
FEW_LEARNED = 1_000  # photos below which copies and sameness are to be expected
MUCH_COPIED = 0.05
RESAMPLES = 100
LEAST = 1e-9

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Shown:
    """Made pictures, photos they are measured beside and training pictures, each (rows, numbers); and what is said of them."""

    numbers: Floats
    photo: Floats
    learned: Floats
    is_judged: Flags | None  # a judge gives it the class asked for; None where there are no classes
    photos_judged: Flags | None  # the same of the photos; None where theirs are not known
    copied: Flags
    photos_copied: Flags
    features: str


def frechet_distance(one: Floats, other: Floats) -> float:
    """Return |m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½) of two sets of vectors, (rows, features) each.

    Fewer rows make it larger, of equal distributions too: compare only sets of like size.
    """
    away = one.mean(axis=0) - other.mean(axis=0)
    first, second = _covariance(one), _covariance(other)
    values, axes = np.linalg.eigh(first)
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    # (C₁ C₂)^½ has the trace of (C₁^½ C₂ C₁^½)^½, which is symmetric.
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(max(0.0, away @ away + np.trace(first) + np.trace(second) - 2 * shared))


def headline(shown: Shown) -> dict[str, float]:
    """Return every measure without its interval, of at least one row."""
    return {name: measure.value for name, measure in _measures(shown).items()}


def evaluate(
    shown: Shown, others: Mapping[str, Shown], *, learned: int, is_folded: bool
) -> Results:
    """Return the whole evaluation of at least one row; `others` are other models on the same rows, `learned` training pictures."""
    measures = _measures(shown)
    beside = {name: _measures(other) for name, other in others.items()}
    simple = beside.get(
        "instant", measures
    )  # without one beside it, it is the instant model itself
    rest = {name: value for name, value in measures.items() if name != DISTANCE}
    measures = {DISTANCE: measures[DISTANCE], BASELINE: simple[DISTANCE], **rest}
    args: dict[str, Arg] = {"rows": len(shown.copied)}
    args |= {"distance": f"{measures[DISTANCE].value:.3f}", "floor": f"{measures[FLOOR].value:.3f}"}
    if JUDGED in measures:
        args["right"] = round(100 * measures[JUDGED].value)
    key = "made_classes" if JUDGED in measures else "made"
    return Results(
        family="made",
        rows=len(shown.copied),
        labels=(),
        measures=measures,
        sentence=Message(f"results.sentence.{key}{'_folded' if is_folded else ''}", args),
        remarks=tuple(
            _remarks(shown, measures, learned, is_folded=is_folded, is_compared="instant" in beside)
        ),
        beside=beside,
        is_folded=is_folded,
    )


def compare(new: Shown, old: Shown) -> Paired:
    """Compare two models on the same photos; the interval is of resamples of the rows, both of the same ones."""
    values = _distances(new), _distances(old)
    dice = np.random.default_rng(intervals.SEED)
    rows = len(new.copied)
    drawn = np.array(
        [
            [frechet_distance(side.numbers[at], side.photo[at]) for side in (new, old)]
            for at in (dice.integers(0, rows, rows) for _ in range(RESAMPLES))
        ]
    )
    # Resamples repeat rows, which makes a distance larger: only their spread is taken, around the value of all rows.
    ends = np.percentile(drawn - drawn.mean(axis=0), [2.5, 97.5], axis=0)
    by = (drawn[:, 0] - drawn[:, 1]) - (drawn[:, 0] - drawn[:, 1]).mean()
    low, high = np.percentile(by, [2.5, 97.5])
    first, second = (
        Measure(values[at], max(0.0, values[at] + ends[0, at]), values[at] + ends[1, at])
        for at in (0, 1)
    )
    gap = values[0] - values[1]
    compared = Compared(DISTANCE, first, second, Measure(gap, gap + float(low), gap + float(high)))
    gains = _right(new).astype(np.float64) - _right(old)
    return Paired(_verdict(compared, rows), (compared,), gains > 0, gains < 0, gains)


def _verdict(compared: Compared, rows: int) -> Message:
    by = compared.difference
    args: dict[str, Arg] = {"rows": rows, "new": f"{compared.new.value:.3f}"}
    args["old"] = f"{compared.old.value:.3f}"
    if abs(by.value) < LEAST:
        return Message("compare.sentence.made_same", args)
    way = "better" if by.value < 0 else "worse"
    sure = "sure" if by.low > 0 or by.high < 0 else "chance"
    return Message(f"compare.sentence.made_{way}_{sure}", args)


def _right(shown: Shown) -> Flags:
    is_own: Flags = ~shown.copied
    return is_own if shown.is_judged is None else is_own & shown.is_judged


def _distances(shown: Shown) -> float:
    return frechet_distance(shown.numbers, shown.photo)


def _measures(shown: Shown) -> dict[str, Measure]:
    found = {
        DISTANCE: Measure(_distances(shown)),
        FLOOR: Measure(frechet_distance(shown.learned, shown.photo)),
    }
    for name, flags in ((JUDGED, shown.is_judged), (JUDGED_PHOTOS, shown.photos_judged)):
        if flags is not None:
            found[name] = intervals.wilson(int(flags.sum()), len(flags))
    return found | {COPIED: intervals.wilson(int(shown.copied.sum()), len(shown.copied))}


def _remarks(
    shown: Shown,
    measures: Mapping[str, Measure],
    learned: int,
    *,
    is_folded: bool,
    is_compared: bool,
) -> Iterator[Message]:
    """Yield what a person should know before trusting the numbers."""
    yield Message(f"results.remarks.made_by_{shown.features}")
    if is_compared:
        mine, simple = measures[DISTANCE].value, measures[BASELINE].value
        args: dict[str, Arg] = {"mine": f"{mine:.3f}", "simple": f"{simple:.3f}"}
        is_better = mine < simple
        key = "made_instant" if is_better else "made_no_better"
        yield Message(f"results.remarks.{key}", args, "info" if is_better else "warning")
    copied, own = measures[COPIED].value, float(shown.photos_copied.mean())
    told: dict[str, Arg] = {"copied": round(100 * copied, 1), "own": round(100 * own, 1)}
    is_much = copied > MUCH_COPIED and copied > own
    yield Message("results.remarks.made_copied", told, "warning" if is_much else "info")
    if 0 < learned < FEW_LEARNED:
        yield Message("results.remarks.made_few", {"rows": learned}, "warning")
    if is_folded:
        yield Message("results.remarks.folded_made", {"rows": len(shown.copied)})
    elif len(shown.copied) < FEW_ROWS:
        yield Message("results.remarks.made_few_rows", {"rows": len(shown.copied)})


def _covariance(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=0)
    found: Floats = centred.T @ centred / max(1, len(rows) - 1)
    return found
