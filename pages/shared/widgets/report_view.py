"""A problem as a file, seen whole before anybody gets it: a folded part of a tab; it puts nothing together itself."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from pages.shared.web.page import QUIET, Context


class ReportView:
    """The components and what their events do. `prefix` keeps those of two tabs apart; `job` is the one it is about."""

    def __init__(
        self,
        ctx: Context,
        protect: Callable[..., Any],
        prefix: str,
        job: gr.Textbox | None = None,
    ) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Accordion(t("pages.report.title"), open=False, elem_id=f"{prefix}-report"):
            gr.Markdown(t("pages.report.intro"))
            self.button = gr.Button(t("pages.report.show"), elem_id=f"{prefix}-report-show")
            self.inside = gr.HTML("", elem_id=f"{prefix}-report-inside")
        shown = protect(self.of_job if job is not None else self.of_app)
        self.button.click(
            shown,
            job,
            self.inside,
            api_visibility="private",
            show_progress_on=self.inside,
        )
        if job is not None:
            job.change(lambda: "", None, self.inside, queue=False, **QUIET)

    def of_app(self, request: gr.Request) -> str:
        """Show a report about the app."""
        return self.of_job("", request)

    def of_job(self, job_id: str, request: gr.Request) -> str:
        """Show a report about a job, all of it, and offer the file that holds just this."""
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        report = self.ctx.services.report.draft(owner, job_id)
        key = self.ctx.services.report.hand_out(owner, report)
        size = sum(len(text.encode()) for _, text in report.files)
        told = escape(say("pages.report.inside", count=len(report.files), kb=max(1, size // 1024)))
        texts = "".join(
            f"<details><summary>{escape(name)}</summary>"
            f'<pre class="bm-log" tabindex="0">{escape(text)}</pre></details>'
            for name, text in report.files
        )
        download = escape(say("pages.report.download"))
        return (
            f'<p data-testid="report-inside">{told}</p><div class="bm-report">{texts}</div><p class="bm-more"><a class="bm-button" '
            f'href="bm/handouts/{key}" download data-testid="report-download">{download}</a></p>'
        )
