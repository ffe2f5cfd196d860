"""Reads the training rows that a finished model is to know again, evenly chosen, and no more of them than a time limit leaves room for."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bigmodel.core.task import Reporter
from bigmodel.training.ood.score import Numbers

AT_ONCE = 256  # rows between two looks at the clock, and between two questions whether to stop

Look = Callable[[Numbers], Any]  # Any: (rows, width) of floats of any width


def read_known(
    rows: int, most: int, look: Look, report: Reporter, *, limit_s: float = 0.0, after: int = 0
) -> tuple[Numbers, Any]:
    """Return the numbers of the rows that were read, rising, and what `look` saw in each.

    Args:
        rows: how many there are; of more than `most` some are chosen.
        look: returns a vector for each row of the numbers it gets: (rows, width).
        limit_s: time limit of the whole job in seconds, 0 for none. At least `AT_ONCE` rows are read.
        after: rows that are read when these are, for the same limit.
    """
    chosen = np.linspace(0, max(0, rows - 1), min(most, rows)).astype(np.int64)
    order = np.random.default_rng(0).permutation(
        chosen
    )  # wherever it ends, all parts had their turn
    seen: list[Any] = []
    read, began = 0, time.monotonic()
    for start in range(0, len(order), AT_ONCE):
        report.step(phase="evaluate", step=0, steps=0)
        seen.append(look(order[start : start + AT_ONCE]))
        read = min(len(order), start + AT_ONCE)
        ahead_s = (time.monotonic() - began) / read * (AT_ONCE + after)
        if limit_s and read < len(order) and report.spent_s + ahead_s > limit_s:
            report.note("training.note.fewer_known_rows", read=read, of=len(order))
            break
    back = np.argsort(order[:read], kind="stable")
    return order[:read][back], np.concatenate(seen)[back] if seen else np.empty((0, 1))
