"""What to expect of the training that is chosen: time, memory, a light, and a plan that fits; it computes nothing.

The rough guess stands at once; a timer looks for the measured one and rests when it came.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Tell
from bigmodel.core.errors import JobError, ModelError, NotFoundError, ParamsError
from bigmodel.core.message import Message
from bigmodel.services.training.forecast import Forecast
from bigmodel.services.training.forecast_text import certainty, sentence, span
from pages.shared.web.page import Context

LOOK_S = 1.0
COLOURS = {"green": "is-good", "amber": "is-warning", "red": "is-bad"}


class ForecastView:
    """The components. `parts` are what `shown` fills; `asked` is what it was last asked, kept off the page."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.training = ctx.services.training
        self.plan = gr.State({})
        self.asked = gr.State(())
        self.timer = gr.Timer(LOOK_S, active=False)
        self.html = gr.HTML("", elem_id="train-forecast", padding=False)
        self.use = gr.Button(visible=False, elem_id="train-use-plan")

    @property
    def parts(self) -> list[Any]:
        return [self.html, self.timer, self.use, self.plan]

    def look(self, asked: tuple[Any, ...], request: gr.Request) -> dict[Any, object]:
        """Return what is known now of the choice that was asked about last."""
        return self.shown(request, *asked) if asked else {self.html: gr.skip()}

    def shown(
        self,
        request: gr.Request,
        names: Sequence[str],
        dataset_id: str,
        task: str,
        base: str,
        preset: str,
        *values: Any,  # Any: of the form, each field has its own type
    ) -> dict[Any, object]:
        """Return what is known of the choice now, or why it cannot be trained; what cannot be forecast shows nothing."""
        try:
            made = self.training.forecast(
                self.ctx.owner(request),
                dataset_id,
                task=task,
                base=base,
                preset=preset,
                changes=dict(zip(names, values, strict=True)) if values else None,
            )
        except (ParamsError, ModelError, NotFoundError, JobError) as error:
            said = self.ctx.tell(request, error.message) if isinstance(error, JobError) else ""
            return {
                self.html: said and f'<div class="bm-card" role="status">{escape(said)}</div>',
                self.timer: gr.Timer(active=False),
                self.use: gr.Button(visible=False),
                self.plan: {},
            }
        tell = partial(self.ctx.tell, request)
        plan: dict[str, Any] = {}
        button = gr.Button(visible=False)
        if made.plan:
            plan = {
                "base": made.plan.base,
                "preset": made.plan.preset,
                "changes": dict(made.plan.changes),
            }
            minutes = span(60 * made.plan.minutes, tell)
            label = self.ctx.say(request, "train.forecast.use_plan", minutes=minutes)
            button = gr.Button(label, visible=True)
        now = datetime.now(UTC).astimezone()
        return {
            self.html: card(made, now, tell),
            self.timer: gr.Timer(active=made.is_pending),
            self.use: button,
            self.plan: plan,
        }


def card(made: Forecast, now: datetime, tell: Tell) -> str:
    """Return a forecast as a card; the light has a word and a colour."""
    light = escape(tell(Message(f"train.forecast.light_{made.light}")))
    said = escape(sentence(made, now, tell))
    sure = tell(Message("train.forecast.pending")) if made.is_pending else ""
    lines = [f"{certainty(made, tell)} {sure}".strip()]
    lines += [tell(message) for message in (*made.reasons, *made.notes)]
    if made.plan:
        lines.append(f"{tell(Message('train.forecast.plan'))} {tell(made.plan.why)}")
    rest = "".join(f'<p class="bm-muted">{escape(line)}</p>' for line in lines)
    kind = "rough" if made.is_rough else "measured"
    return (
        f'<div class="bm-card bm-forecast" role="status" data-testid="forecast" data-light="{made.light}"'
        f' data-kind="{kind}" data-pending="{str(made.is_pending).lower()}"><p><span class="bm-badge bm-light {COLOURS[made.light]}">● {light}</span>'
        f" <b>{said}</b></p>{rest}</div>"
    )
