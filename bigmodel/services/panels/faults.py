"""Draws what is wrong with marked words or boxes: borders, kinds, those that are missing and those that were invented."""

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

WORDS = "pages.results.fault_"


class Faults(PanelKind):
    """Data: `counts` by what became of them: of marks, or of what `column` says, their words below `fault_<prefix>`."""

    def draw(self, panel: Panel, say: Say) -> Table:
        heads = [
            say(f"pages.results.column_{panel.data.get('row', 'fault')}"),
            say(f"pages.results.column_{panel.data.get('column', 'marks')}"),
        ]
        words = WORDS + panel.data.get("prefix", "")
        counts = panel.data["counts"].items()
        return Table(heads, [(say(f"{words}{name}"), f"{count:,}") for name, count in counts])


PANEL = Faults()
