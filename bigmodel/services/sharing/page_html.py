"""Draws a page about a model: one HTML file that loads nothing and runs nothing; every text of a person is escaped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.attached import file_of
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message
from bigmodel.core.results.panel import Table, cut
from bigmodel.core.results.results import AnsweredRow
from bigmodel.services import panels
from bigmodel.services.results.row_table import row_table
from bigmodel.services.sharing.shown import ModelPage
from bigmodel.words import Words

STYLES = [Path(__file__).parents[3] / "assets" / name for name in ("show.css", "marks.css")]
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
MOST_CLASSES = 40
TEXT_CHARACTERS = 300


def render(shown: ModelPage, words: Words, language: Language) -> str:
    """Return the whole page in one language."""

    def raw(key: str, /, **args: Arg) -> str:
        return words.say(language, Message(key, args))

    def say(key: str, /, **args: Arg) -> str:
        return escape(raw(key, **args))

    parts = [
        *_head(shown, say, lambda message: escape(words.say(language, message))),
        *_results(shown, raw),
        *_rows(shown, raw),
        *_learned(shown, raw),
        f"<h2>{say('show.page.limits')}</h2><ul>",
        *(f"<li>{escape(words.say(language, limit))}</li>" for limit in shown.limits),
        "</ul>",
        f"<footer>{say('show.page.footer')} {say(f'show.page.rows_{_holds(shown)}')}</footer>",
    ]
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{escape(shown.name)}</title><style>{''.join(style.read_text('utf-8') for style in STYLES)}</style>"
    )
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="{TAGS[language]}"><head>{head}</head>\n<body><main>\n{body}\n</main></body></html>\n'


def _head(shown: ModelPage, say: Say, tell: Callable[[Message], str]) -> Iterator[str]:
    rows = shown.summary.split_rows
    yield f"<h1>{escape(shown.name)}</h1>"
    yield f'<p class="soft">{say(f"tasks.{shown.task}.name")}</p>'
    yield f'<p class="lead" data-testid="sentence">{tell(shown.results.sentence)}</p>'
    for remark in shown.results.remarks:
        yield f'<p class="note {remark.level}">{tell(remark)}</p>'
    sort = "instant" if shown.is_instant else "tuned"
    facts = {
        "model": say(f"show.page.kind_{sort}", base=shown.model.base),
        "data": escape(shown.dataset),
        "rows": say(
            "show.page.rows_folded" if shown.results.is_folded else "show.page.rows_split",
            train=rows.get("train", 0),
            validation=rows.get("validation", 0),
            test=shown.results.rows,
        ),
        "date": f"{shown.at.astimezone():%Y-%m-%d}",
    }
    yield '<dl class="facts">'
    for name, value in facts.items():
        yield f"<dt>{say(f'show.page.{name}')}</dt><dd>{value}</dd>"
    yield "</dl>"


def _results(shown: ModelPage, raw: Say) -> Iterator[str]:
    for panel in shown.results.panels:
        if panel.quotes and not shown.learned:
            continue
        yield f"<h2>{escape(panels.title(panel, raw))}</h2>"
        if panel.about:
            yield f"<p>{escape(raw(panel.about))}</p>"
        yield panels.html(panel, raw)
    yield f"<h2>{escape(raw('show.page.measures'))}</h2><p>{escape(raw('show.page.measures_about'))}</p>"
    yield panels.measure_table(shown.results, raw).html()


def _rows(shown: ModelPage, raw: Say) -> Iterator[str]:
    for name, rows in (("right", shown.right), ("wrong", shown.wrong)):
        if rows:
            yield f"<h2>{escape(raw(f'show.page.{name}_{shown.wording}'))}</h2>"
            yield _row_table(rows, shown, raw)


def _learned(shown: ModelPage, raw: Say) -> Iterator[str]:
    summary = shown.summary

    def say(key: str, **args: Arg) -> str:
        return escape(raw(key, **args))

    yield f"<h2>{say('show.page.learned')}</h2>"
    yield f"<p>{say('show.page.learned_about', rows=summary.rows, usable=summary.usable_rows)}</p>"
    if len(summary.lengths) == 6:
        low, middle, high = (_length(summary.lengths[i], shown.medium) for i in (1, 2, 3))
        yield f"<p>{say(f'show.page.lengths_{shown.medium}', low=low, middle=middle, high=high)}</p>"
    if summary.number_range:
        low, high = (f"{value:,.4g}" for value in summary.number_range)
        yield f"<p>{say('show.page.number_range', low=low, high=high)}</p>"
    if summary.classes:
        lines = [(cut(label), f"{rows:,}") for label, rows in summary.classes.items()]
        heads = [raw("pages.results.column_class"), raw("show.page.rows_all")]
        yield Table(heads, lines[:MOST_CLASSES]).html()
        if len(lines) > MOST_CLASSES:
            yield f"<p>{say('pages.data.classes_more', count=len(lines) - MOST_CLASSES)}</p>"
    if shown.learned:
        yield f"<h3>{say('show.page.learned_rows')}</h3>"
        yield _row_table(shown.learned, shown, raw)


def _row_table(rows: Sequence[AnsweredRow], shown: ModelPage, raw: Say) -> str:
    if not shown.learned:
        rows = [replace(row, view=None) if row.view and row.view.quotes else row for row in rows]
    return row_table(rows, partial(_item, shown=shown, raw=raw), raw)


def _item(row: AnsweredRow, *, shown: ModelPage, raw: Say) -> str:
    if row.parts:
        seen = [
            shown.pictures[f] for _, cell in row.parts if (f := file_of(cell)) in shown.pictures
        ]
        return "".join(f'<img src="{picture}" alt="">' for picture in seen) + escape(
            cut(row.text, TEXT_CHARACTERS)
        )
    picture = shown.pictures.get(row.media)
    name = escape(cut(row.text, TEXT_CHARACTERS))
    drawn = panels.over(row.view, raw)
    image = f'<img src="{picture}" alt="{name}">'
    image = f'<div class="bm-boxed">{image}{drawn}</div>' if drawn else image
    return f"{image}{name}" if picture else name


def _holds(shown: ModelPage) -> str:
    if shown.learned:
        return "learned"
    return "examples" if shown.right or shown.wrong else "none"


def _length(value: int, medium: str) -> str:
    return f"{value / 1000:.1f}" if medium == "audio" else f"{value:,}"
