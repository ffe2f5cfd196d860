"""Draws what is wrong with marked words or boxes: borders, kinds, those that are missing and those that were invented.

Of boxes also what is found and drawn wrongly from each certainty on: a table, and on the page words beside a slider.
"""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Steps, Table

WORDS = "pages.results.fault_"
CERTAINTIES = "pages.results.threshold_"
TENTHS = 1e-9  # a table shows every tenth and what is shown


class Faults(PanelKind):
    """Data: `counts` by what became of them: of marks, or of what `column` says, their words below `fault_<prefix>`.

    By certainty: `rows` of a `threshold`, `true` boxes, those `found` and `false` ones, for `pictures`; which one is
    `shown`; and the same `beside`.
    """

    def draw(self, panel: Panel, say: Say) -> Table:
        if "rows" in panel.data:
            return _by_certainty(panel.data, say)
        heads = [
            say(f"pages.results.column_{panel.data.get('row', 'fault')}"),
            say(f"pages.results.column_{panel.data.get('column', 'marks')}"),
        ]
        words = WORDS + panel.data.get("prefix", "")
        counts = panel.data["counts"].items()
        return Table(heads, [(say(f"{words}{name}"), f"{count:,}") for name, count in counts])

    def steps(self, panel: Panel, say: Say) -> Steps | None:
        if "rows" not in panel.data:
            return None
        rows, pictures = panel.data["rows"], panel.data["pictures"]
        texts = [say(f"{CERTAINTIES}words", **_args(row, pictures)) for row in rows]
        at = next(i for i, row in enumerate(rows) if row["threshold"] == panel.data["shown"])
        texts[at] = f"{texts[at]} {say(f'{CERTAINTIES}chosen')}"
        about = [say(f"{CERTAINTIES}beside", **one) for one in panel.data["beside"]]
        return Steps(say(f"{CERTAINTIES}slider"), texts, at, " ".join(about))


def _by_certainty(data: Mapping[str, Any], say: Say) -> Table:
    heads = [say(f"{CERTAINTIES}{name}") for name in ("least", "found", "missed", "false", "each")]
    rows = [
        row
        for row in data["rows"]
        if row["threshold"] == data["shown"]
        or abs(row["threshold"] * 10 - round(row["threshold"] * 10)) < TENTHS
    ]
    return Table(heads, [_line(row, data["pictures"]) for row in rows])


def _args(row: Mapping[str, Any], pictures: int) -> dict[str, Any]:
    each = f"{row['false'] / pictures:.2g}"
    return {**row, "threshold": f"{100 * row['threshold']:.0f} %", "each": each}


def _line(row: Mapping[str, Any], pictures: int) -> tuple[str, ...]:
    args = _args(row, pictures)
    missed = row["true"] - row["found"]
    return args["threshold"], f"{row['found']:,}", f"{missed:,}", f"{row['false']:,}", args["each"]


PANEL = Faults()
