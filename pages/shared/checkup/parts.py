"""What views of the check-up share: saying that there is another version, buttons, tables, and how far something is."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.web.page import QUIET, Context


class VersionMaker:
    """A view that makes versions of the dataset on the page."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def redraw(self, show: Callable[..., object], outputs: Sequence[Any]) -> None:
        """Let `show` draw the tab anew once there is another version."""
        self.made = gr.State("")
        self.made.change(show, self.ctx.dataset, list(outputs), **QUIET)

    def told(self, dataset: Dataset, request: gr.Request, key: str = "done") -> str:
        """Say what a dataset has become, and return what `made` holds from now on."""
        number, rows = dataset.version.number, dataset.version.summary.rows
        self.ctx.notice(request, self.ctx.say(request, f"checkup.{key}", version=number, rows=rows))
        return f"{dataset.id} {number}"


def button(act: str, text: str, *, is_primary: bool = False, **data: str) -> str:
    """Return a button as HTML; `data` are what it tells the script of its card beside `act`."""
    style = "bm-button is-primary" if is_primary else "bm-button"
    told = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f'<button type="button" class="{style}" data-act="{act}"{told}>{escape(text)}</button>'


def table(heads: Sequence[str], rows: str, style: str = "bm-table") -> str:
    """Return rows that are HTML already as a table that may be scrolled."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    whole = f'<table class="{style}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="bm-scroll" tabindex="0">{whole}</div>'
