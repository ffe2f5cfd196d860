"""Recordings with little to hear: silent, clipped, far shorter or longer than the usual one."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows

ALL_SILENT, MOSTLY_SILENT = 0.98, 0.7  # share of frames
CLIPPED = 0.002  # share of samples
TIMES = 5.0  # times the usual length, or a fifth of it
NARROW, WIDE = (
    1e-4,
    0.1,
)  # energy above 3.9 kHz; share of the rows that may have none before it is usual


def _find(rows: CheckedRows) -> Iterator[Finding]:
    heard = rows.hearing
    usual = float(np.median(heard.seconds)) if len(heard.seconds) else 0.0
    silent = heard.silence >= ALL_SILENT
    yield from _finding("silent", 62, silent, rows)
    yield from _finding("clipped", 34, (heard.clipped > CLIPPED) & ~silent, rows)
    yield from _finding("pauses", 27, (heard.silence > MOSTLY_SILENT) & ~silent, rows)
    yield from _finding("long", 29, heard.seconds > TIMES * usual, rows, seconds=round(usual, 1))
    yield from _finding("short", 28, heard.seconds < usual / TIMES, rows, seconds=round(usual, 1))
    narrow = (heard.high < NARROW) & ~silent
    if 0 < narrow.sum() < (1 - WIDE) * len(narrow):
        yield from _finding("narrow", 31, narrow, rows, Repair.NONE)


def _finding(
    kind: str,
    harm: int,
    which: NDArray[np.bool_],
    rows: CheckedRows,
    repair: Repair = Repair.DROP,
    **args: float,
) -> Iterator[Finding]:
    places = np.flatnonzero(which)
    if len(places):
        dropped = tuple(places.tolist()) if repair else ()
        examples = rows.examples(places)
        yield Finding(f"sound_{kind}", harm, len(places), examples, args, repair, dropped)


KIND = Kind(("audio",), _find)
