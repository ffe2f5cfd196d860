"""How an evaluation looks in words and tables: escaped HTML in Gradio's own colours; nothing is measured here."""

import html
from collections.abc import Sequence

from bigmodel.core.callbacks import Say
from bigmodel.core.message import Message
from bigmodel.core.results.panel import cut
from bigmodel.core.results.results import AnsweredRow
from bigmodel.services.panels import over
from bigmodel.services.results.row_table import row_table, shown

PICTURES = (".jpg", ".png")  # as they are kept; every other media file is a recording


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
        if not row.media:
            return shown(row.text)
        return item(row.text, row.media, media, over(row.view, say))

    return row_table(rows, show, say, "results-wrong-table") + muted(count)


def item(text: str, file: str, media: str, drawn: str = "") -> str:
    """Return a picture to look at or a recording to play, over the name its person knows it by.

    `file` is its name below `media`, the address of all of them; without it there is only the name. What
    is `drawn` lies over a picture, which is shown large then.
    """
    address = html.escape(f"{media}/{file}", quote=True)
    name = html.escape(cut(text))
    if not file:
        return name
    if file.endswith(PICTURES):
        kind = "" if drawn else ' class="bm-thumb"'
        shown = f'<img{kind} src="{address}" alt="{name}" loading="lazy">'
        shown = f'<div class="bm-boxed">{shown}{drawn}</div>' if drawn else shown
    else:
        shown = f'<audio controls preload="none" src="{address}" aria-label="{name}"></audio>'
    return f'<div class="bm-item">{shown}<div class="bm-muted">{name}</div></div>'
