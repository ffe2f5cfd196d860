"""The gallery of a dataset of pictures or sounds: some of every class, or one class page by page."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.data import media_view as view
from pages.shared.data.dataset_view import LABEL_CHARACTERS, short
from pages.shared.web.guard import guard
from pages.shared.web.page import QUIET, Context

MOST_CHOICES = 200


class Gallery:
    """A choice of class, buttons to turn pages, and the items."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        protect = guard(ctx.services.words)
        with gr.Row(visible=False, elem_id="data-gallery-tools") as self.tools:
            self.label = gr.Dropdown(
                [], label=ctx.t("pages.media.class"), elem_id="data-gallery-class", scale=3
            )
            self.before = gr.Button("←", elem_id="data-gallery-before", scale=0, min_width=60)
            self.after = gr.Button("→", elem_id="data-gallery-after", scale=0, min_width=60)
        self.offset = gr.State(0)
        self.items = gr.HTML(
            "",
            js_on_load=(view.ASSETS / "clips.js").read_text("utf-8"),
            elem_id="data-gallery",
            visible=False,
        )
        asked, drawn = [ctx.dataset, self.label, self.offset], [self.items, self.offset]
        self.label.input(protect(self.first), asked[:2], drawn, **QUIET)
        self.before.click(protect(self.back), asked, drawn, **QUIET)
        self.after.click(protect(self.on), asked, drawn, **QUIET)

    @property
    def outputs(self) -> list[Any]:
        """The components that `show` fills."""
        return [self.tools, self.label, self.offset, self.items]

    def hidden(self) -> dict[Any, object]:
        """Return what `show` returns where there is nothing to see."""
        away = gr.HTML("", visible=False)
        return {self.tools: gr.Row(visible=False), self.offset: 0, self.items: away}

    def show(self, dataset: Dataset, request: gr.Request) -> dict[Any, object]:
        """Return some items of every class."""
        if dataset.version.summary.medium == "text":
            return self.hidden()
        labels = list(dataset.version.summary.classes)[:MOST_CHOICES]
        choices = [(self._ctx.say(request, "pages.media.all_classes"), "")]
        choices += [(short(label, LABEL_CHARACTERS), label) for label in labels]
        return {
            self.tools: gr.Row(visible=True),
            self.label: gr.Dropdown(choices, value="", visible=bool(labels)),
            self.offset: 0,
            self.items: gr.HTML(self._drawn(dataset, "", 0, request), visible=True),
        }

    def first(self, dataset_id: str, label: str | None, request: gr.Request) -> tuple[str, int]:
        """Return the first page of a class."""
        return self._page(dataset_id, label or "", 0, request)

    def back(
        self, dataset_id: str, label: str | None, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        """Return the page before."""
        return self._page(dataset_id, label or "", offset - view.PAGE_ITEMS, request)

    def on(
        self, dataset_id: str, label: str | None, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        """Return the next page."""
        return self._page(dataset_id, label or "", offset + view.PAGE_ITEMS, request)

    def _page(
        self, dataset_id: str, label: str, offset: int, request: gr.Request
    ) -> tuple[str, int]:
        dataset = self._ctx.services.datasets.get(self._ctx.owner(request), dataset_id)
        last = max(0, self._rows(dataset, label) - 1) // view.PAGE_ITEMS * view.PAGE_ITEMS
        found = min(max(0, offset), last)
        return self._drawn(dataset, label, found, request), found

    def _rows(self, dataset: Dataset, label: str) -> int:
        summary = dataset.version.summary
        return summary.classes.get(label, 0) if label else summary.rows

    def _drawn(self, dataset: Dataset, label: str, offset: int, request: gr.Request) -> str:
        say = partial(self._ctx.say, request)
        summary = dataset.version.summary
        everything = say("pages.media.all") if summary.classes else ""
        if label or offset or not summary.classes:
            found = self._items(dataset, label, view.PAGE_ITEMS, offset)
            count = say(
                "pages.media.page",
                first=offset + 1,
                last=offset + len(found),
                all=self._rows(dataset, label),
            )
            return view.group(label or everything, count, found, dataset.id, say)
        groups = []
        for name, rows in list(summary.classes.items())[: view.CLASSES]:
            found = self._items(dataset, name, view.FEW_ITEMS, 0)
            count = say("pages.tray.count", count=rows)
            groups.append(view.group(name, count, found, dataset.id, say))
        return "".join(groups)

    def _items(self, dataset: Dataset, label: str, limit: int, offset: int) -> Sequence[view.Item]:
        found: Sequence[view.Item] = self._ctx.services.datasets.gallery(
            dataset.owner, dataset.id, label=label or None, limit=limit, offset=offset
        )
        return found
