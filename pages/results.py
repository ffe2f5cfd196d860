"""The Results tab: one sentence first, then panels and wrong rows, then every number. It measures nothing itself."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.job import Job, State
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import Results
from bigmodel.services.panels import measure_table
from pages.shared.jobs.insights_view import CoachView
from pages.shared.results import results_view as view
from pages.shared.results.compare_view import CompareView
from pages.shared.results.panels_view import panels_box, picked, shown
from pages.shared.results.share_view import ShareView
from pages.shared.results.space_view import SpaceView
from pages.shared.results.wrong_rows import ALL, WrongRows
from pages.shared.web.download import fetch
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page, Updates
from pages.shared.widgets import ring, terms
from pages.shared.widgets.own_table import OwnTable
from pages.shared.widgets.waiting import waiting

LISTED_JOBS = 200
LOOK_S = 2.0
EVERY_RESULT = ("interval", "guess")  # terms, beside those of the answer's own measures
WORDS = "pages.results."


class ResultsTab:
    """The components of the tab, what fills them, and what their events do."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.results = ctx.services.results
        self._build()
        self._wire(tab)

    # components -------------------------------------------------------------------------------

    def _build(self) -> None:
        t = self.ctx.t
        # What is shown: job, its models, whether it may still change. It stands in the page: of two answers under way
        # at once the older may be drawn last, and the next look must find that it is the older.
        self.seen = gr.Textbox("", visible="hidden", elem_id="results-seen")
        # Whose results are in sight: another training may be chosen, and not be drawn yet.
        self.of = gr.Textbox("", visible="hidden", elem_id="results-of")
        self.timer = gr.Timer(LOOK_S, active=False)
        with gr.Row(equal_height=False):
            self.job = gr.Dropdown(
                [], label=t(f"{WORDS}job"), elem_id="results-job", interactive=True, min_width=300
            )
            self.model = gr.Radio(
                [], label=t(f"{WORDS}model"), elem_id="results-model", visible=False
            )
        waiting("results", "results-wait")
        self.notice = gr.HTML("", elem_id="results-notice", visible=False)
        with gr.Column(visible=False, elem_id="results-body") as self.body:
            self.sentence = gr.HTML("", elem_id="results-sentence")
            self.coach = CoachView(self.ctx, "results")
            with gr.Row():
                self.go_on = gr.Button(t(f"{WORDS}try"), variant="primary", elem_id="results-try")
                self.download = gr.Button(t(f"{WORDS}download"), elem_id="results-download")
                self.onnx, self.adapter = (
                    gr.Button(
                        t(f"{WORDS}download_{sort}"), visible=False, elem_id=f"results-{sort}"
                    )
                    for sort in ("onnx", "adapter")
                )
            self.package = gr.DownloadButton(elem_id="results-package", elem_classes="bm-away")
            self.own_table = OwnTable(self.ctx, "results")
            self.compare = CompareView(self.ctx)
            self.panels = panels_box(self.ctx.services.words, "results-panels")
            self.wrong = WrongRows(self.ctx)
            self.share = ShareView(self.ctx)
            self.space = SpaceView(self.ctx)
            self._build_more()
            self.terms = gr.HTML("", elem_id="results-terms")

    def _build_more(self) -> None:
        t = self.ctx.t
        with gr.Accordion(t(f"{WORDS}more"), open=False, elem_id="results-more"):
            self.measures = gr.HTML("", elem_id="results-measures")

    # events -----------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        protect = guard(self.ctx.services.words)
        chosen = self.ctx.job
        whole = Newest()
        show, part = protect(whole(self.show)), Newest(within=whole)
        shown = [
            chosen, self.seen, self.of, self.timer, self.job, self.model, self.notice, self.body,
            self.onnx, self.adapter, self.sentence, self.panels, self.measures, self.terms, *self.coach.parts, *self.wrong.parts,
            *self.share.parts, *self.compare.parts,
        ]  # fmt: skip
        asked, in_sight = [chosen, self.model], [self.of, self.model]
        self.ctx.on_show(tab, show, asked, shown)
        for start in (chosen.change, self.model.input):
            start(show, asked, shown, **QUIET)
        self.job.input(lambda job: job or "", self.job, chosen, **QUIET)
        self.timer.tick(
            protect(whole.tick(self.look)), [*asked, self.seen], shown, queue=False, **QUIET
        )
        self.panels.click(protect(part(self.pick_cell)), in_sight, self.wrong.parts, **QUIET)
        self.wrong.wire(protect, part, in_sight)
        self.share.wire(protect, in_sight)
        self.space.wire(protect, in_sight)
        self.compare.wire(protect)
        self.own_table.follow(tab, protect, chosen, in_sight)
        sorts = {"model": self.download, "onnx": self.onnx, "adapter": self.adapter}
        for sort, button in sorts.items():
            fetch(button, protect(self._packer(sort)), in_sight, self.package)
        self.coach.wire(protect, "jobs")
        self.ctx.go_demo(self.go_on.click(lambda: None, None, None, **QUIET))

    # handlers ---------------------------------------------------------------------------------

    def show(self, job_id: str, model_id: str | None, request: gr.Request) -> Updates:
        """Fill the whole tab with one training: the one asked for, else the newest that is done."""
        owner = self.ctx.owner(request)
        jobs = self.ctx.services.jobs.all(owner, LISTED_JOBS, 0)
        job = self._choose(owner, jobs, job_id)
        if job is None:
            return self._closed(self.ctx.say(request, f"{WORDS}none"))
        listed = jobs if any(other.id == job.id for other in jobs) else [job, *jobs]
        models = self.results.models(owner, job.id)
        known = {model.id for model in models}
        try:
            chosen = self.results.model(
                owner, job.id, model_id if model_id and model_id in known else ""
            )
            results = self.results.results(owner, job.id, chosen.id)
        except ModelError as error:
            updates = self._closed(self._trouble(error, request))
        else:
            updates = {
                **self._drawn(job, chosen, results, request),
                **self.wrong.show(job.id, chosen.id, ALL, ALL, request),
                self.onnx: gr.Button(visible=self.results.has_onnx(chosen)),
                self.adapter: gr.Button(visible=self.results.has_adapter(chosen)),
                self.model: gr.Radio(
                    [(self._name(model, request), model.id) for model in models],
                    value=chosen.id,
                    visible=len(models) > 1,
                ),
            }
        return updates | {
            # One that was asked for is not chosen anew: another may be chosen meanwhile.
            self.ctx.job: job.id if job.id != job_id else gr.skip(),
            self.job: gr.Dropdown([(other.name, other.id) for other in listed], value=job.id),
            self.timer: gr.Timer(active=not job.is_final),
            self.seen: _signature(job, models),
            self.of: job.id,
        }

    def look(self, job_id: str, model_id: str | None, seen: str, request: gr.Request) -> object:
        """Show a training again once something about it has changed; the model that is kept, once that is known."""
        owner = self.ctx.owner(request)
        try:
            job = self.ctx.services.jobs.get(owner, job_id)
            models = self.results.models(owner, job_id)
        except NotFoundError:
            return {self.timer: gr.Timer(active=False)}
        if _signature(job, models) == seen:
            return gr.skip()
        has_ended = job.is_final and seen.split()[:2] == [job.id, str(False)]
        return self.show(job_id, None if has_ended else model_id, request)

    def pick_cell(
        self, job_id: str, model_id: str | None, event: gr.EventData, request: gr.Request
    ) -> Updates:
        """Narrow the wrong rows down to the point of a panel that was chosen."""
        results = self.results.results(self.ctx.owner(request), job_id, model_id or "")
        found = picked(results, event)
        return self.wrong.narrowed(job_id, model_id, *found, request) if found else {}

    def _packer(self, sort: Any) -> Callable[..., str]:
        """Return what makes the ZIP of the model that is shown, of one of the sorts that `download` knows."""

        def pack(job_id: str, model_id: str | None, request: gr.Request) -> str:
            owner = self.ctx.owner(request)
            model = self.results.model(owner, job_id, model_id or "")
            return str(self.results.download(owner, model.id, sort))

        return pack

    # parts ------------------------------------------------------------------------------------

    def _choose(self, owner: str, jobs: list[Job], job_id: str) -> Job | None:
        if job_id:
            try:
                return self.ctx.services.jobs.get(owner, job_id)
            except NotFoundError:  # a link to what was deleted since: show what there is
                pass
        done = [job for job in jobs if job.state is State.SUCCEEDED]
        return next(iter(done or jobs), None)

    def _trouble(self, error: ModelError, request: gr.Request) -> str:
        if error.key == "results_not_ready":
            return self.ctx.say(request, f"{WORDS}waiting")
        return self.ctx.tell(request, error.message)

    def _closed(self, text: str) -> Updates:
        return {
            self.notice: gr.HTML(view.notice(text), visible=True),
            self.body: gr.Column(visible=False),
            self.model: gr.Radio(visible=False),
            self.timer: gr.Timer(active=False),
        }

    def _drawn(
        self, job: Job, model: TrainedModel, results: Results, request: gr.Request
    ) -> Updates:
        """Return everything about the results but the wrong rows."""
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        is_first = not job.is_final and model.kind == "instant"
        remarks = [(remark, tell(remark)) for remark in results.remarks]
        kind = self.results.kind(model)
        return {
            self.notice: gr.HTML(view.notice(say(f"{WORDS}still_training")), visible=is_first),
            self.body: gr.Column(visible=True),
            self.sentence: view.sentence(
                tell(results.sentence), remarks, ring.of_results(results, say)
            ),
            self.panels: shown(results, model.id, say),
            **self.wrong.headed(model, results, request),
            self.measures: measure_table(results, say).html("results-measures-table"),
            self.terms: terms.drawn("results", say, (*kind.terms, *EVERY_RESULT)),
            **self.coach.shown(job.id, request),
            **self.share.shown(model, results, request),
            **self.compare.shown(job, model, request),
        }

    def _name(self, model: TrainedModel, request: gr.Request) -> str:
        say = partial(self.ctx.say, request)
        name = (
            say(f"{WORDS}model_instant")
            if model.kind == "instant"
            else say(f"{WORDS}model_tuned", base=model.base)
        )
        return say(f"{WORDS}model_kept", model=name) if model.kept else name


def _signature(job: Job, models: list[TrainedModel]) -> str:
    """Return what must change before a training is shown anew."""
    kept = [f"{model.id}{'*' if model.kept else ''}" for model in models]
    return " ".join([job.id, str(job.is_final), *kept])


def build(ctx: Context, tab: gr.Tab) -> None:
    """Lay out the tab and connect it."""
    ResultsTab(ctx, tab)


PAGE = Page(slug="results", order=50, build=build)
