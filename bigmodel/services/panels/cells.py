"""Draws a panel of a kind that nobody knows: its data, one thing a line."""

import json

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

MOST_CHARACTERS = 400


class Cells(PanelKind):
    """Names and values. Values that are no texts stand as JSON has them."""

    def draw(self, panel: Panel, say: Say) -> Table:
        rows = [(name, _text(value)) for name, value in panel.data.items()]
        return Table((say("pages.results.column_name"), say("pages.results.column_value")), rows, 2)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


PANEL = Cells()
