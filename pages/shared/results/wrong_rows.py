"""The rows a model answered wrong, page by page, narrowed down by what was true and what was answered. It measures nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import Results
from pages.shared.results import results_view as view
from pages.shared.web.download import fetch
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import MEDIA
from pages.shared.web.page import QUIET, Context, Updates

PAGE_ROWS = 10
ALL = ""
WORDS = "pages.results."


class WrongRows:
    """The components, what fills them, and what their events do."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        self.offset = gr.State(0)
        self.title = gr.Markdown(elem_classes="bm-title", elem_id="results-wrong-title")
        self.about = gr.HTML("", elem_id="results-wrong-about")
        with gr.Row() as self.filters:
            self.truth = gr.Dropdown([], label=t(f"{WORDS}wrong_truth"), elem_id="results-truth")
            self.answer = gr.Dropdown([], label=t(f"{WORDS}wrong_answer"), elem_id="results-answer")
        self.rows = gr.HTML("", elem_id="results-wrong")
        with gr.Row():
            self.previous = gr.Button(t(f"{WORDS}previous"), size="sm", elem_id="results-previous")
            self.next = gr.Button(t(f"{WORDS}next"), size="sm", elem_id="results-next")
            self.save = gr.Button(t(f"{WORDS}wrong_file"), size="sm", elem_id="results-wrong-file")
        self.saved = gr.DownloadButton(elem_id="results-saved", elem_classes="bm-away")

    @property
    def parts(self) -> list[Any]:
        """Return all that `headed`, `show` and `narrowed` fill."""
        return [self.title, self.about, self.filters, self.truth, self.answer, *self._page]

    @property
    def _page(self) -> list[Any]:
        return [self.offset, self.rows, self.previous, self.next, self.save]

    def wire(
        self,
        protect: Callable[..., Any],
        newest: Newest,
        in_sight: Sequence[gr.components.Component],
    ) -> None:
        """Connect the components; `newest` orders their answers, `in_sight` holds the training and the model that are shown."""
        cell = [*in_sight, self.truth, self.answer]
        for box in (self.truth, self.answer):
            box.input(protect(newest(self.show)), cell, self._page, **QUIET)
        for button, turn in ((self.previous, self.turn_back), (self.next, self.turn_on)):
            button.click(protect(newest(turn)), [*cell, self.offset], self._page, **QUIET)
        fetch(self.save, protect(self.pack), cell, self.saved)

    # what fills them --------------------------------------------------------------------------

    def headed(self, model: TrainedModel, results: Results, request: gr.Request) -> Updates:
        """Return what stands above the rows: what they are, and the choices of an evaluation."""
        kind = self.ctx.services.results.kind(model)
        say = partial(self.ctx.say, request)
        everything = (say(f"{WORDS}all"), ALL)
        choices = [everything, *((label, label) for label in results.labels)]
        named = [(say(f"{WORDS}fault_{kind.wording}_{name}"), name) for name in kind.faults]
        what = "fault" if named else "answer"
        title = "worst" if kind.is_graded else "wrong"
        return {
            self.title: say(f"{WORDS}{title}"),
            self.about: view.muted(say(f"{WORDS}wrong_about_{kind.wording}")),
            self.filters: gr.Row(visible=bool(results.labels or named)),
            self.truth: gr.Dropdown(choices, value=ALL, visible=bool(results.labels)),
            self.answer: gr.Dropdown(
                [everything, *named] if named else choices,
                value=ALL,
                label=say(f"{WORDS}wrong_{what}"),
            ),
        }

    def narrowed(
        self, job_id: str, model_id: str | None, truth: str, answer: str, request: gr.Request
    ) -> Updates:
        """Return the rows of one cell, with the choices set to it."""
        rows = self.show(job_id, model_id, truth, answer, request)
        return {self.truth: truth, self.answer: answer, **rows}

    def show(
        self,
        job_id: str,
        model_id: str | None,
        truth: str | None,
        answer: str | None,
        request: gr.Request,
        *,
        offset: int = 0,
    ) -> Updates:
        """Return one page of wrong rows."""
        owner = self.ctx.owner(request)
        rows, total = self.ctx.services.results.wrong(
            owner,
            job_id,
            model_id=model_id or "",
            truth=truth or "",
            answer=answer or "",
            limit=PAGE_ROWS,
            offset=offset,
        )
        end = offset + len(rows)
        count = self.ctx.say(request, f"{WORDS}wrong_count", start=offset + 1, end=end, total=total)
        media = f"{MEDIA}/{self.ctx.services.jobs.get(owner, job_id).dataset_id}"
        key = "wrong_none" if truth or answer else "wrong_nothing"
        nothing = view.notice(self.ctx.say(request, f"{WORDS}{key}"))
        say = partial(self.ctx.say, request)
        return {
            self.offset: offset,
            self.rows: view.wrong_table(rows, say, count, media) if rows else nothing,
            self.previous: gr.Button(interactive=offset > 0, visible=total > PAGE_ROWS),
            self.next: gr.Button(interactive=end < total, visible=total > PAGE_ROWS),
            self.save: gr.Button(visible=total > 0),
        }

    # handlers ---------------------------------------------------------------------------------

    def turn_back(
        self, job: str, model: str, truth: str, answer: str, offset: int, request: gr.Request
    ) -> Updates:
        """Show the wrong rows before these."""
        start = max(0, offset - PAGE_ROWS)
        return self.show(job, model, truth, answer, request, offset=start)

    def turn_on(
        self, job: str, model: str, truth: str, answer: str, offset: int, request: gr.Request
    ) -> Updates:
        """Show the wrong rows after these."""
        return self.show(job, model, truth, answer, request, offset=offset + PAGE_ROWS)

    def pack(
        self,
        job_id: str,
        model_id: str | None,
        truth: str | None,
        answer: str | None,
        request: gr.Request,
    ) -> str:
        """Return a table of the wrong rows that are asked for."""
        path = self.ctx.services.results.wrong_file(
            self.ctx.owner(request),
            job_id,
            model_id=model_id or "",
            truth=truth or "",
            answer=answer or "",
        )
        return str(path)
