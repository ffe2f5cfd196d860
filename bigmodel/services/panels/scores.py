"""Draws scores of generated texts in a table: of the whole set with what exactly was measured, or of parts of it."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

WORDS = "pages.results."


class Scores(PanelKind):
    """Data: `rows` of `measure`, `signature`, `value` and `interval`; or of `from`, `to` (characters), `rows` and `value`."""

    def draw(self, panel: Panel, say: Say) -> Table:
        rows = panel.data["rows"]
        if _is_whole(rows[0]):
            heads = [
                say(f"{WORDS}column_{key}") for key in ("measure", "signature", "value", "interval")
            ]
            cells = [
                (
                    say(f"{WORDS}measures.{row['measure']}"),
                    row["signature"],
                    f"{row['value']:.1f}",
                    f"{row['interval'][0]:.1f} – {row['interval'][1]:.1f}",
                )
                for row in rows
            ]
            return Table(heads, cells, texts=2)
        heads = [say(f"{WORDS}column_{key}") for key in ("length", "rows", "value")]
        parts = [
            (f"{row['from']:,} – {row['to']:,}", f"{row['rows']:,}", f"{row['value']:.1f}")
            for row in rows
        ]
        return Table(heads, parts)


def _is_whole(row: Mapping[str, Any]) -> bool:
    return "measure" in row


PANEL = Scores()
