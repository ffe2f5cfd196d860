"""Draws scores of generated texts in a table: of the whole set with what exactly was measured, or of parts of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

WORDS = "pages.results."
NAMED = (
    "answerable",
    "not_in_text",
)  # parts whose names are words; others are as people wrote them


class Scores(PanelKind):
    """Data: `rows` of `measure`, `signature`, `value` and `interval`; of `from`, `to` (characters), `rows` and `value`; or of `part`, `rows` and shares."""

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
        if "part" in rows[0]:
            return _shares(rows, say)
        heads = [say(f"{WORDS}column_{key}") for key in ("length", "rows", "value")]
        parts = [
            (f"{row['from']:,} – {row['to']:,}", f"{row['rows']:,}", f"{row['value']:.1f}")
            for row in rows
        ]
        return Table(heads, parts)


def _shares(rows: Sequence[Mapping[str, Any]], say: Say) -> Table:
    shares = [name for name in rows[0] if name not in ("part", "rows")]
    heads = [say(f"{WORDS}column_{key}") for key in ("part", "rows", *shares)]
    cells = [
        (
            say(f"{WORDS}part_{row['part']}") if row["part"] in NAMED else row["part"],
            f"{row['rows']:,}",
            *(f"{100 * row[name]:.1f} %" for name in shares),
        )
        for row in rows
    ]
    return Table(heads, cells)


def _is_whole(row: Mapping[str, Any]) -> bool:
    return "measure" in row


PANEL = Scores()
