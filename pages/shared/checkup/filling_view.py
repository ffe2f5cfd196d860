"""Empty cells, column by column: left out, or filled with what is seen before it is done. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.checkup import DROP, VALUE, EmptyColumn
from bigmodel.core.datasets.dataset import Dataset
from pages.shared.checkup.checkup_view import before_after
from pages.shared.checkup.parts import VersionMaker, table
from pages.shared.web.guard import Newest, OpenPages
from pages.shared.web.page import QUIET, Context, Updates

WORDS = "filling."


class FillingView(VersionMaker):
    """The accordion with a column, what is done with its empty cells, and the button."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.drawn: OpenPages[tuple[str, int]] = OpenPages(("", 0))
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-filling"
        ) as self.box:
            gr.Markdown(t(f"{WORDS}about"))
            self.found = gr.HTML("", elem_id="data-filling-found")
            with gr.Row():
                self.column = gr.Dropdown(
                    [], label=t(f"{WORDS}column"), elem_id="data-filling-column", min_width=160
                )
                self.way = gr.Dropdown(
                    [], label=t(f"{WORDS}way"), elem_id="data-filling-way", min_width=300
                )
                self.value = gr.Textbox(
                    label=t(f"{WORDS}value"), visible=False, elem_id="data-filling-value"
                )
            self.preview = gr.HTML("", elem_id="data-filling-preview")
            self.apply = gr.Button(t("checkup.apply"), elem_id="data-filling-apply")

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [self.box, self.found, self.column, *self.below]

    @property
    def below(self) -> list[Any]:
        """Return what follows from the column."""
        return [self.way, self.value, self.preview]

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], outputs: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once there is another version."""
        self.redraw(show, outputs)
        dataset, newest = self.ctx.dataset, Newest()
        asked = [dataset, self.column, self.way, self.value]
        self.column.input(protect(newest(self.choose)), [dataset, self.column], self.below, **QUIET)
        for told in (self.way.input, self.value.change):
            told(protect(newest(self.look)), asked, self.preview, **QUIET)
        self.apply.click(protect(self.fill), asked, self.made, **QUIET)

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the columns of a dataset with empty cells; one without them has no need of this."""
        columns = self.ctx.services.filling.columns(dataset.owner, dataset.id)
        say = partial(self.ctx.say, request)
        first = columns[0] if columns else None
        page, now = request.session_hash or "", (dataset.id, dataset.version.number)
        is_drawn = bool(page) and self.drawn.get(page) == now
        self.drawn.put(page, now)
        if is_drawn:  # a second drawing of the same version leaves what was chosen meanwhile
            return {
                self.box: gr.Accordion(visible=bool(columns)),
                self.found: _listed(columns, say),
            }
        return {
            self.box: gr.Accordion(visible=bool(columns)),
            self.found: _listed(columns, say),
            self.column: gr.Dropdown(
                [each.name for each in columns], value=first.name if first else None
            ),
            **self._below(first, say),
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to fill."""
        return {self.box: gr.Accordion(visible=False)}

    def _below(self, column: EmptyColumn | None, say: Say) -> Updates:
        """Return the ways of a column, none chosen yet."""
        ways = [(_way(way, column, say), way) for way in column.ways] if column else []
        return {
            self.way: gr.Dropdown(ways, value=None),
            self.value: gr.Textbox(value="", visible=any(way == VALUE for _, way in ways)),
            self.preview: "",
        }

    # handlers -----------------------------------------------------------------------------------

    def choose(self, dataset_id: str, column: str, request: gr.Request) -> Updates:
        """Offer what may be done with another column."""
        columns = self.ctx.services.filling.columns(self.ctx.owner(request), dataset_id)
        found = next((each for each in columns if each.name == column), None)
        return self._below(found, partial(self.ctx.say, request))

    def look(
        self, dataset_id: str, column: str, way: str | None, value: str, request: gr.Request
    ) -> str:
        """Show rows before and after."""
        say = partial(self.ctx.say, request)
        if not way or (way == VALUE and not value.strip()):
            return ""
        owner = self.ctx.owner(request)
        found = self.ctx.services.filling.preview(owner, dataset_id, column, way, value)
        key = "checkup.preview_drop" if way == DROP else f"{WORDS}preview"
        said = say(key, changed=found.changed, rows=found.rows)
        rows = "" if way == DROP else before_after(_named(found.before_after, say), say)
        return f"<p>{escape(said)}</p>{rows}"

    def fill(
        self, dataset_id: str, column: str, way: str | None, value: str, request: gr.Request
    ) -> str:
        """Make the version whose empty cells are filled, or left out with their rows."""
        owner = self.ctx.owner(request)
        made = self.ctx.services.filling.fill(owner, dataset_id, column, way or "", value)
        return self.told(made, request)


def _named(pairs: Sequence[tuple[str, str]], say: Say) -> list[tuple[str, str]]:
    """Return cells before and after; an empty one is said to be that."""
    empty = say(f"{WORDS}empty")
    return [(before or empty, after or empty) for before, after in pairs]


def _way(way: str, column: EmptyColumn, say: Say) -> str:
    """Return a way in words, with what it would fill in."""
    return say(f"{WORDS}ways.{way}", value=column.values.get(way, column.filled))


def _listed(columns: Sequence[EmptyColumn], say: Say) -> str:
    """Return the columns as a table: what they are for, how many cells are empty, and what stands in."""
    if not columns:
        return ""
    keys = ("column", "role", "count", "filled")
    rows = "".join(
        f"<tr><td>{escape(each.name)}</td><td>{escape(say(f'{WORDS}roles.{each.role}'))}</td>"
        f"<td>{each.empty:,} / {each.rows:,}</td><td>{escape(each.filled) or '–'}</td></tr>"
        for each in columns
    )
    return table([say(f"{WORDS}heads.{key}") for key in keys], rows)
