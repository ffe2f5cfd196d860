"""How answers of a model look: bars, a number, a table, as escaped HTML in Gradio's own colours; nothing is computed here."""

import html
from collections.abc import Sequence

from bigmodel.core.results.results import Prediction

SHOWN_BARS = 12


def bars(answer: Prediction) -> str:
    """Return the label in large letters and a bar for each label, surest first."""
    return f'<div class="bm-card" role="status">{bare_bars(answer)}</div>'


def bare_bars(answer: Prediction) -> str:
    """Return what `bars` shows, without the frame."""
    surest = sorted(answer.probabilities.items(), key=lambda pair: -pair[1])
    lines = "".join(_bar(label, share) for label, share in surest[:SHOWN_BARS])
    label = html.escape(answer.label or "")
    return (
        f'<div class="bm-lead" data-testid="answer">{label}</div>'
        f'<div class="bm-bars" style="margin-top:12px">{lines}</div>'
    )


def number(answer: Prediction, title: str) -> str:
    """Return a number in large letters."""
    return f'<div class="bm-card" role="status">{bare_number(answer, title)}</div>'


def bare_number(answer: Prediction, title: str) -> str:
    """Return what `number` shows, without the frame."""
    return (
        f'<div class="bm-muted">{html.escape(title)}</div>'
        f'<div class="bm-lead bm-number" data-testid="answer">{answer.value:,.4g}</div>'
    )


def table(
    texts: Sequence[str],
    answers: Sequence[Prediction],
    headings: Sequence[str],
    notes: Sequence[str] | None = None,
) -> str:
    """Return a line a text: the text, its answer, how sure the model is, and a note where there are any."""
    is_number = any(answer.label is None for answer in answers)
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


def percent(share: float) -> str:
    """Return a share as people read it; what is not certain is never called 100 %."""
    if share >= 0.9995:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def _bar(label: str, share: float) -> str:
    return (
        f"<span>{html.escape(label)}</span>"
        f'<div class="bm-bar"><i style="width:{100 * share:.1f}%"></i></div>'
        f'<span class="bm-number">{html.escape(percent(share))}</span>'
    )


def _line(text: str, answer: Prediction, note: str) -> str:
    said = f"<td>{html.escape(text)}</td>"
    if answer.label is None:
        return f'<tr>{said}<td class="bm-number">{answer.value:,.4g}</td>{note}</tr>'
    sure = html.escape(percent(answer.probabilities[answer.label]))
    return (
        f"<tr>{said}<td><b>{html.escape(answer.label)}</b></td>"
        f'<td class="bm-number">{sure}</td>{note}</tr>'
    )
