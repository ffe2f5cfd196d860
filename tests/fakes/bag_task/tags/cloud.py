"""Draws a tag cloud: every tag that was answered, the commonest largest."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind


class Cloud(PanelKind):
    def draw(self, panel: Panel, say: Say) -> str:
        counts = panel.data["counts"]
        most = max((count for _, count in counts), default=1)
        words = " ".join(
            f'<span style="font-size:{1 + count / most:.1f}em">{escape(tag)}</span>'
            for tag, count in counts
        )
        return f'<p data-testid="cloud">{words}</p>'


PANEL = Cloud()
