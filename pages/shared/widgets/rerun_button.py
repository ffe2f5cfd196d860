"""One button that trains again the same way on the newest version of the data; it asks a service and starts nothing itself."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from bigmodel.core.job import Job
from pages.shared.web.page import QUIET, Context, Updates


class AgainButton:
    """The button and the training it repeats."""

    def __init__(self, ctx: Context, place: str, *, is_main: bool = False) -> None:
        self.ctx = ctx
        self.old = gr.State("")
        self.button = gr.Button(
            variant="primary" if is_main else "secondary",
            visible=False,
            min_width=150,
            elem_id=f"{place}-again-newer",
        )

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills, in that order."""
        return [self.old, self.button]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the button; the new training is shown on Jobs."""
        started = self.button.click(protect(self.start), self.old, self.ctx.job, **QUIET)
        self.ctx.go(started, "jobs")

    def shown(self, job: Job | None, version: int, request: gr.Request, key: str) -> Updates:
        """Return the button for a training that a newer version of its data awaits, or none."""
        if job is None or not version:
            return {self.old: "", self.button: gr.update(visible=False)}
        text = self.ctx.say(request, f"pages.growing.{key}", name=job.name, version=version)
        return {self.old: job.id, self.button: gr.update(value=text, visible=True)}

    def start(self, job_id: str, request: gr.Request) -> str:
        """Queue the training and return it."""
        owner, services = self.ctx.owner(request), self.ctx.services
        old = services.jobs.get(owner, job_id)
        version = services.datasets.get(owner, old.dataset_id).version.number
        suffix = self.ctx.say(
            request, "growing.again_name", name="", version=old.dataset_version
        ).strip()
        plain = old.name.removesuffix(suffix).strip() or old.name
        name = self.ctx.say(request, "growing.again_name", name=plain, version=version)
        job: Job = services.append.train_again(owner, job_id, name=name, via="browser")
        self.ctx.notice(request, self.ctx.say(request, "pages.growing.was_again"))
        return job.id
