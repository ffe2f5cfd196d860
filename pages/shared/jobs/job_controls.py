"""The buttons of one training: look on, pause, go on, run again, train further, cancel. Each asks a service."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from bigmodel.core.job import Job, State, Wish
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.rerun_button import AgainButton

EPOCHS, MOST_EPOCHS = 3, 200
ALLOW = """async () => {
  if (!window.Notification) return 'denied';
  return Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
}"""


class JobControls:
    """The components and what they do; `after` draws the tab anew once something was asked for."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.jobs, self.control = ctx.services.jobs, ctx.services.control
        self.answer = gr.State("")  # of the browser, when it was asked whether it may notify
        with gr.Row():
            self.results = self._button("results", variant="primary")
            self.demo = self._button("demo")
            self.resume = self._button("resume", variant="primary")
            self.pause = self._button("pause")
            self.first = self._button("first")
            self.notify = self._button("notify")
            self.cancel = self._button("cancel")
            self.again = AgainButton(ctx, "jobs")
        with gr.Row(visible=False, elem_id="jobs-further") as self.further:
            self.epochs = gr.Number(
                EPOCHS,
                label=ctx.t("pages.jobs.continue_epochs"),
                minimum=1,
                maximum=MOST_EPOCHS,
                precision=0,
                min_width=120,
                elem_id="jobs-further-epochs",
            )
            self.go_further = gr.Button(
                ctx.t("pages.jobs.continue"), min_width=160, elem_id="jobs-further-go"
            )

    def _button(self, name: str, variant: str = "secondary") -> gr.Button:
        return gr.Button(
            self.ctx.t(f"pages.jobs.{name}"),
            variant=variant,  # type: ignore[arg-type] # one of Gradio's names
            visible=False,
            min_width=150,
            elem_id=f"jobs-{name}",
        )

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [
            self.results, self.demo, self.resume, self.pause, self.first, self.notify, self.cancel, self.further,
            *self.again.parts,
        ]  # fmt: skip

    def wire(
        self, protect: Callable[..., Any], after: Callable[[gr.events.Dependency], object]
    ) -> None:
        """Connect the buttons."""
        job = self.ctx.job
        for button, do in (
            (self.cancel, self.stop),
            (self.pause, self.hold),
            (self.resume, self.go_on),
            (self.first, self.put_first),
        ):
            after(button.click(protect(do), job, None, **QUIET))
        self.again.wire(protect)
        self.go_further.click(protect(self.train_further), [job, self.epochs], job, **QUIET)
        self.notify.click(None, None, self.answer, js=ALLOW, **QUIET).then(
            protect(self.tell_notify), self.answer, None, **QUIET
        )
        self.ctx.go(self.results.click(lambda: None, None, None, **QUIET), "results")
        self.ctx.go_demo(self.demo.click(lambda: None, None, None, **QUIET))

    def shown(self, job: Job, place: int, request: gr.Request, *, has_model: bool) -> Updates:
        """Return which buttons make sense now."""
        owner, is_asked = job.owner, job.wish != Wish.NONE
        newest = self.ctx.services.append.newest_version(owner, job.id)
        can_further = job.state == State.SUCCEEDED and self.control.can_train_further(owner, job.id)
        return {
            self.results: gr.update(visible=has_model),
            self.demo: gr.update(visible=has_model),
            self.resume: gr.update(visible=job.state == State.PAUSED),
            self.pause: gr.update(visible=job.is_live, interactive=not is_asked),
            self.first: gr.update(visible=place > 1),
            self.notify: gr.update(visible=not job.is_final),
            self.cancel: gr.update(visible=not job.is_final, interactive=not job.wish.is_cancel),
            self.further: gr.update(visible=can_further),
            **self.again.shown(job, newest, request, "again_newer"),
        }

    # handlers ---------------------------------------------------------------------------------

    def stop(self, job_id: str, request: gr.Request) -> None:
        """Ask the job to end."""
        job = self.jobs.cancel(self.ctx.owner(request), job_id)
        self._info(request, "was_cancelled" if job.is_final else "cancelling")

    def hold(self, job_id: str, request: gr.Request) -> None:
        """Ask the job to save and wait."""
        self.control.pause(self.ctx.owner(request), job_id)
        self._info(request, "pausing")

    def go_on(self, job_id: str, request: gr.Request) -> None:
        """Put a paused job back into the line."""
        self.control.resume(self.ctx.owner(request), job_id)
        self._info(request, "was_resumed")

    def put_first(self, job_id: str, request: gr.Request) -> None:
        """Let the job go before the others that wait."""
        self.jobs.put_first(self.ctx.owner(request), job_id)
        self._info(request, "was_moved")

    def train_further(self, job_id: str, epochs: float | None, request: gr.Request) -> str:
        """Start a training that goes on from a finished one; return it."""
        count = min(MOST_EPOCHS, max(1, int(epochs or EPOCHS)))
        owner = self.ctx.owner(request)
        job: Job = self.control.train_further(owner, job_id, count, via="browser")
        self._info(request, "was_continued")
        return job.id

    def tell_notify(self, answer: str, request: gr.Request) -> None:
        """Say whether the browser will notify."""
        self._info(request, "notify_on" if answer == "granted" else "notify_off")

    def _info(self, request: gr.Request, key: str) -> None:
        self.ctx.notice(request, self.ctx.say(request, f"pages.jobs.{key}"))
