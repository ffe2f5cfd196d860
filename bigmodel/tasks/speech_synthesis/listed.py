"""Draws rows of plain texts below headings that the words know."""

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table


class Listed(PanelKind):
    """Data: `heads`, keys of words, and `rows` of as many texts."""

    def draw(self, panel: Panel, say: Say) -> Table:
        heads = [say(key) for key in panel.data["heads"]]
        return Table(heads, panel.data["rows"], texts=len(heads))


PANEL = Listed()
