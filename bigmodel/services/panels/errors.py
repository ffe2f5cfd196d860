"""Draws what went wrong with words and letters of transcripts, over all recordings together."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.metric import metric
from bigmodel.core.results.panel import Panel, PanelKind, Table

COLUMNS = ("measure", "value", "interval", "said", "substitutions", "deletions", "insertions")


class Errors(PanelKind):
    """Data: `rows`, the leading measure first, each with its `rate`, the `interval` of it, and the counts behind it."""

    def draw(self, panel: Panel, say: Say) -> Table:
        heads = [say(f"pages.results.column_{key}") for key in COLUMNS]
        rows = []
        for row in panel.data["rows"]:
            found, counts = metric(row["measure"]), (f"{row[key]:,}" for key in COLUMNS[3:])
            interval = found.interval(*row["interval"])
            rows.append((say(found.title), found.text(row["rate"]), interval, *counts))
        return Table(heads, rows)

    def picture(self, panel: Panel, say: Say) -> Mapping[str, Any]:
        """Return each rate with its interval."""
        rows = panel.data["rows"]
        return {
            "bars": [
                (say(metric(row["measure"]).title), row["rate"], *row["interval"]) for row in rows
            ]
        }


PANEL = Errors()
