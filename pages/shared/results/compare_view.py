"""An earlier training beside the one that is shown, on the same rows: one sentence first, then the numbers. It measures nothing."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.errors import ModelError
from bigmodel.core.job import Job, State
from bigmodel.core.metric import Metric, metric
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.comparison import ChangedRow, Comparison
from bigmodel.core.results.results import Measure
from pages.shared.results import results_view as view
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import MEDIA
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.media_item import item, parts_html
from pages.shared.widgets.rerun_button import AgainButton

WORDS = "pages.compare."
ROW_CHARACTERS = 300


class CompareView:
    """The choice of an earlier training, what comes of it, and the button to train again on newer data."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.asked = gr.State(("", "", ""))  # job, model, and the job to compare with
        with gr.Column(visible=False, elem_id="results-grown") as self.grown:
            self.newer = gr.HTML("", elem_id="results-newer")
            self.again = AgainButton(ctx, "results")
        with gr.Column(visible=False, elem_id="results-compare") as self.box:
            gr.Markdown(ctx.t(f"{WORDS}title"), elem_classes="bm-title")
            gr.Markdown(ctx.t(f"{WORDS}about"))
            self.other = gr.Dropdown([], label=ctx.t(f"{WORDS}other"), elem_id="results-other")
            self.found = gr.HTML("", elem_id="results-compared")

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [self.asked, self.grown, self.newer, *self.again.parts, self.box, self.other]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the parts: whatever is asked is worked out once, after the page was drawn."""
        newest = Newest()
        self.other.input(protect(self.choose), [self.asked, self.other], self.asked, **QUIET)
        asked = self.asked.change(
            protect(newest(self.wait)), self.asked, self.found, queue=False, **QUIET
        )
        asked.then(
            protect(newest(self.compare)),
            self.asked,
            self.found,
            api_visibility="private",
            show_progress="minimal",
            show_progress_on=self.found,
        )
        self.again.wire(protect)

    def shown(self, job: Job, model: TrainedModel, request: gr.Request) -> Updates:
        """Return the trainings to compare with; one on older data is compared with at once."""
        owner, services = self.ctx.owner(request), self.ctx.services
        newest = services.append.newest_version(owner, job.id)
        is_done = job.state == State.SUCCEEDED
        earlier = services.compare.earlier(owner, job.id) if is_done else []
        first = next((one for one in earlier if one.dataset_version < job.dataset_version), None)
        other = first.id if first else ""
        newer = self.ctx.say(request, f"{WORDS}newer", version=newest) if newest else ""
        choices = [(self._name(one, request), one.id) for one in earlier]
        return {
            self.asked: (job.id, model.id, other),
            self.grown: gr.Column(visible=bool(newest)),
            self.newer: view.muted(newer),
            **self.again.shown(job, newest, request, "again_newer"),
            self.box: gr.Column(visible=bool(earlier)),
            self.other: gr.Dropdown(choices, value=other or None),
        }

    # handlers ---------------------------------------------------------------------------------

    def choose(self, asked: Sequence[str], other: str | None, _request: gr.Request) -> Any:
        """Ask for another training to compare with; Any: the value of a state."""
        job, model, _ = asked
        return (job, model, other or "")

    def wait(self, asked: Sequence[str], request: gr.Request) -> str:
        """Say that it is being worked out."""
        return view.muted(self.ctx.say(request, f"{WORDS}waiting")) if asked[2] else ""

    def compare(
        self,
        asked: Sequence[str],
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> str:
        """Return the comparison that is asked for, or why there is none."""
        job, model, other = asked
        if not other:
            return ""
        text = self.ctx.say(request, f"{WORDS}waiting")
        try:
            found = self.ctx.services.compare.compare(
                self.ctx.owner(request),
                job,
                other,
                model_id=model,
                progress=lambda done, rows: progress((done, rows), desc=text),
            )
        except ModelError as error:
            return view.notice(self.ctx.tell(request, error.message))
        media = f"{MEDIA}/{self.ctx.services.jobs.get(self.ctx.owner(request), job).dataset_id}"
        return drawn(found, partial(self.ctx.say, request), media)

    def _name(self, job: Job, request: gr.Request) -> str:
        return self.ctx.say(request, f"{WORDS}choice", name=job.name, version=job.dataset_version)


def drawn(found: Comparison, say: Say, media: str) -> str:
    """Return a comparison as HTML; `media` is the address below which pictures and recordings lie."""
    lead = escape(say(found.sentence.key, **found.sentence.args))
    remarks = "".join(
        f'<div class="bm-problem is-{remark.level}">{escape(say(remark.key, **remark.args))}</div>'
        for remark in found.remarks
    )
    is_number = metric(found.measures[0].measure, found.metrics).has_target_unit
    keys = ("nearer_new", "nearer_old") if is_number else ("only_new", "only_old")
    facts = "".join(
        f'<div><div class="bm-muted">{escape(say(f"{WORDS}{key}"))}</div>'
        f'<div class="bm-number">{count:,}</div></div>'
        for key, count in zip(keys, (found.only_new, found.only_old), strict=True)
    )
    rows = escape(say(f"{WORDS}rows", rows=f"{found.rows:,}"))
    end = "_numbers" if is_number else ""
    return (
        f'<div class="bm-card" role="status"><div class="bm-lead" data-testid="compared-sentence">{lead}</div>'
        f'<div class="bm-facts">{facts}</div></div>{remarks}'
        f'{_measures(found, say)}<p class="bm-muted">{rows} · {escape(say(f"{WORDS}how"))}</p>'
        f"{_changed(found.gained, f'gained{end}', say, media)}{_changed(found.lost, f'lost{end}', say, media)}"
    )


def _measures(found: Comparison, say: Say) -> str:
    """Return each measure on a line of its own above its three values, so that they fit a phone."""
    heads = "".join(
        f'<th scope="col" class="bm-number">{escape(say(f"{WORDS}column_{key}"))}</th>'
        for key in ("new", "old", "difference")
    )
    known = [(metric(one.measure, found.metrics), one) for one in found.measures]
    lines = "".join(
        f'<tr><th scope="rowgroup" colspan="3">{escape(say(of.title))}</th></tr>'
        f"<tr>{_cell(of, one.new)}{_cell(of, one.old)}{_cell(of, one.difference, signed=True)}</tr>"
        for of, one in known
    )
    return (
        '<div class="bm-scroll" tabindex="0"><table class="bm-table bm-compared" data-testid="compared">'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(of: Metric, measure: Measure, *, signed: bool = False) -> str:
    """Return a value with its interval below it."""
    is_share = of.is_share
    style = ("+" if signed else "") + (".1f" if is_share else ",.3g")
    value, low, high = (
        format(100 * number if is_share else number, style).replace("-", "\u2212")
        for number in (measure.value, measure.low, measure.high)
    )
    unit = " %" if is_share else ""
    between = "…" if signed else "–"
    ends = f'<br><span class="bm-muted"><span>{low} {between}</span> <span>{high}</span></span>'
    return f'<td class="bm-number">{value}{unit}{ends if measure.has_interval else ""}</td>'


def _changed(rows: Sequence[ChangedRow], key: str, say: Say, media: str) -> str:
    """Return rows that one model alone got right, folded."""
    if not rows:
        return ""
    heads = "".join(
        f'<th scope="col">{escape(say(f"{WORDS}column_{name}"))}</th>'
        for name in ("truth", "new", "old")
    )
    lines = "".join(
        f'<tr><th scope="rowgroup" colspan="3">{_item(row, media)}</th></tr><tr>'
        + "".join(f"<td>{escape(_cut(text))}</td>" for text in (row.truth, row.new, row.old))
        + "</tr>"
        for row in rows
    )
    return (
        f'<details class="bm-more"><summary>{escape(say(f"{WORDS}{key}"))}</summary>'
        f'<div class="bm-scroll" tabindex="0"><table class="bm-table bm-compared"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div></details>"
    )


def _item(row: ChangedRow, media: str) -> str:
    if row.parts:
        return parts_html(row.parts, media, lambda text: escape(_cut(text)))
    return item(row.text, row.media, media) if row.media else escape(_cut(row.text))


def _cut(text: str) -> str:
    return text if len(text) <= ROW_CHARACTERS else text[: ROW_CHARACTERS - 1] + "…"
