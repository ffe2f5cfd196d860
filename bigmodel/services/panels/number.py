"""Draws an answer that is a number."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import below, lead


class Number(PanelKind):
    """Data: `text`, the number as people read it; `beside` and `beside_title` as of `answer.below`."""

    def draw(self, panel: Panel, say: Say) -> str:
        return lead(escape(panel.data["text"]), " bm-number") + below(panel.data, say)


PANEL = Number()
