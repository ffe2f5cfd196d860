"""Draws several columns: what a model answers in each, or how good it is in each beside a model of its own."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table
from bigmodel.services.panels import answer_html
from bigmodel.services.panels.columns.parts import beside, named
from bigmodel.services.panels.columns.table import table


class Columns(PanelKind):
    """Data of an answer: `parts`, one a column: its name, and the kind, data and title of its panel, or `answer` and `truth`. Of results: as of `table`."""

    def draw(self, panel: Panel, say: Say) -> Table | str:
        if "parts" not in panel.data:
            return table(panel, say)
        return "".join(named(part["column"], _content(part, say)) for part in panel.data["parts"])


def _content(part: Mapping[str, Any], say: Say) -> str:
    if "truth" in part:
        return beside(part["answer"], part["truth"], say)
    return answer_html(Panel(part["kind"], part["data"], part["title"]), say)


PANEL = Columns()
