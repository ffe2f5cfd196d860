"""Thinning of curves to as many points as a screen can show; pure arithmetic, it must never read a store."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from bigmodel.store.values import Curve

FACTOR = 4**2  # each level rolls up this many steps of the level below
LEVELS = 5  # the widest bucket spans 16**5 steps, about a million
READ_AHEAD = (
    FACTOR  # a curve is read from the finest level that has at most this many times its points
)


class Span(NamedTuple):
    """Neighbouring points of a curve: the last step, the bounds, and the sum over those that are numbers.

    `points` counts all of them, `numbers` those that are not NaN; without any, the rest is NaN.
    """

    step: int
    low: float
    high: float
    total: float
    numbers: int
    points: int


def span_of(step: int, value: float) -> Span:
    """Return the span of one point."""
    return Span(step, value, value, value, int(not math.isnan(value)), 1)


def thin(name: str, spans: Sequence[Span], max_points: int) -> Curve:
    """Return a curve of at most `max_points`, joining neighbouring spans evenly."""
    size = max(1, -(-len(spans) // max_points))
    joined = (
        [join(spans[start : start + size]) for start in range(0, len(spans), size)]
        if size > 1
        else list(spans)
    )
    points = sum(span.points for span in joined)
    is_rolled = points > len(joined)
    return Curve(
        name,
        steps=tuple(span.step for span in joined),
        values=tuple(span.total / span.numbers if span.numbers else math.nan for span in joined),
        low=tuple(span.low for span in joined) if is_rolled else (),
        high=tuple(span.high for span in joined) if is_rolled else (),
        points=points,
    )


def join(spans: Sequence[Span]) -> Span:
    """Return the one span that covers all of these."""
    known = [span for span in spans if span.numbers]
    return Span(
        spans[-1].step,
        min((span.low for span in known), default=math.nan),
        max((span.high for span in known), default=math.nan),
        sum(span.total for span in known) if known else math.nan,
        sum(span.numbers for span in known),
        sum(span.points for span in spans),
    )


def level_to_read(points: int, steps: int, max_points: int) -> int:
    """Return the finest level (0: the points themselves) that holds few enough rows; `steps` is their range."""
    for level in range(LEVELS):
        if min(points, steps // FACTOR**level + 2) <= READ_AHEAD * max_points:
            return level
    return LEVELS
