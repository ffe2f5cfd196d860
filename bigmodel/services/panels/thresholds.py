"""Draws what a model finds and draws wrongly from each certainty on: a table, and on the page words beside a slider."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Steps, Table

WORDS = "pages.results.threshold_"


class Thresholds(PanelKind):
    """Data: `rows` of a `threshold`, `true` boxes, those `found` and `false` ones, for `pictures`; which one is `shown`; and the same `beside`."""

    def draw(self, panel: Panel, say: Say) -> Table:
        heads = [say(f"{WORDS}{name}") for name in ("least", "found", "missed", "false", "each")]
        return Table(heads, [_line(row, panel.data["pictures"]) for row in panel.data["rows"]])

    def steps(self, panel: Panel, say: Say) -> Steps:
        rows, beside = panel.data["rows"], panel.data["beside"]
        texts = [say(f"{WORDS}words", **_args(row, panel.data["pictures"])) for row in rows]
        at = next(i for i, row in enumerate(rows) if row["threshold"] == panel.data["shown"])
        texts[at] = f"{texts[at]} {say(f'{WORDS}chosen')}"
        about = [say(f"{WORDS}beside", **one) for one in beside]
        return Steps(say(f"{WORDS}slider"), texts, at, " ".join(about))


def _args(row: Mapping[str, Any], pictures: int) -> dict[str, Any]:
    each = f"{row['false'] / pictures:.2g}"
    return {**row, "threshold": f"{100 * row['threshold']:.0f} %", "each": each}


def _line(row: Mapping[str, Any], pictures: int) -> tuple[str, ...]:
    args = _args(row, pictures)
    missed = row["true"] - row["found"]
    return args["threshold"], f"{row['found']:,}", f"{missed:,}", f"{row['false']:,}", args["each"]


PANEL = Thresholds()
