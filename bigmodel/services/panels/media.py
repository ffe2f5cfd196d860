"""Draws a picture or a sound that a model made: it stands in the page itself, nothing is loaded."""

from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind


class Media(PanelKind):
    """Data: `type` (image/… or audio/…), `content` in base64, and `text`, what it shows."""

    def draw(self, panel: Panel, say: Say) -> str:
        kind, text = (escape(str(panel.data[name])) for name in ("type", "text"))
        address = f"data:{kind};base64,{escape(panel.data['content'])}"
        if kind.startswith("image/"):
            return f'<img class="bm-made" data-testid="answer" src="{address}" alt="{text}">'
        return f'<audio class="bm-made" data-testid="answer" controls src="{address}" aria-label="{text}"></audio>'


PANEL = Media()
