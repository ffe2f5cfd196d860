"""How the answer to a text looks, and what stands behind it: escaped HTML; nothing is computed here."""

import html
from collections.abc import Sequence

from bigmodel.core.callbacks import Say
from bigmodel.services.inference.predict import Answered, TextRow
from bigmodel.services.panels import answer_html
from pages.shared.widgets import answer

SHOWN_CHARACTERS = 240  # of a training row


def look(found: Answered, near: Sequence[TextRow], say: Say) -> str:
    """Return the whole answer to one text: what warns of it, the answer, and the rows it is most like."""
    parts = []
    if found.notice:
        mark = "unreadable" if found.said.unreadable else "strange"
        sentence = html.escape(say(found.notice))
        parts.append(f'<div class="bm-problem is-warning" data-testid="{mark}">{sentence}</div>')
    parts.append(answer_html(found.view, say))
    if near and not found.said.unreadable:
        told = [(row.text, found.kind.said(row.target)) for row in near]
        parts.append(_near(told, say))
    return f'<div class="bm-card" role="status">{"".join(parts)}</div>'


def table(texts: Sequence[str], found: Sequence[Answered], say: Say) -> str:
    """Return a line a text: the text, its answer, how sure the model is, and whether it is like none of the rows."""
    keys = ("table_text", "table_answer", "table_sureness")
    headings = [say(f"pages.text_demo.{key}") for key in keys]
    notes = None
    if any(one.is_strange is not None for one in found):
        headings.append(say("strangers.heading"))
        notes = [say(f"strangers.short.{_short(one)}") if one.is_strange else "" for one in found]
    return answer.table(texts, [(one.line, one.certainty) for one in found], headings, notes)


def _short(found: Answered) -> str:
    return "unreadable" if found.said.unreadable else "yes"


def _near(rows: Sequence[tuple[str, str]], say: Say) -> str:
    lines = "".join(
        f"<li>{html.escape(_cut(text))} <b>{html.escape(target)}</b></li>" for text, target in rows
    )
    return (
        f'<div class="bm-muted" style="margin-top:16px">{html.escape(say("strangers.nearest"))}</div>'
        f'<ul class="bm-near" data-testid="nearest">{lines}</ul>'
    )


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
