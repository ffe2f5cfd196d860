"""Draws evaluated rows, and the difference of a transcript from the truth: escaped HTML for the page and for files alike."""

from collections.abc import Callable, Sequence
from html import escape

from bigmodel.core.callbacks import Say
from bigmodel.core.results.alignment import Edit, is_unspaced
from bigmodel.core.results.panel import cut
from bigmodel.core.results.results import AnsweredRow
from bigmodel.services.panels import html

TEXT_CHARACTERS = 400
WORDS = "pages.results."
Show = Callable[[AnsweredRow], str]  # what a row said, as HTML


def row_table(rows: Sequence[AnsweredRow], show: Show, say: Say, testid: str = "") -> str:
    """Return a line a row: what it said, the truth, and what was answered, if anything was."""
    has_edits, has_answer = any(row.edits for row in rows), any(row.answer for row in rows)
    is_one = has_edits or any(row.view for row in rows)
    has_sureness = any(row.sureness is not None for row in rows)
    both = "difference" if has_edits else "outcome"
    answers = [both] if is_one else ["truth", *(["answer"] if has_answer else [])]
    item = "file" if any(row.media for row in rows) else "text"
    keys = [item, *answers, *(["sureness"] if has_sureness else [])]
    texts = 1 + len(answers) if has_sureness or is_one or not has_answer else 1
    lines = []
    for row in rows:
        said = [_both(row, say)] if is_one else [shown(row.truth), shown(row.answer)]
        known = "–" if row.sureness is None else f"{100 * row.sureness:.0f} %"
        sure = [known] if has_sureness else []
        lines.append([show(row), *said[: len(answers)], *sure])
    head = _line("th", [escape(say(f"{WORDS}column_{key}")) for key in keys], texts)
    body = "".join(_line("td", line, texts) for line in lines)
    drawn = " bm-stacked" if any(row.view for row in rows) else ""
    table = (
        f'<div class="bm-scroll" tabindex="0"><table class="bm-table bm-numbers{drawn}" data-testid="{escape(testid)}">'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )
    return table + (legend(say) if has_edits else "")


def _both(row: AnsweredRow, say: Say) -> str:
    """Return truth and answer in one."""
    if row.view:
        return html(row.view, say)
    return difference(row.edits) if row.edits else shown(row.answer)


def shown(text: str) -> str:
    """Return a text that fits a cell."""
    return escape(cut(text, TEXT_CHARACTERS))


def difference(edits: Sequence[Edit]) -> str:
    """Return a transcript with its mistakes: what was said but not heard struck out, what was heard instead underlined."""
    drawn = before = ""
    for edit in edits:
        said, heard = escape(edit.truth), escape(edit.heard)
        gone, came = f"<del>{said}</del>", f"<ins>{heard}</ins>"
        part = {"same": heard, "missing": gone, "extra": came, "replaced": gone + came}[edit.kind]
        here = edit.truth or edit.heard
        drawn += part if is_unspaced(before + here) or not before else f" {part}"
        before = here
    return f'<span class="bm-diff" data-testid="difference">{drawn}</span>'


def legend(say: Say) -> str:
    """Return what the marks of a difference mean."""
    struck, underlined, both = (
        escape(say(f"{WORDS}diff_{name}")) for name in ("missing", "extra", "replaced")
    )
    return (
        f'<div class="bm-muted bm-diff"><del>{struck}</del> · <ins>{underlined}</ins> · '
        f"<del>a</del><ins>b</ins> {both}</div>"
    )


def _line(tag: str, cells: Sequence[str], texts: int) -> str:
    kinds = ["" if at < texts else ' class="bm-number"' for at in range(len(cells))]
    drawn = (f"<{tag}{kind}>{cell}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
    return f"<tr>{''.join(drawn)}</tr>"
