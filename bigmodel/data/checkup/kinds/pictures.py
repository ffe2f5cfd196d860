"""Pictures with little to see: tiny, of one colour, far too light or too dark."""

from collections.abc import Iterator

import numpy as np

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.look import PLAIN
from bigmodel.data.checkup.rows import CheckedRows

TINY = 32  # points of the shorter side
BLOWN = 0.6  # share of points that are white, or black
CONTRAST = 35.0  # standard deviation of grey above which a picture shows something all the same


def _find(rows: CheckedRows) -> Iterator[Finding]:
    looks = rows.looks
    short = np.minimum(rows.numbers("width"), rows.numbers("height"))
    is_plain = looks.spread < PLAIN
    is_washed = ~is_plain & (looks.spread < CONTRAST)  # else it is a thing on white, or on black
    is_tiny = short < TINY
    few = is_tiny.mean() < 0.5  # else that is how these pictures are
    found = {
        ("plain", 61): is_plain,
        ("dark", 37): (looks.dark > BLOWN) & is_washed,
        ("light", 36): (looks.light > BLOWN) & is_washed,
        ("tiny", 33): is_tiny & few,
    }
    for (kind, harm), which in found.items():
        usual = which.mean() > 0.5 and kind in ("dark", "light")
        places = np.flatnonzero(which)
        if len(places) and not usual:
            args = {"side": int(short[places].min())}
            yield Finding(
                f"picture_{kind}",
                harm,
                len(places),
                rows.examples(places),
                args,
                Repair.DROP,
                tuple(places.tolist()),
            )


KIND = Kind(("image",), _find)
