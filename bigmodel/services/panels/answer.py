"""Draws an answer of a type that says no more of it: its line in large letters, and its cells."""

from collections.abc import Mapping
from html import escape
from typing import Any

from bigmodel.core.answer import percent
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


def below(data: Mapping[str, Any], say: Say) -> str:
    """Return what parts of a model say for themselves, where an answer tells that: `beside` of (key of the part, text, share)."""
    rows = data.get("beside", ())
    if not rows:
        return ""
    lines = "".join(f"<li>{escape(said_by(say, *row))}</li>" for row in rows)
    head = escape(say(data["beside_title"]))
    return (
        f'<div class="bm-muted">{head}</div><ul class="bm-muted" data-testid="beside">{lines}</ul>'
    )


def said_by(say: Say, part: str, text: str, share: float | None) -> str:
    """Return what one part says in a line; one that has nothing to go by says so."""
    sure = f" ({percent(share)})" if share is not None else ""
    return f"{say(part)}: {text or say('pages.demo.fused_lacking')}{sure}"


PANEL = Answer()
