"""How an evaluation looks in words and tables: escaped HTML in Gradio's own colours; nothing is measured here."""

import html
from collections.abc import Callable, Sequence

from bigmodel.core.message import Message
from bigmodel.core.results.alignment import Edit, is_unspaced
from bigmodel.core.results.results import AnsweredRow

LABEL_CHARACTERS = 80
TEXT_CHARACTERS = 400
PICTURES = (".jpg", ".png")  # as they are kept; every other media file is a recording

Say = Callable[[str], str]  # words of this page, by the end of their key


def sentence(text: str, remarks: Sequence[tuple[Message, str]]) -> str:
    """Return the one sentence, large, and what to know before trusting it."""
    lines = "".join(
        f'<div class="bm-problem{" is-warning" if message.level == "warning" else ""}">'
        f"{html.escape(said)}</div>"
        for message, said in remarks
    )
    lead = f'<div class="bm-lead" data-testid="results-sentence-text">{html.escape(text)}</div>'
    return f'<div class="bm-card" role="status">{lead}</div>{lines}'


def notice(text: str) -> str:
    """Return a quiet sentence that stands where results will be."""
    return f'<div class="bm-card" role="status">{html.escape(text)}</div>'


def difference(edits: Sequence[Edit]) -> str:
    """Return a transcript with its mistakes: what was said but not heard struck out, what was heard instead underlined."""
    shown = ""
    before = ""
    for edit in edits:
        said, heard = html.escape(edit.truth), html.escape(edit.heard)
        gone, came = f"<del>{said}</del>", f"<ins>{heard}</ins>"
        part = {"same": heard, "missing": gone, "extra": came, "replaced": gone + came}[edit.kind]
        here = edit.truth or edit.heard
        shown += part if is_unspaced(before + here) or not before else f" {part}"
        before = here
    return f'<span class="bm-diff" data-testid="difference">{shown}</span>'


def legend(say: Say) -> str:
    """Return what the marks of a difference mean."""
    struck, underlined = html.escape(say("diff_missing")), html.escape(say("diff_extra"))
    both = html.escape(say("diff_replaced"))
    return (
        f'<div class="bm-muted bm-diff"><del>{struck}</del> · <ins>{underlined}</ins> · '
        f"<del>a</del><ins>b</ins> {both}</div>"
    )


def muted(text: str) -> str:
    """Return a quiet line."""
    return f'<div class="bm-muted">{html.escape(text)}</div>'


def wrong_table(rows: Sequence[AnsweredRow], say: Say, count: str, media: str = "") -> str:
    """Return rows with what was true and what was answered, and which of how many they are.

    `media` is the address below which the pictures and recordings of the rows lie.
    """
    has_sureness = any(row.sureness is not None for row in rows)
    has_edits = any(row.edits for row in rows)
    has_media = bool(media) and any(row.media for row in rows)
    answers = ["difference"] if has_edits else ["truth", "answer"]
    keys = ["file" if has_media else "text", *answers, *(["sureness"] if has_sureness else [])]
    lines = [
        [
            item(row.text, row.media, media)
            if has_media
            else html.escape(_cut(row.text, TEXT_CHARACTERS)),
            *(
                [difference(row.edits)]
                if has_edits
                else [html.escape(_cut(text)) for text in (row.truth, row.answer)]
            ),
            *([f"{100 * (row.sureness or 0):.0f} %"] if has_sureness else []),
        ]
        for row in rows
    ]
    texts = 1 + len(answers) if has_sureness else 1
    heads = [html.escape(say(f"column_{key}")) for key in keys]
    table = _raw_table(heads, lines, "results-wrong-table", texts)
    return table + (legend(say) if has_edits else "") + muted(count)


def item(text: str, file: str, media: str) -> str:
    """Return a picture to look at or a recording to play, over the name its person knows it by.

    `file` is its name below `media`, the address of all of them; without it there is only the name.
    """
    address = html.escape(f"{media}/{file}", quote=True)
    name = html.escape(_cut(text))
    if not file:
        return name
    if file.endswith(PICTURES):
        shown = f'<img class="bm-thumb" src="{address}" alt="{name}" loading="lazy">'
    else:
        shown = f'<audio controls preload="none" src="{address}" aria-label="{name}"></audio>'
    return f'<div class="bm-item">{shown}<div class="bm-muted">{name}</div></div>'


def _raw_table(
    heads: Sequence[str], lines: Sequence[Sequence[str]], testid: str, texts: int
) -> str:
    """Return a table whose cells are HTML already."""
    head = "".join(_cell("th", text, place >= texts) for place, text in enumerate(heads))
    body = "".join(
        f"<tr>{''.join(_cell('td', text, place >= texts) for place, text in enumerate(line))}</tr>"
        for line in lines
    )
    return (
        f'<div class="bm-scroll"><table class="bm-table bm-numbers" data-testid="{testid}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, content: str, is_number: bool) -> str:
    kind = ' class="bm-number"' if is_number else ""
    return f"<{tag}{kind}>{content}</{tag}>"


def _cut(text: str, limit: int = LABEL_CHARACTERS) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
