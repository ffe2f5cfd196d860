"""A look inside a dataset: rows of text page by page and searched, pictures and sounds by class."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.data import media_view as view
from pages.shared.data.dataset_view import LABEL_CHARACTERS, preview, short
from pages.shared.web.guard import Newest, guard
from pages.shared.web.media_route import MEDIA
from pages.shared.web.page import QUIET, Context
from pages.shared.web.theme import script

MOST_CHOICES = 200
ROWS = 10  # of text on a page


class Gallery:
    """A choice of class, a box to search texts with, buttons to turn pages, and the items or the rows."""

    def __init__(self, ctx: Context, whole: Newest) -> None:
        self._ctx = ctx
        protect, newest = guard(ctx.services.words), Newest(within=whole)
        with gr.Row(visible=False, elem_id="data-gallery-tools") as self.tools:
            self.label = gr.Dropdown(
                [], label=ctx.t("pages.media.class"), elem_id="data-gallery-class", scale=3
            )
            self.words = gr.Textbox(
                label=ctx.t("pages.data.search"), elem_id="data-search", max_lines=1, scale=3
            )
            self.before = gr.Button("←", elem_id="data-gallery-before", scale=0, min_width=60)
            self.after = gr.Button("→", elem_id="data-gallery-after", scale=0, min_width=60)
        self.offset = gr.State(0)
        self.items = gr.HTML(
            "",
            js_on_load=script("clips.js"),
            elem_id="data-gallery",
            visible=False,
        )
        self.rows = gr.HTML("", elem_id="data-preview", visible=False)
        asked = [ctx.dataset, self.label, self.words, self.offset]
        drawn = [self.items, self.rows, self.offset]
        for begin in (self.label.input, self.words.submit):
            begin(protect(newest(self.first)), asked, drawn, **QUIET)
        self.before.click(protect(newest(self.back)), asked, drawn, **QUIET)
        self.after.click(protect(newest(self.on)), asked, drawn, **QUIET)

    @property
    def outputs(self) -> list[Any]:
        """The components that `show` fills."""
        return [self.tools, self.label, self.words, self.offset, self.items, self.rows]

    def hidden(self) -> dict[Any, object]:
        """Return what `show` returns where there is nothing to see."""
        away = gr.HTML("", visible=False)
        return {
            self.tools: gr.Row(visible=False),
            self.offset: 0,
            self.items: away,
            self.rows: away,
        }

    def show(self, dataset: Dataset, request: gr.Request) -> dict[Any, object]:
        """Return the first rows, or some items of every class."""
        summary = dataset.version.summary
        labels = list(self._ctx.services.datasets.row_classes(dataset))[:MOST_CHOICES]
        everything = "all" if summary.medium == "text" else "all_classes"
        choices = [(self._ctx.say(request, f"pages.media.{everything}"), "")]
        choices += [(short(label, LABEL_CHARACTERS), label) for label in labels]
        return {
            self.tools: gr.Row(visible=True),
            self.label: gr.Dropdown(choices, value="", visible=bool(labels)),
            self.words: gr.Textbox("", visible=summary.medium == "text"),
            **self._page(dataset, "", "", 0, request),
        }

    def first(
        self, dataset_id: str, label: str | None, words: str, _offset: int, request: gr.Request
    ) -> dict[Any, object]:
        """Return the first page of a class or of what is searched for."""
        return self._asked(dataset_id, label, words, 0, request)

    def back(
        self, dataset_id: str, label: str | None, words: str, offset: int, request: gr.Request
    ) -> dict[Any, object]:
        """Return the page before."""
        return self._asked(dataset_id, label, words, offset, request, -1)

    def on(
        self, dataset_id: str, label: str | None, words: str, offset: int, request: gr.Request
    ) -> dict[Any, object]:
        """Return the next page."""
        return self._asked(dataset_id, label, words, offset, request, 1)

    def _asked(
        self,
        dataset_id: str,
        label: str | None,
        words: str,
        offset: int,
        request: gr.Request,
        turned: int = 0,
    ) -> dict[Any, object]:
        dataset = self._ctx.services.datasets.get(self._ctx.owner(request), dataset_id)
        size = ROWS if dataset.version.summary.medium == "text" else view.PAGE_ITEMS
        return self._page(dataset, label or "", words.strip(), offset + turned * size, request)

    def _page(
        self, dataset: Dataset, label: str, words: str, offset: int, request: gr.Request
    ) -> dict[Any, object]:
        if dataset.version.summary.medium == "text":
            return self._text_page(dataset, label, words, max(0, offset), request)
        last = max(0, self._rows(dataset, label) - 1) // view.PAGE_ITEMS * view.PAGE_ITEMS
        found = min(max(0, offset), last)
        drawn = gr.HTML(self._drawn(dataset, label, found, request), visible=True)
        return {self.items: drawn, self.rows: gr.HTML("", visible=False), self.offset: found}

    def _text_page(
        self, dataset: Dataset, label: str, words: str, offset: int, request: gr.Request
    ) -> dict[Any, object]:
        def read(offset: int) -> Any:
            return self._ctx.services.datasets.preview(
                dataset.owner, dataset.id, limit=ROWS, offset=offset, label=label, words=words
            )

        page, recipe = read(offset), dataset.version.recipe
        if offset and offset >= page.total:  # past the last page: stay on it
            offset = max(0, page.total - 1) // ROWS * ROWS
            page = read(offset)
        last = offset + len(page.rows)
        count = self._ctx.say(
            request, "pages.media.page", first=min(offset + 1, last), last=last, all=page.total
        )
        media = f"{MEDIA}/{dataset.id}"
        table = preview(page, text=recipe.inputs, label=recipe.target, media=media)
        drawn = f'{table}<p class="bm-muted" data-testid="data-page">{escape(count)}</p>'
        return {
            self.items: gr.HTML("", visible=False),
            self.rows: gr.HTML(drawn, visible=True),
            self.offset: offset,
        }

    def _rows(self, dataset: Dataset, label: str) -> int:
        summary = dataset.version.summary
        return summary.classes.get(label, 0) if label else summary.rows

    def _drawn(self, dataset: Dataset, label: str, offset: int, request: gr.Request) -> str:
        say = partial(self._ctx.say, request)
        summary = dataset.version.summary
        classes = self._ctx.services.datasets.row_classes(dataset)
        everything = say("pages.media.all") if summary.classes else ""
        if label or offset or not classes:
            found = self._items(dataset, label, view.PAGE_ITEMS, offset)
            count = say(
                "pages.media.page",
                first=offset + 1,
                last=offset + len(found),
                all=self._rows(dataset, label),
            )
            return view.group(label or everything, count, found, dataset.id, say)
        groups = []
        for name, rows in list(classes.items())[: view.CLASSES]:
            found = self._items(dataset, name, view.FEW_ITEMS, 0)
            count = say("pages.tray.count", count=rows)
            groups.append(view.group(name, count, found, dataset.id, say))
        return "".join(groups)

    def _items(self, dataset: Dataset, label: str, limit: int, offset: int) -> Sequence[view.Item]:
        found: Sequence[view.Item] = self._ctx.services.datasets.gallery(
            dataset.owner, dataset.id, label=label or None, limit=limit, offset=offset
        )
        return found
