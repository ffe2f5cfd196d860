"""The Jobs tab: every training with its state, live curves and outcome; it looks, and asks services for the rest."""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any

import gradio as gr

from bigmodel.core.errors import NotFoundError
from bigmodel.core.job import Job
from bigmodel.core.metric import Metric, metric
from pages.shared.jobs import jobs_view as view
from pages.shared.jobs.diagnosis_view import DoctorView
from pages.shared.jobs.disk_panel import DiskPanel
from pages.shared.jobs.insights_view import CoachView
from pages.shared.jobs.job_controls import JobControls
from pages.shared.jobs.jobs_list import Asked, JobList
from pages.shared.jobs.samples_view import samples
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Page, Updates
from pages.shared.widgets import curves as drawing
from pages.shared.widgets.chart import chart
from pages.shared.widgets.report_view import ReportView
from pages.shared.widgets.waiting import waiting

NEWEST = 20  # jobs among which one that goes on is looked for
FAST_S, SLOW_S = 1.0, 6.0
MAX_POINTS = 300  # a curve is hardly wider in pixels, and is sent once a second
SHARED_S, OLD_S = (
    0.8,
    4.0,
)  # that viewers of the same job share an answer, and may at most while it is made anew
DRAWN_KEPT, STATES_KEPT = 64, 16
# Cards are drawn anew while a training runs: focus and scrolling must survive that.
SCRIPT = """
let focused = null, top = 0;
element.addEventListener('click', e => {
  const card = e.target.closest('[data-job]');
  if (card) trigger('click', {job: card.dataset.job});
});
element.addEventListener('focusin', e => { focused = e.target.closest('[data-job]')?.dataset.job; });
element.addEventListener('focusout', e => { if (e.relatedTarget) focused = null; });
element.addEventListener('scroll', e => { top = e.target.scrollTop; }, true);
watch('value', () => requestAnimationFrame(() => {
  const list = element.querySelector('.bm-jobs');
  if (list && top) list.scrollTop = top;
  if (focused && document.activeElement === document.body)
    element.querySelector(`[data-job="${focused}"]`)?.focus({preventScroll: true});
}));
"""

ModelPage = tuple[Updates, dict[Any, str]]  # and a mark of what each part shows


class Shared:
    """What a job looked like a moment ago, for all who look at it; one of them makes it anew, the others do not wait."""

    def __init__(self) -> None:
        self._at = -math.inf
        self._page: ModelPage = ({}, {})
        self._making = Lock()

    def get(self, make: Callable[[], ModelPage]) -> ModelPage:
        """Return what was made within the last moment, or is just being made again."""
        age = monotonic() - self._at
        if age > SHARED_S and self._making.acquire(blocking=age > OLD_S):
            try:
                if monotonic() - self._at > SHARED_S:  # nobody did while this one waited
                    self._page, self._at = make(), monotonic()
            finally:
                self._making.release()
        return self._page


class JobsTab:
    """The components of the tab, what fills them, and what their events do."""

    def __init__(self, ctx: Context, tab: gr.Tab) -> None:
        self.ctx = ctx
        self.jobs = ctx.services.jobs
        self._drawn: OrderedDict[tuple[str, int, str], dict[str, str | None]] = OrderedDict()
        self._states: OrderedDict[tuple[str, str, str, bool, Asked], Shared] = OrderedDict()
        self._lock = Lock()
        self._build()
        self._wire(tab)

    # components -------------------------------------------------------------------------------

    def _build(self) -> None:
        t = self.ctx.t
        # Marks of what is shown. They stand in the page: of two answers under way at once the older may be drawn last,
        # and the next look must find that it is the older.
        self.seen = gr.Textbox("", visible="hidden", elem_id="jobs-seen")
        self.is_log_open = gr.State(False)
        self.fast = gr.Timer(FAST_S, active=False)
        self.slow = gr.Timer(SLOW_S, active=False)
        waiting("jobs", "jobs-wait")
        self.nothing = gr.HTML("", elem_id="jobs-nothing", visible=False, padding=False)
        self.begin = gr.Button(
            t("pages.jobs.begin"), variant="primary", visible=False, elem_id="jobs-begin"
        )
        with gr.Row(equal_height=False, visible=False, elem_id="jobs-body") as self.body:
            with gr.Column(scale=7, min_width=320):
                self._build_job()
            with gr.Column(scale=3, min_width=260):
                gr.Markdown(t("pages.jobs.all"), elem_classes="bm-title")
                self.list = JobList(self.ctx, partial(_html, "jobs-list"))
                DiskPanel(self.ctx, guard(self.ctx.services.words))

    def _build_job(self) -> None:
        t = self.ctx.t
        self.head = gr.HTML("", elem_id="jobs-job", padding=False)
        self.doctor = DoctorView(self.ctx)
        self.controls = JobControls(self.ctx)
        with gr.Column(visible=False, elem_id="jobs-curves") as self.curves:
            self.charts: dict[str, gr.HTML] = {}
            self.places: dict[str, gr.Column] = {}
            with gr.Row():
                self._build_chart(drawing.LOSS, 300)
                self._build_chart(drawing.QUALITY, 300)
            self._build_chart(drawing.RATE, 220)
            self.samples = gr.HTML("", elem_id="jobs-samples", padding=False)
        self.coach = CoachView(self.ctx, "jobs")
        ReportView(self.ctx, guard(self.ctx.services.words), "jobs", self.ctx.job)
        with gr.Accordion(t("pages.jobs.log"), open=False, elem_id="jobs-log") as self.log:
            self.history = gr.HTML("", elem_id="jobs-history")
            self.log_text = gr.HTML("", elem_id="jobs-log-text")
        with gr.Accordion(t("pages.jobs.more"), open=False, elem_id="jobs-more"):
            with gr.Row():
                self.name = gr.Textbox(label=t("pages.jobs.name"), elem_id="jobs-name")
                self.rename = gr.Button(t("pages.jobs.rename"), elem_id="jobs-rename")
            self.again = gr.Button(t("pages.jobs.again"), elem_id="jobs-again")
            self.delete = gr.Button(t("pages.jobs.delete"), elem_id="jobs-delete")
            with gr.Group(visible=False, elem_id="jobs-delete-ask") as self.asking:
                gr.Markdown(t("pages.jobs.delete_ask"))
                with gr.Row():
                    self.yes = gr.Button(
                        t("pages.jobs.delete_yes"), variant="stop", elem_id="jobs-delete-yes"
                    )
                    self.no = gr.Button(t("pages.jobs.delete_no"), elem_id="jobs-delete-no")

    def _build_chart(self, kind: str, height: int) -> None:
        with gr.Column(min_width=300, visible=False) as self.places[kind]:
            gr.Markdown(self.ctx.t(f"pages.jobs.chart_{kind}"), elem_classes="bm-title")
            self.charts[kind] = chart(self.ctx.services.words, f"jobs-{kind}", height)

    # events -----------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        protect = guard(self.ctx.services.words)
        job = self.ctx.job
        parts = [
            job, self.seen, self.fast, self.slow, self.nothing, self.begin, self.body,
            *self.list.parts, self.head, *self.doctor.parts, *self.controls.parts, self.curves,
            *self.coach.parts,
            *self.charts.values(), *self.places.values(), self.samples, self.history, self.log_text, self.name,
            self.again, self.delete, self.asking,
        ]  # fmt: skip
        asked = [job, self.seen, self.is_log_open, self.list.asked]
        whole = [job, self.is_log_open, self.list.asked]
        look, newest = protect(self.look), Newest()
        show, tick = protect(newest(self.show)), protect(newest.tick(self.look))
        self.ctx.on_show(tab, show, whole, parts)
        job.change(show, whole, parts, **QUIET)
        for timer in (self.fast, self.slow):
            timer.tick(tick, asked, parts, queue=False, **QUIET)
        self.list.asked.change(look, asked, parts, queue=False, **QUIET)
        self.list.html.click(protect(self.choose), None, job, **QUIET)
        self.controls.wire(protect, lambda event: event.then(look, asked, parts, **QUIET))
        self.doctor.wire(protect)
        self.coach.wire(protect)
        self.again.click(protect(self.run_again), job, job, **QUIET)
        for event, is_open in ((self.log.expand, True), (self.log.collapse, False)):
            event(
                lambda is_open=is_open: is_open, None, self.is_log_open, queue=False, **QUIET
            ).then(look, asked, parts, queue=False, **QUIET)
        self.rename.click(
            protect(newest.keep(self.set_name)), [job, self.name, *whole[1:]], parts, **QUIET
        )
        self.delete.click(lambda: gr.Group(visible=True), None, self.asking, **QUIET)
        self.no.click(lambda: gr.Group(visible=False), None, self.asking, **QUIET)
        self.yes.click(protect(self.remove), job, job, **QUIET)
        self.ctx.go(self.begin.click(lambda: None, None, None, **QUIET), "data")

    # handlers ---------------------------------------------------------------------------------

    def show(self, job_id: str, is_log_open: bool, asked: Asked, request: gr.Request) -> Any:
        """Fill the whole tab: the job asked for, else the newest that goes on; Any: as in `look`."""
        return self._changed(self._state(job_id, is_log_open, asked, request), "")

    def look(
        self, job_id: str, seen: str, is_log_open: bool, asked: Asked, request: gr.Request
    ) -> Any:
        """Return what changed since it was last drawn in this browser; Any: a skip, or updates by component.

        Whoever looks at the same job within a moment gets the same answer, worked out once; who comes meanwhile
        gets the one before.
        """
        key = (self.ctx.owner(request), job_id, self.ctx.language(request), is_log_open, asked)
        with self._lock:
            shared = self._states.setdefault(key, Shared())
            while len(self._states) > STATES_KEPT:
                self._states.popitem(last=False)
        state = shared.get(partial(self._state, job_id, is_log_open, asked, request))
        return self._changed(state, seen)

    def choose(self, event: gr.EventData, request: gr.Request) -> str:
        """Return the job whose card was clicked."""
        return self.jobs.get(self.ctx.owner(request), str(event.job)).id

    def run_again(self, job_id: str, request: gr.Request) -> str:
        """Start a training with the same settings and return it."""
        job: Job = self.ctx.services.control.again(self.ctx.owner(request), job_id, via="browser")
        self.ctx.notice(request, self.ctx.say(request, "pages.jobs.was_again"))
        return job.id

    def set_name(
        self, job_id: str, name: str, is_log_open: bool, asked: Asked, request: gr.Request
    ) -> Any:
        """Give the job another name; Any: as in `look`."""
        self.jobs.rename(self.ctx.owner(request), job_id, name)
        return self.show(job_id, is_log_open, asked, request)

    def remove(self, job_id: str, request: gr.Request) -> str:
        """Delete the job with all that came from it; no job is chosen then."""
        self.jobs.delete(self.ctx.owner(request), job_id)
        self.ctx.notice(request, self.ctx.say(request, "pages.jobs.was_deleted"))
        return ""

    # parts ------------------------------------------------------------------------------------

    def _state(
        self, job_id: str, is_log_open: bool, asked: Asked, request: gr.Request
    ) -> ModelPage:
        """Return all that the tab shows of a job now, with a mark of each part."""
        job = self._choose(self.ctx.owner(request), job_id)
        if job is None:
            updates = self._empty(request)
        else:
            updates = self._full(job, is_log_open, asked, request)
            # One that was asked for is not chosen anew: another may be chosen meanwhile.
            updates[self.ctx.job] = job.id if job.id != job_id else gr.skip()
        return updates, {part: _mark(part, value) for part, value in updates.items()}

    def _choose(self, owner: str, job_id: str) -> Job | None:
        if job_id:
            try:
                return self.jobs.get(owner, job_id)
            except NotFoundError:  # a link to what was deleted since: show what there is
                pass
        jobs = self.jobs.all(owner, NEWEST)
        live = [job for job in jobs if job.is_live]
        return next(iter([*live, *jobs]), None)

    def _empty(self, request: gr.Request) -> Updates:
        return {
            self.ctx.job: "",
            self.fast: gr.update(active=False),
            self.slow: gr.update(active=True),
            self.nothing: gr.update(
                value=view.notice(self.ctx.say(request, "pages.jobs.none")), visible=True
            ),
            self.begin: gr.update(visible=True),
            self.body: gr.update(visible=False),
        }

    def _full(self, job: Job, is_log_open: bool, asked: Asked, request: gr.Request) -> Updates:
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        jobs, total = self.list.jobs(owner, asked)
        turns = self.jobs.turns(owner)
        turn = turns.get(job.id)
        models = self.ctx.services.results.models(owner, job.id)
        is_moving = any(not other.is_final for other in (job, *jobs))
        return {
            self.fast: gr.update(active=is_moving),
            self.slow: gr.update(
                active=True
            ),  # always: an answer that came late may have stopped the other
            self.nothing: gr.update(visible=False),
            self.begin: gr.update(visible=False),
            self.body: gr.update(visible=True),
            **self.list.drawn(jobs, total, asked, turns, job.id, request),
            self.head: view.head(job, turn, models, say),
            **self.controls.shown(job, turn.place if turn else 0, request, has_model=bool(models)),
            self.again: gr.update(interactive=job.is_final),
            self.delete: gr.update(interactive=job.is_final),
            **self.doctor.shown(job.id, request),
            **self.coach.shown(job.id, request),
            **self._charts(owner, job, request),
            **self._texts(owner, job, is_log_open, request),
        }

    def _charts(self, owner: str, job: Job, request: gr.Request) -> Updates:
        """Return the curves; whoever looks at the same ones shares them."""
        key = (job.id, self.jobs.mark(owner, job.id), self.ctx.language(request))
        with self._lock:
            drawn = self._drawn.get(key)
        if drawn is None:
            own = self.jobs.metrics(job)
            word = partial(self._word, request, own)
            found = self.jobs.curves(owner, job.id, MAX_POINTS)
            drawn = drawing.draw(job.id, found, word, own)
            with self._lock:
                self._drawn[key] = drawn
                while len(self._drawn) > DRAWN_KEPT:
                    self._drawn.popitem(last=False)
        shown: Updates = {self.charts[kind]: value for kind, value in drawn.items()}
        places: Updates = {
            self.places[kind]: gr.update(visible=bool(value)) for kind, value in drawn.items()
        }
        say = partial(self.ctx.say, request)
        made = samples(self.jobs.samples(owner, job.id), job.id, say)
        is_some = bool(made) or any(drawn.values())
        return shown | places | {self.samples: made, self.curves: gr.update(visible=is_some)}

    def _texts(self, owner: str, job: Job, is_log_open: bool, request: gr.Request) -> Updates:
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        updates: Updates = {self.name: job.name, self.asking: gr.update(visible=False)}
        if is_log_open:
            text = self.jobs.log_text(owner, job.id)
            updates[self.history] = view.history(self.jobs.history(owner, job.id), tell)
            updates[self.log_text] = view.log(text, say("pages.jobs.log_empty"))
        return updates

    def _word(self, request: gr.Request, own: Sequence[Metric], name: str) -> str:
        measured = metric(name.rpartition("/")[2], own)
        curve = f"jobs.curves.{name.replace('/', '_')}"
        keys = [measured.title] if measured in own else [curve, measured.title]
        known = next(filter(self.ctx.services.words.has, keys), "")
        return self.ctx.say(request, known) if known else name

    def _changed(self, state: ModelPage, seen: str) -> Any:
        """Leave out what this browser already shows; Any: a skip, or updates by component."""
        updates, marks = state
        known = set(seen.split())
        fresh = {part: value for part, value in updates.items() if marks[part] not in known}
        return {**fresh, self.seen: " ".join(marks.values())} if fresh else gr.skip()


def _html(elem_id: str, *, visible: bool = True) -> gr.HTML:
    """Return HTML whose cards can be chosen."""
    return gr.HTML(
        "",
        html_template="${value}",
        js_on_load=SCRIPT,
        elem_id=elem_id,
        padding=False,
        visible=visible,
    )


def _mark(part: gr.components.Component, value: object) -> str:
    """Return a short mark of a component with a value or an update."""
    return f"{part._id}:{sha256(repr(value).encode()).hexdigest()[:12]}"


def build(ctx: Context, tab: gr.Tab) -> None:
    JobsTab(ctx, tab)


PAGE = Page(slug="jobs", order=40, build=build)
