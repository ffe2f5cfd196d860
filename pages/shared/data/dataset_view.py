"""A dataset drawn as HTML: what was found, labels, lengths, problems, rows. Every text of a person is escaped here."""

from collections.abc import Sequence
from html import escape
from itertools import zip_longest
from typing import Protocol

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.dataset import Dataset, Summary
from bigmodel.core.language import Language
from bigmodel.core.message import Message
from bigmodel.core.target import Chart
from bigmodel.words import Words
from pages.shared.widgets.media_item import item

SHOWN_COLUMNS = 10
SHOWN_CHARACTERS = 160
LABEL_CHARACTERS = 40
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Table(Protocol):
    """Some rows as they came."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[tuple[str, ...], ...]: ...
    @property
    def files(self) -> tuple[tuple[str, ...], ...]: ...


BOOKS = ("xlsx", "xlsm", "xls", "ods", "parquet")  # have no encoding that anybody could choose


def facts(dataset: Dataset, say: Say) -> str:
    """Return what was found in the file, as a card."""
    recipe, summary = dataset.version.recipe, dataset.version.summary
    is_table = summary.medium == "text"
    lines = [
        (
            "file",
            f"{recipe.source_name} · {recipe.format.upper()}" if is_table else recipe.source_name,
        ),
        (
            "rows" if is_table else "files",
            f"{summary.rows:,} ({summary.usable_rows:,} {say('pages.data.usable')})",
        ),
    ]
    if recipe.encoding and recipe.format not in BOOKS:
        lines.append(("encoding", recipe.encoding))
    if recipe.delimiter:
        lines.append(("delimiter", say(f"pages.data.delimiter_{DELIMITERS[recipe.delimiter]}")))
    if summary.usable_rows:
        lines.append(("split", _split(summary, say)))
    if not is_table:
        lines += _media_facts(summary, say)
    elif len(summary.lengths) == 6:
        _, low, middle, high, _, longest = summary.lengths
        text = say("pages.data.lengths_text", low=low, high=high, middle=middle, longest=longest)
        lines.append(("lengths", text))
    rows = "".join(
        f'<tr><th scope="row">{escape(say(f"pages.data.{name}"))}</th><td>{escape(text)}</td></tr>'
        for name, text in lines
    )
    return f'<table class="bm-table">{rows}</table>'


def _media_facts(summary: Summary, say: Say) -> list[tuple[str, str]]:
    """Return what is known of sizes or durations, as lines of the facts card."""
    if len(summary.lengths) != 6:
        return []
    shortest, low, middle, high, _, longest = summary.lengths
    if summary.medium == "image" and shortest == longest:
        return [("sizes", say("pages.media.sizes_same", side=longest))]
    if summary.medium == "image":
        text = say("pages.media.sizes_text", low=low, high=high, middle=middle, longest=longest)
        return [("sizes", text)]
    spans = {
        name: seconds(value / 1000, say)
        for name, value in zip(
            ("low", "high", "middle", "longest"), (low, high, middle, longest), strict=True
        )
    }
    return [("durations", say("pages.media.durations_text", **spans))]


def seconds(value: float, say: Say) -> str:
    """Return a duration as people say it."""
    if value < 60:
        return say("pages.media.seconds", value=f"{value:.1f}")
    return say("pages.media.minutes", minutes=int(value // 60), seconds=f"{int(value % 60):02d}")


def _split(summary: Summary, say: Say) -> str:
    parts = summary.split_rows
    counts = {name: parts.get(name, 0) for name in ("train", "validation", "test")}
    key = "split_text" if counts["validation"] or counts["test"] else "split_none"
    return say(f"pages.data.{key}", **counts)


def classes(chart: Chart, say: Say) -> str:
    """Return how many rows have which target as bars."""
    title = f"<p>{escape(say(chart.title.key, **chart.title.args))}</p>" if chart.title else ""
    more = escape(say("pages.data.classes_more", count=chart.more)) if chart.more else ""
    return f'{title}{_bars(chart.bars)}<p class="bm-muted">{more}</p>'


def _bars(items: Sequence[tuple[str, int]]) -> str:
    most = max((rows for _, rows in items), default=1) or 1
    cells = "".join(
        f"<span>{escape(short(label, LABEL_CHARACTERS))}</span>"
        f'<div class="bm-bar"><i style="width:{100 * rows / most:.1f}%"></i></div>'
        f'<span class="bm-number">{rows:,}</span>'
        for label, rows in items
    )
    return f'<div class="bm-bars">{cells}</div>'


def problems(
    messages: Sequence[Message], words: Words, language: Language, *, nothing: str = ""
) -> str:
    """Return problems as a list, each with what to do about it."""
    if not messages:
        return f'<p class="bm-muted">{escape(nothing)}</p>' if nothing else ""
    return "".join(_problem(message, words, language) for message in messages)


def _problem(message: Message, words: Words, language: Language) -> str:
    cut = {
        name: short(value) if isinstance(value, str) else value
        for name, value in message.args.items()
    }
    problem, fix = (
        words.say(language, Message(f"{message.key}.{part}", cut)) for part in ("problem", "fix")
    )
    return (
        f'<div class="bm-problem is-{message.level}"><b>{escape(problem)}</b>'
        f"<br>{escape(fix)}</div>"
    )


def preview(table: Table, *, text: Sequence[str], label: str, media: str = "") -> str:
    """Return the rows as a table, the columns that are read and the label first; `media` is the address of their files."""
    chosen = [name for name in (*text, label) if name in table.columns]
    names = [*chosen, *(name for name in table.columns if name not in chosen)][:SHOWN_COLUMNS]
    places = [table.columns.index(name) for name in names]
    head = "".join(
        f'<th scope="col">{escape(short(name, LABEL_CHARACTERS))}</th>' for name in names
    )
    chip = table.columns.index(label) if label in table.columns else -1

    def cell(row: Sequence[str], files: Sequence[str], place: int) -> str:
        file = files[place] if files else ""
        said = item(row[place], file, media) if file else escape(short(row[place]))
        return (
            f'<td><span class="bm-badge">{said}</span></td>'
            if place == chip
            else f"<td>{said}</td>"
        )

    body = "".join(
        "<tr>" + "".join(cell(row, files, place) for place in places) + "</tr>"
        for row, files in zip_longest(table.rows, table.files, fillvalue=())
    )
    return (
        '<div class="bm-scroll" tabindex="0"><table class="bm-table bm-rows">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def short(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Return a text cut where it is too long to read."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
