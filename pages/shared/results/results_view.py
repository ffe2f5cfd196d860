"""How an evaluation looks in words and tables: escaped HTML in Gradio's own colours; nothing is measured here."""

import html
from collections.abc import Sequence

from bigmodel.core.callbacks import Say
from bigmodel.core.message import Message
from bigmodel.core.results.results import AnsweredRow
from bigmodel.services.panels import over
from bigmodel.services.results.row_table import row_table, shown
from pages.shared.widgets.media_item import item, parts_html


def sentence(text: str, remarks: Sequence[tuple[Message, str]], ring: str = "") -> str:
    """Return the one sentence, large, with the ring of the score (HTML), and what to know before trusting it."""
    lines = "".join(
        f'<div class="bm-problem{" is-warning" if message.level == "warning" else ""}">'
        f"{html.escape(said)}</div>"
        for message, said in remarks
    )
    lead = f'<div class="bm-lead" data-testid="results-sentence-text">{html.escape(text)}</div>'
    return f'<div class="bm-card bm-score" role="status">{ring}<div>{lead}{lines}</div></div>'


def notice(text: str) -> str:
    """Return a quiet sentence that stands where results will be."""
    return f'<div class="bm-card" role="status">{html.escape(text)}</div>'


def muted(text: str) -> str:
    """Return a quiet line."""
    return f'<div class="bm-muted">{html.escape(text)}</div>'


def wrong_table(rows: Sequence[AnsweredRow], say: Say, count: str, media: str = "") -> str:
    """Return rows with what was true and what was answered, and which of how many they are.

    `media` is the address below which the pictures and recordings of the rows lie.
    """

    def show(row: AnsweredRow) -> str:
        if row.parts:
            return parts_html(row.parts, media, shown)
        if not row.media:
            return shown(row.text)
        return item(row.text, row.media, media, over(row.view, say))

    return row_table(rows, show, say, "results-wrong-table") + muted(count)
