"""Held-out rows that are nearly in training: a score on them measures memory."""

from collections.abc import Iterator

import numpy as np

from bigmodel.core.datasets.checkup import EXAMPLES, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows, Places
from bigmodel.data.versions.split import NONE, TRAIN


def _find(rows: CheckedRows) -> Iterator[Finding]:
    held = torn_rows(rows, rows.near)
    if not len(held):
        return
    notes = []
    for at in held[:EXAMPLES].tolist():
        same = np.flatnonzero((rows.near == rows.near[at]) & (rows.parts == TRAIN))
        twin = int(same[0])
        notes.append((rows.inputs if rows.medium == "text" else rows.names)[twin][:SHOWN])
    total = int(np.isin(rows.parts, (1, 2)).sum())
    args = {"percent": round(100 * len(held) / max(1, total)), "held": total}
    examples = rows.examples(held, notes)
    yield Finding(
        "leak_rows", 90, len(held), examples, args, Repair.SPLIT, *kept_together(rows.near)
    )


def torn_rows(rows: CheckedRows, groups: Places) -> Places:
    """Return the held-out rows whose group is in training too."""
    is_train = rows.parts == TRAIN
    is_held = (rows.parts != TRAIN) & (rows.parts != NONE)
    return np.flatnonzero(is_held & np.isin(groups, groups[is_train]))


def kept_together(groups: Places) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows that share a group with others, and their groups."""
    _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    places = np.flatnonzero(counts[inverse] > 1)
    return tuple(places.tolist()), tuple(groups[places].tolist())


KIND = Kind(("text", "image", "audio"), _find)
