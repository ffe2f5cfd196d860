"""Draws groups of rows with their measures; and a panel of a kind that nobody knows: its data, one thing a line."""

import json
from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

MOST_CHARACTERS = 400


class Cells(PanelKind):
    """Names and values. Values that are no texts stand as JSON has them.

    Or rows of plain texts (`rows`) below `heads`, keys of words.
    Or data with `groups`, each called `name`: their `columns` (heading to name and format), words below `prefix`.
    """

    def draw(self, panel: Panel, say: Say) -> Table:
        if "heads" in panel.data:
            heads = [say(key) for key in panel.data["heads"]]
            return Table(heads, panel.data["rows"], texts=len(heads))
        if "groups" in panel.data:
            return _grouped(panel.data, say)
        rows = [(name, _text(value)) for name, value in panel.data.items()]
        return Table((say("pages.results.column_name"), say("pages.results.column_value")), rows, 2)


def _grouped(data: Mapping[str, Any], say: Say) -> Table:
    prefix, columns = data["prefix"], data["columns"]
    heads = [say(f"{prefix}{name}") for name in ("group", *columns)]
    rows = [
        (say(f"{prefix}{group['name']}"), *(format(group[n], how) for n, how in columns.values()))
        for group in data["groups"]
    ]
    return Table(heads, rows)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


PANEL = Cells()
