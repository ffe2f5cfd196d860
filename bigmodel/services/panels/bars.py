"""Draws an answer that chooses: the answer in large letters, and how sure the model is of each choice."""

from html import escape

from bigmodel.core.answer import percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind
from bigmodel.services.panels.answer import lead


class Bars(PanelKind):
    """Data: `text`, and `bars` of (label, share of 1), largest first."""

    def draw(self, panel: Panel, say: Say) -> str:
        lines = "".join(bar(label, share) for label, share in panel.data["bars"])
        title = escape(say("pages.alone.sureness"))
        return (
            f'{lead(escape(panel.data["text"]))}<div class="bm-muted">{title}</div>'
            f'<div class="bm-bars">{lines}</div>'
        )


def bar(label: str, share: float) -> str:
    """Return a bar whose width is an attribute, which pages that forbid styles in their text let through."""
    return (
        f"<span>{escape(label)}</span>"
        f'<svg class="bm-bar" aria-hidden="true"><rect width="{100 * share:.1f}%" height="100%"/></svg>'
        f'<span class="bm-number">{escape(percent(share))}</span>'
    )


PANEL = Bars()
