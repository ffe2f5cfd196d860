"""Draws an evaluated row: the answer, the truth, and what each medium alone would have said."""

from html import escape

from bigmodel.core.answer import percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind


class Answered(PanelKind):
    """Data: `text`, `truth`, and `beside` of (key of the medium, what it says or "", how sure)."""

    def draw(self, panel: Panel, say: Say) -> str:
        text, truth = escape(panel.data["text"]), escape(panel.data["truth"])
        lines = "".join(_line(say, *row) for row in panel.data["beside"])
        head = escape(say("pages.demo.fused_row"))
        return f'{head} <b>{text}</b> ({truth})<ul class="bm-muted">{lines}</ul>'


def _line(say: Say, part: str, text: str, share: float | None) -> str:
    said = escape(text or say("pages.demo.fused_lacking"))
    sure = f" ({escape(percent(share))})" if share is not None else ""
    return f"<li>{escape(say(part))}: {said}{sure}</li>"


PANEL = Answered()
