"""Boxes around objects in a picture, each with a kind: how they are written in one cell, and how much two overlap; it opens no file.

A cell holds `{"size": [width, height], "boxes": [[left, top, right, bottom, kind], …]}`, in pixels of the picture
as it is kept, from its upper left corner; no boxes say that nothing is to be found in it.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

MOST_KIND_CHARACTERS = 100
NOTHING = "–"


class Box(NamedTuple):
    """Where an object is, in pixels, and what it is."""

    left: float
    top: float
    right: float
    bottom: float
    kind: str

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)


def box_of(sides: Sequence[float], kind: str) -> Box:
    """Return a box of its left, top, right and bottom."""
    left, top, right, bottom = sides
    return Box(left, top, right, bottom, kind)


@dataclass(frozen=True)
class Boxed:
    """The boxes of one picture of `size` (width, height)."""

    size: tuple[int, int]
    boxes: tuple[Box, ...] = ()

    def to_cell(self) -> str:
        """Return it as a cell of a table."""
        boxes = [[*(round(side, 2) for side in box[:4]), box.kind] for box in self.boxes]
        return json.dumps({"size": list(self.size), "boxes": boxes}, ensure_ascii=False)


def boxed_of(cell: str) -> Boxed | None:
    """Return what `Boxed.to_cell` wrote; None for anything else."""
    if not cell.startswith("{"):
        return None
    try:
        value = json.loads(cell)
        width, height = map(int, value["size"])
        boxes = tuple(_box(item) for item in value["boxes"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return Boxed((width, height), boxes)


def boxes_of(cell: str) -> tuple[Box, ...]:
    """Return the boxes of a cell; none of anything else."""
    found = boxed_of(cell)
    return found.boxes if found else ()


def counts_line(kinds: Iterable[str]) -> str:
    """Return how many of each kind there are, in one line: `3 red · 2 white`."""
    counts = Counter(kinds)
    return " · ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or NOTHING


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes, 0 to 1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0.0, across) * max(0.0, down)
    return shared / whole if (whole := one.area + other.area - shared) > 0 else 0.0


def kinds_of(cells: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of all boxes of some cells, sorted."""
    return tuple(sorted({box.kind for cell in cells for box in boxes_of(cell)}))


def _box(item: Sequence[Any]) -> Box:
    *sides, kind = item
    left, top, right, bottom = map(float, sides)
    if not (isinstance(kind, str) and all(map(math.isfinite, (left, top, right, bottom)))):
        raise ValueError("no box")
    return Box(left, top, right, bottom, kind)
