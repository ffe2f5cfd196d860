"""Brings boxes to the pictures as they are kept: turned upright as EXIF says, made smaller, and cut at the rim."""

from collections import Counter

from bigmodel.core.datasets.boxes import Box, Boxed
from bigmodel.data.media.annotations.drawings.drawn import Drawn
from bigmodel.data.media.transform import Transform
from bigmodel.data.tables.table import Findings

SMALLEST = 1.0  # pixels of a side of the kept picture
LITTLE = 0.98  # of a box: what is cut off beyond it is said
NEAR = 1.01  # of a side: sizes that differ by less are the same
# What was done to boxes, in the order in which it is said.
COUNTED = ("blank", "outside", "clipped", "twice", "scaled", "turned")


class Placer:
    """Places the boxes of one picture after the other, and counts what could not be kept as it was."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._boxes: Counter[str] = Counter()
        self._pictures = self._empty = 0

    def __call__(self, label: str, transform: str) -> str:
        """Return the cell of a picture; "" where nothing was said of it."""
        if not label:
            return ""
        way = Transform.from_text(transform)
        if way is None:
            raise ValueError("pictures are kept with what became of them")
        drawn = Drawn.from_text(label)
        size, is_upright = self._size(drawn, way)
        width, height = way.upright if is_upright else way.came
        across, down = width / size[0], height / size[1]
        boxes: dict[Box, None] = {}
        for box in drawn.boxes:
            sides = (box.left * across, box.top * down, box.right * across, box.bottom * down)
            placed = self._cut(Box(*way.box(*sides, is_upright=is_upright), box.kind), box, way)
            if placed is None:
                continue
            self._counts["twice"] += placed in boxes
            boxes[placed] = None
        self._pictures += 1
        self._empty += not boxes
        self._boxes.update(box.kind for box in boxes)
        return Boxed(way.kept, tuple(boxes)).to_cell()

    def tell(self, findings: Findings, source: str) -> None:
        """Say what was read, as what, and what was left out."""
        findings.note(
            "boxes_read", level="info", source=source, count=self._boxes.total(),
            pictures=self._pictures, kinds=len(self._boxes),
        )  # fmt: skip
        if self._empty:
            findings.note("boxes_background", level="info", count=self._empty)
        for name in COUNTED:
            if count := self._counts[name]:
                findings.note(f"boxes_{name}", count=count)

    def _size(self, drawn: Drawn, way: Transform) -> tuple[tuple[float, float], bool]:
        """Return the size of the picture that boxes were drawn on, and whether it stood upright."""
        said = drawn.size
        if said is None:
            return way.upright, True
        if said == (1.0, 1.0) or _are_alike(said, way.upright):
            return said, True
        if _are_alike(said, way.came):
            self._counts["turned"] += bool(drawn.boxes)
            return said, False
        self._counts["scaled"] += bool(drawn.boxes)
        return said, True

    def _cut(self, box: Box, came: Box, way: Transform) -> Box | None:
        """Return what of a box lies in the picture, None where that is nothing."""
        if came.right <= came.left or came.bottom <= came.top:
            self._counts["blank"] += 1
            return None
        width, height = way.kept
        left, top = max(0.0, box.left), max(0.0, box.top)
        right, bottom = min(float(width), box.right), min(float(height), box.bottom)
        if right <= left or bottom <= top:
            self._counts["outside"] += 1
            return None
        if right - left < SMALLEST or bottom - top < SMALLEST:
            self._counts["blank"] += 1
            return None
        kept = Box(round(left, 2), round(top, 2), round(right, 2), round(bottom, 2), box.kind)
        self._counts["clipped"] += kept.area < LITTLE * box.area
        return kept


def _are_alike(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(max(a, b) <= NEAR * min(a, b) for a, b in zip(one, other, strict=True))
