"""What trainings take up on the disk, and the button that removes what they no longer need."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.services.jobs.disk import DiskUse
from pages.shared.web.page import QUIET, Context

SHOWN = 10
OFFERED = 50  # trainings that can be cleaned up one by one, the largest first
LEAST_MB = 1.0  # less is not worth a button
ALL = ""


class DiskPanel:
    """A folded part of the Jobs tab; measured when it is opened, because that reads the whole folder."""

    def __init__(self, ctx: Context, protect: Callable[..., Any]) -> None:
        self.ctx = ctx
        with gr.Accordion(ctx.t("pages.jobs.disk"), open=False, elem_id="jobs-disk") as fold:
            self.shown = gr.HTML("", elem_id="jobs-disk-use")
            with gr.Row(visible=False, elem_id="jobs-disk-tidy") as self.row:
                self.of = gr.Dropdown([], label=ctx.t("pages.jobs.disk_of"), elem_id="jobs-disk-of")
                self.clean = gr.Button(ctx.t("pages.jobs.disk_clean"), elem_id="jobs-disk-clean")
            gr.Markdown(ctx.t("pages.jobs.disk_about"))
        parts = [self.shown, self.row, self.of]
        fold.expand(protect(self.look), None, parts, **QUIET)
        self.clean.click(protect(self.tidy), self.of, parts, **QUIET)

    def look(self, request: gr.Request) -> tuple[str, gr.Row, gr.Dropdown]:
        """Measure, and offer what can be cleaned up: all finished trainings, or one."""
        say = partial(self.ctx.say, request)
        use = self.ctx.services.disk.use(self.ctx.owner(request))
        choices = [(say("pages.jobs.disk_all", size=size(use.spare_mb)), ALL)]
        choices += [
            (f"{each.job.name} ({size(each.spare_mb)})", each.job.id)
            for each in use.jobs[:OFFERED]
            if each.spare_mb >= LEAST_MB
        ]
        shown = gr.Row(visible=use.spare_mb >= LEAST_MB)
        return table(use, say), shown, gr.Dropdown(choices, value=ALL)

    def tidy(self, job_id: str, request: gr.Request) -> tuple[str, gr.Row, gr.Dropdown]:
        """Remove what finished trainings (or one of them) no longer need, and measure again."""
        freed = self.ctx.services.disk.clean(self.ctx.owner(request), job_id)
        self.ctx.notice(request, self.ctx.say(request, "pages.jobs.disk_freed", size=size(freed)))
        return self.look(request)


def table(use: DiskUse, say: Say) -> str:
    """Return what takes up how much, kinds first, then the largest trainings."""
    kinds = {  # by name, so that a figure that is gone is seen by the type checker
        "free": use.free_mb,
        "datasets": use.datasets_mb,
        "jobs": use.jobs_mb,
        "bases": use.bases_mb,
        "backups": use.backups_mb,
        "scratch": use.scratch_mb,
    }
    rows: list[tuple[str, float, float | None]] = [
        (say(f"pages.jobs.disk_{kind}"), mb, None) for kind, mb in kinds.items()
    ]
    rows += [(each.job.name, each.total_mb, each.spare_mb) for each in use.jobs[:SHOWN]]
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="bm-number">{size(mb)}</td>'
        f'<td class="bm-number">{"" if spare is None else size(spare)}</td></tr>'
        for name, mb, spare in rows
    )
    heads = "".join(
        f'<th scope="col">{escape(say(f"pages.jobs.disk_col_{name}"))}</th>'
        for name in ("what", "size", "spare")
    )
    return f'<div class="bm-scroll" tabindex="0"><table class="bm-table bm-numbers bm-narrow"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def size(mb: float) -> str:
    """Return a size as people read it."""
    if mb < 0.05:
        return "0"
    if mb >= 1024:
        return f"{mb / 1024:,.1f} GB"
    return f"{mb:,.1f} MB" if mb < 10 else f"{mb:,.0f} MB"
