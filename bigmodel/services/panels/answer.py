"""Draws an answer of a type that says no more of it: its line in large letters, and its cells."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table


class Answer(PanelKind):
    """Data: `text`, and `cells` of (key of the heading, value), which are drawn where there are several."""

    def draw(self, panel: Panel, say: Say) -> str:
        cells = [
            (say(key), "–" if cell is None else str(cell)) for key, cell in panel.data["cells"]
        ]
        table = Table(("", ""), cells, 2).html() if len(cells) > 1 else ""
        return lead(escape(panel.data["text"])) + table


def lead(content: str, more: str = "") -> str:
    """Return escaped HTML as the answer in large letters."""
    return f'<div class="bm-lead{more}" data-testid="answer">{content}</div>'


PANEL = Answer()
