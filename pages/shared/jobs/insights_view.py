"""What the coach says beside the curves, each sentence with its button where there is one; it decides nothing."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from pages.shared.web.page import QUIET, Context, Updates

MOST = 2  # sentences at once


class CoachView:
    """The components: `parts` are what `shown` fills for a job. `place` tells tabs apart."""

    def __init__(self, ctx: Context, place: str) -> None:
        self.ctx = ctx
        self.coach = ctx.services.insights
        self.html = gr.HTML("", elem_id=f"{place}-coach", padding=False, visible=False)
        self.rules: list[gr.Textbox] = []
        self.buttons: list[gr.Button] = []
        with gr.Row(elem_id=f"{place}-coach-do", visible=False) as self.row:
            for number in range(MOST):
                self.rules.append(gr.Textbox("", visible=False))
                self.buttons.append(
                    gr.Button(visible=False, elem_id=f"{place}-coach-{number}", min_width=220)
                )

    @property
    def parts(self) -> list[Any]:
        return [self.html, self.row, *self.rules, *self.buttons]

    def wire(self, protect: Callable[..., Any], slug: str = "") -> None:
        """Connect the buttons: the job that goes on becomes the chosen one, shown on the tab `slug`."""
        for rule, button in zip(self.rules, self.buttons, strict=True):
            inputs = [self.ctx.job, rule]
            event = button.click(protect(self.apply), inputs, self.ctx.job, **QUIET)
            if slug:
                self.ctx.go(event, slug)

    def apply(self, job_id: str, rule: str, request: gr.Request) -> str:
        """Do what the coach advises, and return the job to look at then."""
        job = self.coach.apply(self.ctx.owner(request), job_id, rule, via="browser")
        if job.id != job_id:
            self.ctx.notice(request, self.ctx.say(request, "coach.applied"))
        return job.id

    def shown(self, job_id: str, request: gr.Request) -> Updates:
        """Return what is to be said of a job."""
        tell = partial(self.ctx.tell, request)
        said = self.coach.advice(self.ctx.owner(request), job_id) if job_id else []
        said = said[:MOST]
        updates: Updates = {self.html: gr.update(value="", visible=False)}
        if said:
            title = escape(self.ctx.say(request, "coach.title"))
            lines = "".join(
                f'<p data-rule="{escape(each.rule)}">{escape(tell(each.message))}</p>'
                for each in said
            )
            text = f'<div class="bm-card bm-coach" role="note"><b>{title}</b>{lines}</div>'
            updates[self.html] = gr.update(value=text, visible=True)
        with_button = [each for each in said if each.apply]
        updates[self.row] = gr.update(visible=bool(with_button))
        for number, (rule, button) in enumerate(zip(self.rules, self.buttons, strict=True)):
            each = with_button[number] if number < len(with_button) else None
            updates[rule] = each.rule if each else ""
            label = tell(each.apply.label) if each and each.apply else ""
            updates[button] = gr.update(value=label, visible=bool(label))
        return updates
