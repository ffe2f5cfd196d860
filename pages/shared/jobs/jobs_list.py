"""The list of trainings beside the chosen one: search, filter, order, more of them, and how long each took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.job import Job, State
from bigmodel.services.jobs.jobs import Order
from pages.shared.jobs import jobs_view as view
from pages.shared.web.page import QUIET, Context

STEP = 50  # jobs that one more look shows
KINDS: Mapping[str, tuple[State, ...]] = {
    "all": (),
    "open": (State.QUEUED, State.STARTING, State.RUNNING, State.LOST, State.PAUSED),
    "succeeded": (State.SUCCEEDED,),
    "failed": (State.FAILED,),
    "cancelled": (State.CANCELLED,),
}
ORDERS: tuple[Order, ...] = ("newest", "longest", "name")
SHORT_LIST = 6  # jobs up to which nobody needs to search


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the list."""

    text: str = ""
    kind: str = "all"
    order: Order = "newest"
    limit: int = STEP


class JobList:
    """The components of the list. `asked` holds what is asked for; `html` is filled by `drawn`."""

    def __init__(self, ctx: Context, html: Callable[[], gr.HTML]) -> None:
        self.ctx = ctx
        self.asked = gr.State(Asked())
        t = ctx.t
        with gr.Column(visible=False, elem_id="jobs-find") as self.finder:
            self.text = gr.Textbox(
                label=t("pages.jobs.find"), elem_id="jobs-find-text", max_lines=1
            )
            with gr.Row():
                self.kind = gr.Dropdown(
                    [(t(f"pages.jobs.kind_{kind}"), kind) for kind in KINDS],
                    value="all",
                    label=t("pages.jobs.kind"),
                    elem_id="jobs-find-kind",
                    min_width=120,
                    filterable=False,
                )
                self.order = gr.Dropdown(
                    [(t(f"pages.jobs.order_{order}"), order) for order in ORDERS],
                    value="newest",
                    label=t("pages.jobs.order"),
                    elem_id="jobs-find-order",
                    min_width=120,
                    filterable=False,
                )
        self.html = html()
        self.more = gr.Button(t("pages.jobs.show_more"), visible=False, elem_id="jobs-show-more")
        self._wire()

    def _wire(self) -> None:
        boxes = [self.text, self.kind, self.order]
        for changed in (self.text.change, self.kind.input, self.order.input):
            changed(self._ask, boxes, self.asked, queue=False, trigger_mode="always_last", **QUIET)
        self.more.click(self._more, self.asked, self.asked, queue=False, **QUIET)

    @property
    def parts(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """Return what `drawn` fills."""
        return [self.html, self.finder, self.more]

    def _ask(self, text: str, kind: str, order: str) -> Asked:
        known = next((name for name in ORDERS if name == order), ORDERS[0])
        return Asked(text.strip()[:100], kind if kind in KINDS else "all", known)

    def _more(self, asked: Asked) -> Asked:
        return Asked(asked.text, asked.kind, asked.order, asked.limit + STEP)

    def jobs(self, owner: str, asked: Asked) -> tuple[list[Job], int]:
        """Return the jobs asked for, and how many there are in all."""
        return self.ctx.services.jobs.find(
            owner,
            text=asked.text,
            states=KINDS[asked.kind],
            order=asked.order,
            limit=asked.limit,
        )

    def drawn(
        self,
        jobs: Sequence[Job],
        total: int,
        asked: Asked,
        turns: Mapping[str, view.Turn],
        chosen: str,
        request: gr.Request,
    ) -> dict[Any, object]:
        """Return the list and its controls for one person."""
        say = partial(self.ctx.say, request)
        is_asked = asked != Asked(limit=asked.limit)
        shown = view.job_list(jobs, turns, chosen, say)
        if is_asked:
            count = say("pages.jobs.found", shown=len(jobs), count=total)
            shown = f'<p class="bm-muted" data-testid="jobs-found">{escape(count)}</p>{shown}'
        return {
            self.html: shown + view.durations(jobs, say),
            self.finder: gr.update(visible=is_asked or total > SHORT_LIST),
            self.more: gr.update(visible=total > len(jobs)),
        }
