"""How answers of a model look: the parts of a view, a table, as escaped HTML in Gradio's own colours; nothing is computed here."""

import html
from collections.abc import Sequence

from bigmodel.core.answer import UNSURE, View, percent
from bigmodel.core.callbacks import Say
from bigmodel.core.message import Message
from bigmodel.core.results.alignment import is_unspaced


def draw(view: View, say: Say) -> str:
    """Return an answer in large letters with what belongs to it, without a frame."""
    title, note = (quiet(_said(part, say)) if part else "" for part in (view.title, view.note))
    kind = "" if view.bars or view.words or view.title is None else " bm-number"
    lead = _words(view) if view.words else html.escape(_said(view.answer, say))
    lines = "".join(_bar(label, share) for label, share in view.bars)
    bars = f'<div class="bm-bars" style="margin-top:12px">{lines}</div>' if lines else ""
    return f'{title}<div class="bm-lead{kind}" data-testid="answer">{lead}</div>{note}{bars}'


def table(
    texts: Sequence[str],
    answers: Sequence[tuple[str, float | None]],
    headings: Sequence[str],
    notes: Sequence[str] | None = None,
) -> str:
    """Return a line a text: the text, its answer, how sure the model is, and a note where there are any."""
    is_number = all(sure is None for _, sure in answers)
    shown = headings[:2] if is_number else headings[:3]
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in shown[:-1])
    head += f'<th class="bm-number">{html.escape(shown[-1])}</th>'
    head += "".join(f"<th>{html.escape(heading)}</th>" for heading in headings[3:])
    told = [f"<td>{html.escape(note)}</td>" for note in notes] if notes else [""] * len(texts)
    body = "".join(map(_line, texts, answers, told))
    return (
        '<div class="bm-scroll" role="status"><table class="bm-table" data-testid="answers">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def notice(text: str) -> str:
    """Return a sentence in a frame, or nothing for no sentence."""
    return f'<div class="bm-card" role="status">{html.escape(text)}</div>' if text else ""


def quiet(text: str) -> str:
    """Return a sentence that stands beside something, or nothing for no sentence."""
    return f'<div class="bm-muted">{html.escape(text)}</div>' if text else ""


def _said(part: str | Message, say: Say) -> str:
    return say(part.key, **part.args) if isinstance(part, Message) else part


def _words(view: View) -> str:
    """Return the words of an answer; those the model was unsure of are marked."""
    spans = [
        f'<span class="bm-word{" is-unsure" if sure < UNSURE else ""}" '
        f'title="{html.escape(percent(sure))}">{html.escape(word)}</span>'
        for word, sure in view.words
    ]
    return ("" if is_unspaced(str(view.answer)) else " ").join(spans)


def _bar(label: str, share: float) -> str:
    return (
        f"<span>{html.escape(label)}</span>"
        f'<div class="bm-bar"><i style="width:{100 * share:.1f}%"></i></div>'
        f'<span class="bm-number">{html.escape(percent(share))}</span>'
    )


def _line(text: str, answer: tuple[str, float | None], note: str) -> str:
    said, (shown, sure) = f"<td>{html.escape(text)}</td>", answer
    if sure is None:
        return f'<tr>{said}<td class="bm-number">{html.escape(shown)}</td>{note}</tr>'
    return (
        f"<tr>{said}<td><b>{html.escape(shown)}</b></td>"
        f'<td class="bm-number">{html.escape(percent(sure))}</td>{note}</tr>'
    )
