"""The Sort tab: rows without a label are shown one by one and put into classes by hand. It keeps and decides nothing itself."""

import json
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.ids import new_id
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.web.theme import script


class SortTab:
    """The choice of a dataset, and the box, whose script talks to `sort_route`."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        protect, t = guard(ctx.services.words), ctx.t
        self.nothing = gr.Markdown(t("pages.sort.nothing"), elem_id="sort-nothing")
        self.to_data = gr.Button(t("pages.sort.to_data"), variant="primary", elem_id="sort-to-data")
        with gr.Column(visible=False, elem_id="sort-body") as self.body:
            self.chosen = gr.Dropdown(
                [], label=t("pages.sort.dataset"), elem_id="sort-dataset", interactive=True
            )
            gr.Markdown(t("pages.sort.intro"), elem_id="sort-intro")
            self.box = gr.HTML(
                None,
                html_template='<div class="bm-sort" data-testid="sort"></div>',
                js_on_load=script("box.js", "draw.js", "mark.js", "sort.js"),
                elem_id="sort-box",
                padding=False,
            )
        outputs = [ctx.dataset, self.nothing, self.to_data, self.body, self.chosen, self.box]
        newest = Newest()
        show = protect(newest(self.show))
        ctx.on_show(tab, show, [ctx.dataset], outputs)
        self.chosen.input(protect(newest(self.choose)), self.chosen, outputs, **QUIET)
        ctx.go(self.to_data.click(lambda: None, None, None, **QUIET), "data")
        used = self.box.submit(protect(self.use), self.chosen, ctx.dataset, **QUIET)
        ctx.go(used, "train")

    def show(self, dataset_id: str | None, request: gr.Request) -> dict[Any, object]:
        """Fill the tab with a dataset that can be sorted: the chosen one, else the newest with open rows."""
        services = self.ctx.services
        known = [
            d for d in services.datasets.all(self.ctx.owner(request)) if _can_sort(services, d)
        ]
        dataset = next((d for d in known if d.id == dataset_id), None) or next(
            iter(sorted(known, key=_is_labelled)), None
        )
        is_empty = dataset is None
        updates: dict[Any, object] = {
            self.nothing: gr.Markdown(visible=is_empty),
            self.to_data: gr.Button(visible=is_empty),
            self.body: gr.Column(visible=not is_empty),
        }
        if dataset is None:
            return updates | {self.chosen: gr.Dropdown([], value=None), self.box: None}
        if not dataset_id:  # else the other tabs keep their own, also one that is chosen meanwhile
            updates[self.ctx.dataset] = dataset.id
        choices = [(d.name, d.id) for d in known]
        box = json.dumps({"dataset": dataset.id, "look": new_id()})
        return updates | {self.chosen: gr.Dropdown(choices, value=dataset.id), self.box: box}

    def choose(self, dataset_id: str | None, request: gr.Request) -> dict[Any, object]:
        """Choose another dataset, and fill the tab with it."""
        return {self.ctx.dataset: dataset_id or "", **self.show(dataset_id, request)}

    def use(self, dataset_id: str | None, request: gr.Request) -> str:
        """Write the labels into the next version; training goes on from there."""
        dataset = self.ctx.services.labelling.use(self.ctx.owner(request), dataset_id or "")
        number = dataset.version.number
        said = self.ctx.say(request, "pages.sort.used", name=dataset.name, number=number)
        self.ctx.notice(request, said)
        return dataset.id


def _can_sort(
    services: Any, dataset: Dataset
) -> bool:  # Any: services are known to the checker only
    return bool(services.labelling.can_label(dataset))


def _is_labelled(dataset: Dataset) -> bool:
    return not dataset.version.summary.unlabelled_rows


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    SortTab(ctx, tab)


PAGE = Page(slug="sort", order=25, build=build)
