"""Draws several columns: what a model answers in each, or how good it is in each beside a model of its own."""

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table
from bigmodel.services.panels import answer_html
from bigmodel.services.panels.columns.parts import named
from bigmodel.services.panels.columns.table import table


class Columns(PanelKind):
    """Data of an answer: `parts`, one a column: its name, and the kind, data and title of its panel. Of results: as of `table`."""

    def draw(self, panel: Panel, say: Say) -> Table | str:
        if "parts" not in panel.data:
            return table(panel, say)
        return "".join(
            named(
                part["column"], answer_html(Panel(part["kind"], part["data"], part["title"]), say)
            )
            for part in panel.data["parts"]
        )


PANEL = Columns()
