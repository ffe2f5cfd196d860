"""The Home tab: what this is in three steps, samples that work with one click, and the latest trainings."""

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

import gradio as gr

from bigmodel.core.job import FINAL, Job, State
from bigmodel.services.datasets.samples import Sample, sample_path
from pages.shared.projects.project_view import ProjectView
from pages.shared.web.guard import guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.widgets import ring, waiting
from pages.shared.widgets.report_view import ReportView
from pages.shared.widgets.sample_cards import REST, sample_cards

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"  # projects, one a language
STEPS = {"one": "upload", "two": "train", "three": "try"}  # and their icons
RECENT = 6
JOBS, RESULTS, DATA = "jobs", "results", "data"
UNUSABLE = {State.FAILED, State.CANCELLED}
GOOD, BAD = {State.SUCCEEDED}, {State.FAILED, State.LOST}


class HomeTab:
    """The components of the tab, what fills them, and what their events do."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.guard = guard(ctx.services.words)
        self.samples = {sample.name: sample for sample in ctx.services.datasets.samples()}
        self.recent = gr.HTML("", elem_id="home-recent")
        self.intro = gr.HTML(waiting.held(self._intro(ctx.each)), elem_id="home-intro")
        self.own = gr.Button(ctx.t("pages.home.own"), variant="primary", elem_id="home-own")
        self.example = gr.Button(ctx.t("pages.home.example"), elem_id="home-example")
        title = f'<h2 class="bm-title">{ctx.each("pages.home.samples")}</h2>'
        self.cards = sample_cards(ctx.each, list(self.samples.values()), "home-samples", title)
        ProjectView(ctx, self.guard)
        ReportView(ctx, self.guard, "home")
        self._wire(tab)

    def _wire(self, tab: gr.Tab) -> None:
        outputs = [self.intro, self.recent, self.example]
        self.ctx.on_show(tab, self.guard(self.show), [], outputs)
        self.ctx.go(self.own.click(lambda: None, None, None, **QUIET), DATA)
        seen = self.example.click(
            self.guard(self.look),
            None,
            [self.ctx.dataset, self.ctx.job],
            api_visibility="private",
            show_progress_on=self.example,
        )
        self.ctx.go(seen, RESULTS)
        started = self.cards.click(
            self.guard(self.begin), None, [self.ctx.dataset, self.ctx.job], **QUIET
        )
        self.ctx.go_demo(started)
        for ended in (started.success, started.failure):
            ended(None, None, None, js=REST)

    # handlers ---------------------------------------------------------------------------------

    def show(self, request: gr.Request) -> tuple[str, str, gr.Button]:
        """Draw the three steps and offer the example for a first visit, the latest trainings for a return."""
        jobs = self.ctx.services.jobs.all(self.ctx.owner(request), RECENT, 0)
        if jobs:
            return "", self._recent(jobs, request), gr.Button(visible=False)
        say = partial(self.ctx.say, request)
        return self._intro(lambda key: escape(say(key))), "", gr.Button(visible=True)

    def look(self, request: gr.Request) -> tuple[str, str]:
        """Bring the finished example in, as a project of the person's own; one that is here already stays as it is."""
        owner, services = self.ctx.owner(request), self.ctx.services
        file = EXAMPLES / f"{self.ctx.language(request)}.zip"
        dataset = services.project.load(owner, file).first
        jobs = services.jobs.all(owner, 200, 0)
        return dataset, next(job.id for job in jobs if job.dataset_id == dataset)

    def begin(self, event: gr.EventData, request: gr.Request) -> tuple[str, str]:
        """Start with the sample whose button was pressed."""
        return self.start(self.samples[str(event.sample)], request)

    def start(self, sample: Sample, request: gr.Request) -> tuple[str, str]:
        """Import a sample and train on it; a second click comes back to the same training."""
        owner, services = self.ctx.owner(request), self.ctx.services
        title = self.ctx.say(request, f"samples.{sample.name}.title")
        known = [
            dataset
            for dataset in services.datasets.all(owner)
            if dataset.version.recipe.source_name == sample_path(sample.name).name
        ]
        dataset = (
            known[0] if known else services.datasets.import_sample(owner, sample.name, title=title)
        )
        mine = [
            job
            for job in services.jobs.all(owner, 200, 0)
            if job.dataset_id == dataset.id and job.state not in UNUSABLE
        ]
        if mine:
            return dataset.id, mine[0].id
        key = f"sample:{dataset.id}:{len(services.datasets.jobs_of(owner, dataset.id))}"
        job = services.training.submit(owner, dataset.id, key=key)
        self.ctx.notice(request, self.ctx.say(request, "pages.home.started", name=title))
        return dataset.id, job.id

    def _recent(self, jobs: list[Job], request: gr.Request) -> str:
        title = escape(self.ctx.say(request, "pages.home.recent"))
        cards = "".join(self._card(job, request) for job in jobs)
        return f'<p class="bm-lead">{title}</p><div class="bm-cards bm-latest">{cards}</div>'

    def _card(self, job: Job, request: gr.Request) -> str:
        """Return a training with what it reached, or how far it is, and the ways on."""
        say = partial(self.ctx.say, request)
        state = escape(say(f"pages.home.state.{job.state.value}"))
        kind = "is-good" if job.state in GOOD else "is-bad" if job.state in BAD else ""
        where = f"&amp;job={job.id}&amp;dataset={job.dataset_id}"
        tab = RESULTS if job.state in GOOD else JOBS
        drawn, ways = "", [(tab, say(f"pages.{tab}.tab"))]
        if job.state in GOOD:
            drawn = self._ring(job, request)
            kind_of = self.ctx.services.inference.kind(self.ctx.owner(request), job.id)
            ways.append((f"{kind_of}-demo", say("pages.home.use")))
        elif job.state not in FINAL and job.progress.steps:
            percent = 100 * job.progress.step / job.progress.steps
            drawn = f'<div class="bm-bar"><i style="width:{percent:.0f}%"></i></div>'
        links = "".join(
            f'<a class="bm-button" href="?tab={slug}{where}">{escape(text)}</a>'
            for slug, text in ways
        )
        return (
            f'<div class="bm-card"><div class="bm-latest-top"><a href="?tab={tab}{where}">{escape(job.name)}</a>'
            f'<span class="bm-badge {kind}">{state}</span></div>{drawn}<div class="bm-presses">{links}</div></div>'
        )

    def _ring(self, job: Job, request: gr.Request) -> str:
        """Return the score of the kept model on rows it never saw."""
        models = self.ctx.services.results.models(self.ctx.owner(request), job.id)
        kept = next((model for model in models if model.kept), None)
        numbers = kept.metrics.get("test", {}) if kept else {}
        own = self.ctx.services.jobs.metrics(job)
        return ring.of_numbers(numbers, partial(self.ctx.say, request), own)

    def _intro(self, text: Callable[[str], str]) -> str:
        """Return what this is, in three steps, and who sees what is brought."""
        steps = "".join(
            f'<div class="bm-card bm-step"><i class="bm-icon" style="--icon: var(--icon-{icon})"></i>'
            f"<div><b>{text(f'pages.home.step_{step}_title')}</b><br>"
            f'<span class="bm-muted">{text(f"pages.home.step_{step}")}</span></div></div>'
            for step, icon in STEPS.items()
        )
        lead = "lead_shared" if self.ctx.services.settings.sign_in else "lead"
        return f'<p class="bm-lead">{text(f"pages.home.{lead}")}</p><div class="bm-cards">{steps}</div>'


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    HomeTab(ctx, tab)


PAGE = Page(slug="home", order=10, build=build, group="home")
