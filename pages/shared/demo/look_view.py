"""How the answer to a picture or a recording looks, and what stands behind it: escaped HTML; nothing is computed here."""

import html
from collections.abc import Callable, Sequence
from typing import Any

from bigmodel.core.answer import percent
from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import plain
from bigmodel.services.inference.predict import Answered, Look, MediaRow
from bigmodel.services.panels import answer_html
from pages.shared.web.media_route import media_url
from pages.shared.widgets import answer, chart

SHOWN_CLASSES = 6  # lines of the figure, those that are ever surest


def look(found: Look, kind: str, say: Say, asked: MediaRow | None = None) -> str:
    """Return the whole answer to one file; `asked` is the training or test row that was asked about, if it was one."""
    said = found.answer
    parts = [_player(asked, kind) if asked and not said.kind.shows_input else ""]
    if said.is_strange:
        parts.append(
            f'<div class="bm-problem is-warning" data-testid="strange">{say("pages.demo.strange")}</div>'
        )
    parts.append(answer_html(said.view, say))
    label = said.kind.said(asked.target) if asked and said.transcript is None else ""
    if label:
        labelled = answer.quiet(say("pages.demo.labelled", label=label))
        parts.append(f'<div style="margin-top:12px">{labelled}</div>')
    parts.append(_nearest(found.nearest, kind, say))
    return f'<div class="bm-card" role="status">{"".join(parts)}</div>'


def problem(name: str, sentence: str) -> str:
    """Return why a file has no answer."""
    name, sentence = html.escape(name), html.escape(sentence)
    return (
        f'<div class="bm-card" role="alert"><b>{name}</b>'
        f'<div class="bm-problem is-error" data-testid="unreadable">{sentence}</div></div>'
    )


def files(answers: Sequence[Answered], say: Say, tell: Callable[[Any], str]) -> str:
    """Return a line a file: its name, its answer, how sure it is where any is sure of itself; or why it has none."""
    has_sureness = any(one.certainty is not None for one in answers)
    head = "".join(
        f"<th>{html.escape(say(f'pages.demo.table_{key}'))}</th>" for key in ("file", "answer")
    )
    if has_sureness:
        head += f'<th class="bm-number">{html.escape(say("pages.demo.table_sureness"))}</th>'
    body = "".join(_file(one, say, tell, has_sureness=has_sureness) for one in answers)
    return (
        '<div class="bm-scroll" tabindex="0" role="status"><table class="bm-table" data-testid="answers">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def examples(rows: Sequence[MediaRow], kind: str, title: str) -> str:
    """Return buttons, one a row, that say in `data-row` which row they ask about."""
    if not rows:
        return ""
    buttons = "".join(
        f'<button type="button" class="bm-example" data-row="{html.escape(row.row_id)}" '
        f'title="{html.escape(row.name)}">{_face(row, kind)}</button>'
        for row in rows
    )
    return (
        f'<div class="bm-muted">{html.escape(title)}</div><div class="bm-examples">{buttons}</div>'
    )


def course(found: Look, labels: Sequence[str], *, run: str) -> str | None:
    """Return the figure of each class's probability along a recording, or None for a short one."""
    steps = found.answer.said.course
    if len(steps) < 2 or not labels:
        return None
    middles = [(start + end) / 2 for start, end, _ in steps]
    highest = [max(scores[i] for _, _, scores in steps) for i in range(len(labels))]
    chosen = sorted(range(len(labels)), key=lambda i: -highest[i])[:SHOWN_CLASSES]
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": plain(labels[i]),
            "x": middles,
            "y": [scores[i] for _, _, scores in steps],
        }
        for i in sorted(chosen)
    ]
    layout = {
        "xaxis": {"ticksuffix": " s", "range": [0, steps[-1][1]]},
        "yaxis": {"tickformat": ".0%", "range": [0, 1.02]},
        "hovermode": "x unified",
    }
    return chart.figure(run, lines, layout)


def _nearest(rows: Sequence[MediaRow], kind: str, say: Say) -> str:
    if not rows:
        return ""
    faces = "".join(
        f"<figure>{_player(row, kind)}<figcaption>{html.escape(row.target)}</figcaption></figure>"
        for row in rows
    )
    title = html.escape(say(f"pages.demo.nearest_{kind}"))
    return (
        f'<div class="bm-muted" style="margin-top:16px">{title}</div>'
        f'<div class="bm-nearest" data-testid="nearest">{faces}</div>'
    )


def _player(row: MediaRow, kind: str) -> str:
    """Return a picture, or a recording with its player."""
    url, name = html.escape(media_url(row.dataset_id, row.file)), html.escape(row.name)
    if kind == "image":
        return f'<img class="bm-face" loading="lazy" src="{url}" alt="{name}" title="{name}">'
    return f'<audio controls preload="none" src="{url}" title="{name}"></audio>'


def _face(row: MediaRow, kind: str) -> str:
    """Return what a button shows of a row; the class is not told, for the model shall guess it."""
    return _player(row, kind) if kind == "image" else f"<span>▶ {html.escape(row.name)}</span>"


def _file(one: Answered, say: Say, tell: Callable[[Any], str], *, has_sureness: bool) -> str:
    name = f"<td>{html.escape(one.name)}</td>"
    if one.problem:
        why = html.escape(tell(one.problem))
        return f'<tr>{name}<td colspan="{1 + has_sureness}" class="bm-muted">{why}</td></tr>'
    text, sure = one.line, "" if one.certainty is None else percent(one.certainty)
    strange = f' <span class="bm-badge">{html.escape(say("pages.demo.table_strange"))}</span>'
    last = f'<td class="bm-number">{html.escape(sure)}</td>' if has_sureness else ""
    return f"<tr>{name}<td><b>{html.escape(text)}</b>{strange if one.is_strange else ''}</td>{last}</tr>"
