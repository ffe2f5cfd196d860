"""Draws what is wrong with marked words: borders, kinds, marks that are missing and marks that were invented."""

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

WORDS = "pages.results.fault_"


class Faults(PanelKind):
    """Data: `counts` of marks by what became of them."""

    def draw(self, panel: Panel, say: Say) -> Table:
        heads = [say("pages.results.column_fault"), say("pages.results.column_marks")]
        counts = panel.data["counts"]
        return Table(
            heads, [(say(f"{WORDS}{name}"), f"{count:,}") for name, count in counts.items()]
        )


PANEL = Faults()
