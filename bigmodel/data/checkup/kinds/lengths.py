"""Items far longer or shorter than the usual one: a model sees only the beginning of the one and nothing in the other."""

from collections.abc import Iterator

import numpy as np

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows

LONG, TIMES = 2_000, 8  # characters, and times the usual length
SHORT_SHARE = 0.1  # of the usual length
USUAL = 20  # a usual text below this makes nothing short


def _find(rows: CheckedRows) -> Iterator[Finding]:
    filled = np.flatnonzero(rows.is_filled)
    if not len(filled):
        return
    lengths = np.array([len(rows.inputs[at]) for at in filled], np.int64)
    usual = float(np.median(lengths))
    args = {"usual": int(usual), "longest": int(lengths.max()), "shortest": int(lengths.min())}
    long = filled[lengths > max(LONG, TIMES * usual)]
    if len(long):
        step = (f"cut:{LONG}",)
        yield Finding("long", 30, len(long), rows.examples(long), args, Repair.CLEAN, steps=step)
    short = filled[(lengths <= max(2, SHORT_SHARE * usual))] if usual >= USUAL else filled[:0]
    if len(short):
        places = tuple(short.tolist())
        yield Finding("short", 24, len(short), rows.examples(short), args, Repair.DROP, places)


KIND = Kind(("text",), _find)
