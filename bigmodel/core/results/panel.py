"""A picture of an evaluation or of an answer: its kind and its data, and what the module of a kind must do to draw it.

It draws nothing itself but tables of plain texts.
"""

import re
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bigmodel.core.callbacks import Say

MOST_ON_A_CARD = 50  # rows of a table
CELL_CHARACTERS = 80
_SLUG = re.compile(r"\W+")
_MARKS = re.compile(r"([\\`*_\[\]|#])")


@dataclass(frozen=True)
class Panel:
    """What the module of its kind draws: on the page, in a file that works offline, on a card and in a terminal alike.

    `kind` is a module of `bigmodel/services/panels`, or `<task>.<module>` of one that lies in the folder of a task.
    `title` and `about` are keys of words.
    """

    kind: str
    data: Mapping[str, Any]  # Any: as JSON has it, and known to its kind alone
    title: str = ""
    about: str = ""
    of: str = ""  # the column that it is about, where a model answers several
    quotes: bool = (
        False  # it shows what rows say, and goes along with a model only where its rows do
    )

    @property
    def name(self) -> str:
        """What it is called in a page and in file names."""
        name = (self.title or self.kind).rpartition(".")[2].replace("_", "-")
        return f"{name}-{_SLUG.sub('-', self.of)}" if self.of else name


@dataclass(frozen=True)
class Table:
    """Plain texts in rows; the first `texts` columns are texts, the others numbers. `shades` colour those, from 0 to 1."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    shades: Sequence[Sequence[float]] = ()
    about: str = ""

    def html(self, testid: str = "") -> str:
        """Return the table for a page."""
        heads = [_cell("th", text, at >= self.texts) for at, text in enumerate(self.heads)]
        rows = "".join(f"<tr>{self._line(number)}</tr>" for number in range(len(self.rows)))
        about = f"<p>{escape(self.about)}</p>" if self.about else ""
        shaded = " is-shaded" if self.shades else ""
        return (
            f'{about}<div class="bm-scroll" tabindex="0"><table class="bm-table bm-numbers{shaded}" data-testid="{escape(testid)}">'
            f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def markdown(self) -> str:
        """Return the table for a card; a long one is cut."""
        ends = ["---" if at < self.texts else "---:" for at in range(len(self.heads))]
        lines = [map(literal, self.heads), ends]
        lines += [map(literal, row) for row in self.rows[:MOST_ON_A_CARD]]
        more = "\n\n…" if len(self.rows) > MOST_ON_A_CARD else ""
        about = f"{literal(self.about)}\n\n" if self.about else ""
        return about + "\n".join(f"| {' | '.join(line)} |" for line in lines) + more

    def _line(self, number: int) -> str:
        """Return the cells of a row; in a matrix the one on the diagonal is bold."""
        shades = self.shades[number] if self.shades else ()
        cells = [_cell("td", text, False) for text in self.rows[number][: self.texts]]
        for at, text in enumerate(self.rows[number][self.texts :]):
            shade = f' style="--s:{shades[at]:.2f}"' if shades else ""
            cells.append(_cell("td", text, True, shade, is_bold=bool(shades) and at == number))
        return "".join(cells)


@dataclass(frozen=True)
class Figure:
    """A figure of Plotly. Each of `choices` is a word and what it changes of the layout; the first one is shown."""

    data: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    about: str = ""
    choices: Sequence[tuple[str, Mapping[str, Any]]] = ()


@dataclass(frozen=True)
class Steps:
    """Sentences to step through by a slider, that at `start` first; `about` stands below all of them."""

    label: str
    texts: Sequence[str]
    start: int
    about: str = ""


class PanelKind(ABC):
    """How panels of one kind are drawn; a module holds it as `PANEL`. `say` gives plain texts, nothing is escaped in data."""

    def is_half(self, panel: Panel) -> bool:
        """Return whether two such panels stand side by side where there is room."""
        return False

    @abstractmethod
    def draw(self, panel: Panel, say: Say) -> Table | str:
        """Return a panel as a table, or as escaped HTML or SVG that loads nothing and runs nothing."""

    def over(self, panel: Panel, say: Say) -> str:
        """Return what lies over the picture of a row, as SVG that fills it; nothing by default."""
        return ""

    def figure(self, panel: Panel, say: Say) -> Figure | None:
        """Return what the Results tab shows in its place: a figure to zoom and to point at."""
        return None

    def steps(self, panel: Panel, say: Say) -> Steps | None:
        """Return sentences that the Results tab shows above it, one at a time."""
        return None

    def pick(self, panel: Panel, x: int, y: int) -> tuple[str, str] | None:
        """Return the truth and the answer that a point of the figure stands for."""
        return None

    def picture(self, panel: Panel, say: Say) -> Mapping[str, Any]:
        """Return what the picture to copy shows of it: `matrix`, `pairs` or `bars`, as `share.js` draws them."""
        return {}


def media_panel(content: bytes, media_type: str, text: str = "") -> Panel:
    """Return a picture or a sound to look at or to listen to, such as `image/png` or `audio/wav`."""
    data = {"type": media_type, "content": b64encode(content).decode(), "text": text}
    return Panel("media", data)


def cut(text: str, limit: int = CELL_CHARACTERS) -> str:
    """Return a text that is not longer than a cell."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plain(text: str, limit: int = 40) -> str:
    """Return a person's text as Plotly shows it literally: no tags, and cut where it is too long."""
    return escape(cut(text, limit), quote=False)


def literal(text: str) -> str:
    """Return a person's text as Markdown shows it literally, in one line."""
    return _MARKS.sub(r"\\\1", escape(cut(" ".join(text.split())), quote=False))


def _cell(tag: str, text: str, is_number: bool, style: str = "", *, is_bold: bool = False) -> str:
    kind, shown = ' class="bm-number"' if is_number else "", escape(text)
    return f"<{tag}{kind}{style}>{f'<b>{shown}</b>' if is_bold else shown}</{tag}>"
