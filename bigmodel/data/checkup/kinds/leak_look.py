"""What gives the class of a file away without its content: a border, the size of pictures, the length or band of recordings."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.kinds.sounds import NARROW
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.tables.label import shown

MANY, FEW = 0.8, 0.1  # share of one class with the mark, and of all others
FEWEST = 10  # rows of the class
MENDED = {"leak_border": (Repair.CLEAN, ("borders",))}


def _find(rows: CheckedRows) -> Iterator[Finding]:
    for kind, mark in _marks(rows):
        if (found := _given_away(kind, mark, rows)) is not None:
            yield found


def _marks(rows: CheckedRows) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    if rows.medium == "audio":
        yield "leak_band", rows.hearing.high < NARROW
        return
    yield "leak_border", rows.looks.has_border
    sizes = rows.numbers("width") * 100_000 + rows.numbers("height")
    kinds, counts = np.unique(sizes, return_counts=True)
    for size in kinds[np.argsort(-counts)][:5]:
        yield "leak_size", sizes == size


def _given_away(kind: str, mark: NDArray[np.bool_], rows: CheckedRows) -> Finding | None:
    codes = rows.codes
    for code, label in enumerate(rows.labels):
        mine, others = mark[codes == code], mark[(codes >= 0) & (codes != code)]
        if min(len(mine), len(others)) >= FEWEST and mine.mean() >= MANY and others.mean() <= FEW:
            places = np.flatnonzero(mark & (codes == code))
            args: dict[str, Arg] = {
                "label": shown(label),
                "percent": round(100 * float(mine.mean())),
                "others": round(100 * float(others.mean())),
            }
            repair, steps = MENDED.get(kind, (Repair.NONE, ()))
            return Finding(kind, 83, len(places), rows.examples(places), args, repair, steps=steps)
    return None


KIND = Kind(("image", "audio"), _find)
