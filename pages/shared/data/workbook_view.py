"""The card of a workbook: its sheets, and its first rows, one of which a person clicks as the row of names. It reads no file."""

from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.workbook_preview import NO_HEADER, RowPreview, WorkbookPreview
from bigmodel.core.errors import DatasetError, NotFoundError
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context
from pages.shared.web.theme import script


class WorkbookView:
    """A card that is folded where there was nothing to choose, and open where there was."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(
            t("pages.workbook.title"), open=False, visible=False, elem_id="data-workbook"
        ) as self.card:
            gr.Markdown(t("pages.workbook.intro"))
            self.sheet = gr.Dropdown(
                [], label=t("pages.workbook.sheet"), elem_id="data-sheet", interactive=True
            )
            self.grid = gr.HTML("", js_on_load=script("workbook.js"), elem_id="data-grid")

    @property
    def outputs(self) -> list[Any]:
        """The components that `show` fills."""
        return [self.card, self.sheet, self.grid]

    def wire(self, tab: gr.Tab, changed: gr.State) -> None:
        """Show the card of whatever dataset is shown, and anew when it has changed."""
        show = guard(self._ctx.services.words)(Newest()(self.show))
        self._ctx.on_show(tab, show, [self._ctx.dataset], self.outputs)
        for source in (self._ctx.dataset, changed):
            source.change(show, self._ctx.dataset, self.outputs, **QUIET)

    def show(self, dataset_id: str | None, request: gr.Request) -> dict[Any, object]:
        """Return the card of a dataset; nothing where it is not of one workbook."""
        services, owner = self._ctx.services, self._ctx.owner(request)
        try:
            look = services.workbooks.look(owner, dataset_id) if dataset_id else None
        except (DatasetError, NotFoundError):
            look = None
        return self.drawn(look, request)

    def drawn(self, look: WorkbookPreview | None, request: gr.Request) -> dict[Any, object]:
        """Return the card of a workbook as it looks."""
        if look is None:
            return {self.card: gr.Accordion(visible=False), self.grid: ""}
        say = partial(self._ctx.say, request)
        choices = [
            (
                say(
                    f"pages.workbook.sheet_{'hidden' if sheet.is_hidden else 'choice'}",
                    name=sheet.name,
                    rows=sheet.rows,
                ),
                sheet.name,
            )
            for sheet in look.sheets
        ]
        return {
            self.card: gr.Accordion(visible=True, open=not look.is_plain),
            self.sheet: gr.Dropdown(choices, value=look.sheet, visible=len(choices) > 1),
            self.grid: grid(look, say),
        }


def grid(look: WorkbookPreview, say: Say) -> str:
    """Return the first rows as a table in which each row can be pressed."""
    width = max((len(row.cells) for row in look.rows), default=0)
    rows = "".join(_row(row, width, row.number == look.header_row, say) for row in look.rows)
    is_none = look.header_row == NO_HEADER
    pressed = 'aria-pressed="true"' if is_none else 'aria-pressed="false"'
    word = say("pages.workbook.no_header_used" if is_none else "pages.workbook.no_header")
    return (
        f'<div class="bm-scroll" tabindex="0"><table class="bm-table bm-grid"><tbody>{rows}</tbody></table></div>'
        f'<button type="button" class="bm-button{" is-on" if is_none else ""}" '
        f'data-row="{NO_HEADER}" {pressed}>{escape(word)}</button>'
    )


def _row(row: RowPreview, width: int, is_header: bool, say: Say) -> str:
    name = say(f"pages.workbook.{'used' if is_header else 'use'}_row", row=row.number)
    mark = f" <i>{escape(say('pages.workbook.mark'))}</i>" if is_header else ""
    filled = [cell for cell in row.cells if cell]
    if len(filled) == 1 and row.cells[0] and width > 1:  # a title, wider than any column
        cells = f'<td colspan="{width}">{escape(filled[0])}</td>'
    else:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
        cells += "<td></td>" * (width - len(row.cells))
    pressed = "true" if is_header else "false"
    return (
        f'<tr class="{"is-on" if is_header else ""}" data-row="{row.number}">'
        f'<th scope="row"><button type="button" data-row="{row.number}" aria-pressed="{pressed}" '
        f'aria-label="{escape(name)}">{row.number}{mark}</button></th>{cells}</tr>'
    )
