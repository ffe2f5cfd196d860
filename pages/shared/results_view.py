"""How an evaluation looks in words and tables: escaped HTML in Gradio's own colours; nothing is measured here."""

import html
from collections.abc import Callable, Sequence

from bigmodel.core.message import Message
from bigmodel.core.results import AnsweredRow, ClassRow, Measure, Results

UNITS = frozenset({"mse", "rmse", "mae", "r2", "log_loss"})  # measures that are no shares
LABEL_CHARACTERS = 80
TEXT_CHARACTERS = 400

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


def class_table(rows: Sequence[ClassRow], say: Say) -> str:
    """Return a line a class: its rows, what was found, and how far its answers can be trusted."""
    keys = ("class", "rows", "found", "recall", "precision", "f1", "auc")
    lines = [
        [
            _cut(row.label),
            f"{row.rows:,}",
            f"{row.found:,}",
            _share(row.recall) if row.rows else "–",
            _share(row.precision) if row.named else "–",
            _share(row.f1) if row.rows or row.named else "–",
            "–" if row.auc is None else f"{row.auc:.3f}",
        ]
        for row in rows
    ]
    return _table([say(f"column_{key}") for key in keys], lines, "results-classes-table")


def measure_table(results: Results, say: Say) -> str:
    """Return every measure with its interval, and the same of what stands beside."""
    beside = [name for name in ("instant", "majority", "mean") if name in results.beside]
    heads = [say("column_measure"), say("column_value"), say("column_interval")]
    heads += [say(f"beside_{name}") for name in beside]
    lines = []
    for name, measure in results.measures.items():
        others = [_value(name, results.beside[other][name].value) for other in beside]
        lines.append(
            [
                say(f"measures.{name}"),
                _value(name, measure.value),
                _interval(name, measure),
                *others,
            ]
        )
    lines += [
        [say(f"auc_{name}"), f"{area:.3f}", "–", *["–"] * len(beside)]
        for name, area in results.roc_auc.items()
    ]
    return _table(heads, lines, "results-measures-table")


def muted(text: str) -> str:
    """Return a quiet line."""
    return f'<div class="bm-muted">{html.escape(text)}</div>'


def wrong_table(rows: Sequence[AnsweredRow], say: Say, count: str) -> str:
    """Return rows with what was true and what was answered, and which of how many they are."""
    has_sureness = any(row.sureness is not None for row in rows)
    keys = ["text", "truth", "answer", *(["sureness"] if has_sureness else [])]
    lines = [
        [
            _cut(row.text, TEXT_CHARACTERS),
            _cut(row.truth),
            _cut(row.answer),
            *([f"{100 * (row.sureness or 0):.0f} %"] if has_sureness else []),
        ]
        for row in rows
    ]
    texts = 1 if not has_sureness else 3
    heads = [say(f"column_{key}") for key in keys]
    return _table(heads, lines, "results-wrong-table", texts) + muted(count)


def _table(
    heads: Sequence[str], lines: Sequence[Sequence[str]], testid: str, texts: int = 1
) -> str:
    """Return a table whose first `texts` columns are texts and whose others are numbers."""
    head = "".join(_cell("th", text, place >= texts) for place, text in enumerate(heads))
    body = "".join(
        f"<tr>{''.join(_cell('td', text, place >= texts) for place, text in enumerate(line))}</tr>"
        for line in lines
    )
    return (
        f'<div class="bm-scroll"><table class="bm-table bm-numbers" data-testid="{testid}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, text: str, is_number: bool) -> str:
    kind = ' class="bm-number"' if is_number else ""
    return f"<{tag}{kind}>{html.escape(text)}</{tag}>"


def _share(measure: Measure) -> str:
    return f"{100 * measure.value:.1f} %"


def _value(name: str, value: float) -> str:
    return f"{value:,.4g}" if name in UNITS else f"{100 * value:.1f} %"


def _interval(name: str, measure: Measure) -> str:
    if name in UNITS:
        return f"{measure.low:,.4g} – {measure.high:,.4g}"
    return f"{100 * measure.low:.1f} – {100 * measure.high:.1f} %"


def _cut(text: str, limit: int = LABEL_CHARACTERS) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
