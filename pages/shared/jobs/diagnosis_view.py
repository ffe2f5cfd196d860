"""What happened to a failed training, why, what is safe, and the one button that mends it; it decides nothing."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from bigmodel.core.callbacks import Tell
from bigmodel.core.message import Message
from pages.shared.web.page import QUIET, Context, Updates

if TYPE_CHECKING:
    from bigmodel.services.jobs.diagnosis import Diagnosis

COPY = """
element.addEventListener('click', e => {
  const copy = e.target.closest('[data-copy]');
  if (copy) navigator.clipboard?.writeText(copy.parentElement.querySelector('pre').textContent);
});
"""


class DoctorView:
    """The components: `parts` are what `shown` fills for a job."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.doctor = ctx.services.diagnosis
        self.html = gr.HTML(
            "",
            html_template="${value}",
            js_on_load=COPY,
            elem_id="jobs-problem",
            padding=False,
            visible=False,
        )
        self.button = gr.Button(visible=False, variant="primary", elem_id="jobs-mend")

    @property
    def parts(self) -> list[Any]:
        return [self.html, self.button]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the button: the mended job becomes the chosen one."""
        self.button.click(protect(self.mend), self.ctx.job, self.ctx.job, **QUIET)

    def mend(self, job_id: str, request: gr.Request) -> str:
        """Do what the button says, and return the job that goes on."""
        job = self.doctor.mend(self.ctx.owner(request), job_id, via="browser")
        self.ctx.notice(request, self.ctx.say(request, "doctor.started"))
        return job.id

    def shown(self, job_id: str, request: gr.Request) -> Updates:
        """Return what is to be said of a job."""
        found = self.doctor.diagnose(self.ctx.owner(request), job_id)
        if found is None:
            return {
                self.html: gr.update(value="", visible=False),
                self.button: gr.update(visible=False),
            }

        def tell(message: Message) -> str:
            return self.ctx.tell(request, message)

        button = gr.update(visible=False)
        if found.remedy:
            button = gr.update(value=tell(found.remedy.label), visible=True)
        text = card(found, tell, self._halves(found.what, tell))
        return {self.html: gr.update(value=text, visible=True), self.button: button}

    def _halves(self, message: Message, tell: Tell) -> tuple[str, str]:
        """Return what happened and what to do, where the words keep them apart."""
        if not self.ctx.services.words.has(f"{message.key}.problem"):
            return tell(message), ""
        halves = (Message(f"{message.key}.{half}", message.args) for half in ("problem", "fix"))
        problem, fix = map(tell, halves)
        return problem, fix


def card(found: "Diagnosis", tell: Tell, halves: tuple[str, str]) -> str:
    """Return a diagnosis as one card; every text is escaped here."""
    what, fix = halves
    title = escape(tell(Message("doctor.report")))
    copy = escape(tell(Message("pages.jobs.copy")))
    lines = [
        f"<p><b>{escape(what)}</b></p>",
        f'<p data-testid="doctor-why">{escape(tell(found.why))}</p>',
        f"<p>{escape(fix)}</p>" if fix else "",
        f'<p data-testid="doctor-safe">✓ {escape(tell(found.safe))}</p>',
        f"<details><summary>{title}</summary>"
        f'<button type="button" class="bm-copy" data-copy>{copy}</button>'
        f'<pre class="bm-log" tabindex="0">{escape(found.report)}</pre></details>',
    ]
    inner = "".join(lines)
    return (
        f'<div class="bm-problem is-error" data-testid="jobs-trouble" data-cause="{escape(found.cause)}">'
        f"{inner}</div>"
    )
