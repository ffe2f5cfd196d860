"""Answers of a model as a table, and sentences beside them: escaped HTML in Gradio's own colours; nothing is computed here."""

import html
from collections.abc import Sequence

from bigmodel.core.answer import percent


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
        '<div class="bm-scroll" tabindex="0" role="status"><table class="bm-table" data-testid="answers">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def notice(text: str) -> str:
    """Return a sentence in a frame, or nothing for no sentence."""
    return f'<div class="bm-card" role="status">{html.escape(text)}</div>' if text else ""


def quiet(text: str) -> str:
    """Return a sentence that stands beside something, or nothing for no sentence."""
    return f'<div class="bm-muted">{html.escape(text)}</div>' if text else ""


def progress(said: str, percent: int) -> str:
    """Return how far something is as HTML."""
    return (
        f'<p role="status">{html.escape(said)}</p><progress max="100" value="{percent}"></progress>'
    )


def _line(text: str, answer: tuple[str, float | None], note: str) -> str:
    said, (shown, sure) = f"<td>{html.escape(text)}</td>", answer
    if sure is None:
        return f'<tr>{said}<td class="bm-number">{html.escape(shown)}</td>{note}</tr>'
    return (
        f"<tr>{said}<td><b>{html.escape(shown)}</b></td>"
        f'<td class="bm-number">{html.escape(percent(sure))}</td>{note}</tr>'
    )
