"""Targets that are boxes around objects of a picture, each with a kind; it opens no file."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.boxes import Boxed, boxed_of, boxes_of, counts_line, kinds_of
from bigmodel.core.datasets.dataset import Form, Recipe, Summary
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.targets.survey import Survey, error

BARS = 12
RARE = 5  # boxes of a kind, below which it can hardly be learned


class BoxesKind(TargetKind):
    """Boxes in the picture of a row, each with its kind; a row without any shows the background."""

    name = "boxes"
    forms = (Form.BOXES,)
    fewest_to_hold_out = 20
    is_drawn = True
    fewest_classes = 1
    has_several = True
    reads_inputs = True

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self

    def parts(self, target: str) -> Sequence[str]:
        return [box.kind for box in boxes_of(target)]

    def recoined(self, target: str, name: str, to: str) -> str:
        boxed = boxed_of(target)
        if boxed is None or name not in self.parts(target):
            return target
        boxes = (box._replace(kind=to) if box.kind == name else box for box in boxed.boxes)
        return Boxed(boxed.size, tuple(boxes)).to_cell()

    def among(self, target: str, classes: Sequence[str]) -> str:
        boxed = boxed_of(target)
        if boxed is None:
            return target
        boxes = [box._replace(kind=classes[0]) if len(classes) == 1 else box for box in boxed.boxes]
        return Boxed(boxed.size, tuple(box for box in boxes if box.kind in classes)).to_cell()

    def classes(self, found: Survey) -> dict[str, int]:
        """Return the kinds and how many boxes each has."""
        counts: Counter[str] = Counter()
        for label, rows in zip(found.labels, found.label_rows.tolist(), strict=True):
            for box in boxes_of(label):
                counts[box.kind] += rows
        return dict(counts.most_common())

    def errors(self, found: Survey) -> Iterator[Message]:
        if not self.classes(found) and not found.is_begun:
            yield error("boxes_none", found=found.column)

    def warnings(self, found: Survey) -> Iterator[Message]:
        rare = [kind for kind, count in self.classes(found).items() if count < RARE]
        if rare:
            yield found.remark("boxes_rare", kinds=", ".join(rare[:5]))

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return the rarest kind of each picture as its stratum; pictures without boxes are one of their own."""
        order = {kind: place for place, kind in enumerate(self.classes(found), 1)}
        rarest = [
            max((order[box.kind] for box in boxes_of(label)), default=0) for label in found.labels
        ]
        codes = np.array(rarest or [0], np.int32)
        return np.where(found.codes >= 0, codes[found.codes], -1).astype(np.int32)

    def stratum(self, target: str) -> str:
        return str(bool(boxes_of(target)))

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        return kinds_of(targets)

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return boxed_of(truth) is not None

    def said(self, target: str) -> str:
        return counts_line(box.kind for box in boxes_of(target))

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        bars = tuple(summary.classes.items())
        return Chart(bars[:BARS], Message("pages.data.boxes_target"), max(0, len(bars) - BARS))


KIND = BoxesKind()
