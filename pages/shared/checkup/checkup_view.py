"""The check-up of a dataset as a card: findings by harm, each with examples, its reason and one button. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.checkup import Checkup, Example, Finding, RepairPreview, Report
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import NotFoundError
from bigmodel.core.message import Message
from pages.shared.checkup.parts import VersionMaker, button, table
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import media_url
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.answer import progress

LOOK_S = 0.7
HIGH, MIDDLE = 65, 40  # harm
FIRST = 3  # findings shown at once
# Every button of the card is one event: what to do, and with which finding.
SCRIPT = """
element.addEventListener('click', e => {
  const button = e.target.closest('[data-act]');
  if (button) trigger('submit', {act: button.dataset.act, kind: button.dataset.kind || ''});
});
"""


class CheckupView(VersionMaker):
    """The card, its timer, and what its buttons do."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.card = gr.HTML(
            "", html_template="${value}", js_on_load=SCRIPT, elem_id="data-checkup", padding=False
        )
        self.timer = gr.Timer(LOOK_S, active=False)

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [self.card, self.timer]

    def wire(
        self,
        protect: Callable[..., Any],
        show: Callable[..., object],
        outputs: Sequence[Any],
        whole: Newest,
    ) -> None:
        """Connect the card; `show` draws the tab anew once a repair has made a version."""
        dataset, newest = self.ctx.dataset, Newest(within=whole)
        self.redraw(show, outputs)
        self.timer.tick(protect(newest.tick(self.tick)), dataset, self.parts, **QUIET)
        self.card.submit(protect(newest.keep(self.act)), dataset, [*self.parts, self.made], **QUIET)

    # what fills it ------------------------------------------------------------------------------

    def shown(
        self, dataset: Dataset, request: gr.Request, preview: RepairPreview | None = None
    ) -> Updates:
        """Return the card of a dataset; a dataset that was not looked at yet is at the timer's first tick."""
        found = self.ctx.services.checkup.look(dataset.owner, dataset.id)
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        is_waiting = found.report is None and found.error is None
        return {
            self.card: drawn(found, dataset.id, say, tell, preview),
            self.timer: gr.Timer(active=is_waiting),
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to look at."""
        return {self.card: "", self.timer: gr.Timer(active=False)}

    # handlers -----------------------------------------------------------------------------------

    def tick(self, dataset_id: str, request: gr.Request) -> Updates:
        """Begin what was not begun, and say how far it is."""
        owner = self.ctx.owner(request)
        try:
            dataset = self.ctx.services.datasets.get(owner, dataset_id)
        except NotFoundError:
            return self.hidden()
        self.ctx.services.checkup.start(owner, dataset_id)
        return self.shown(dataset, request)

    def act(self, dataset_id: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Do what a button says: start, stop, show what a repair would change, make it, undo it."""
        act, kind = str(event.act), str(event.kind)
        owner, checkup = self.ctx.owner(request), self.ctx.services.checkup
        preview = None
        if act == "start":
            checkup.start(owner, dataset_id, again=True)
        elif act == "stop":
            checkup.stop(owner, dataset_id)
        elif act == "preview":
            preview = checkup.preview(owner, dataset_id, kind)
        elif act == "repair":
            return {self.made: self.told(checkup.repair(owner, dataset_id, kind), request)}
        elif act == "undo":
            return {self.made: self.told(checkup.undo(owner, dataset_id), request, "undone")}
        dataset = self.ctx.services.datasets.get(owner, dataset_id)
        return self.shown(dataset, request, preview)


def drawn(
    found: Checkup, dataset_id: str, say: Say, tell: Tell, preview: RepairPreview | None
) -> str:
    """Return the card as HTML."""
    head = f'<h3 class="bm-title">{escape(say("checkup.title"))}</h3>'
    undo = button("undo", say("checkup.undo")) if found.undo else ""
    if found.report is not None:
        again = button("start", say("checkup.again"))
        body = _report(found.report, dataset_id, say, tell, preview)
        return f'<section data-testid="checkup">{head}{body}<p>{again} {undo}</p></section>'
    if found.error is not None:
        body = f'<p role="status">{escape(tell(found.error))}</p>'
        begin = button("start", say("checkup.begin"))
        return f'<section data-testid="checkup">{head}{body}<p>{begin} {undo}</p></section>'
    percent = round(100 * (found.share or 0.0))
    said = say("checkup.running_share", percent=percent) if percent else say("checkup.running")
    return (
        f'<section data-testid="checkup">{head}{progress(said, percent)}'
        f"<p>{button('stop', say('checkup.stop'))} {undo}</p></section>"
    )


def _report(
    report: Report, dataset_id: str, say: Say, tell: Tell, preview: RepairPreview | None
) -> str:
    count = len(report.findings)
    if not count:
        said = say("checkup.none", kinds=report.kinds, rows=report.rows)
        return f'<p role="status" data-testid="checkup-clean">{escape(said)}</p>'
    key = "checkup.found_one" if count == 1 else "checkup.found"
    said = f'<p role="status">{escape(say(key, count=count, rows=report.rows))}</p>'
    lines = [_finding(each, dataset_id, say, tell, preview) for each in report.findings]
    first, rest = "".join(lines[:FIRST]), "".join(lines[FIRST:])
    if rest:
        is_open = preview is not None and preview.finding in report.findings[FIRST:]
        more = escape(say("checkup.more", count=count - FIRST))
        rest = f"<details{' open' if is_open else ''}><summary>{more}</summary>{rest}</details>"
    return said + first + rest


def _finding(
    found: Finding, dataset_id: str, say: Say, tell: Tell, preview: RepairPreview | None
) -> str:
    words = f"checkup.kinds.{found.kind}"
    args = {"count": found.count, **found.args}
    if "scripts" in args:
        listed = str(args["scripts"]).split(", ")
        args["scripts"] = ", ".join(say(f"checkup.scripts.{name}") for name in listed)
    level = "high" if found.harm >= HIGH else "middle" if found.harm >= MIDDLE else "low"
    examples = "".join(_example(each, dataset_id) for each in found.examples)
    if preview is not None and preview.finding.kind == found.kind:
        act = _preview(preview, say)
    elif found.repair:
        act = f"<p>{button('preview', say(f'{words}.button'), kind=found.kind)}</p>"
    else:
        act = ""
    return (
        f'<section class="bm-card bm-finding is-{level}" data-kind="{found.kind}">'
        f"<p><b>{escape(tell(Message(f'{words}.what', args)))}</b> "
        f'<span class="bm-harm">{escape(say(f"checkup.harm_{level}"))}</span></p>'
        f"<ul>{examples}</ul>"
        f'<p class="bm-muted">{escape(tell(Message(f"{words}.why", args)))}</p>{act}</section>'
    )


def _example(found: Example, dataset_id: str) -> str:
    note = f' <span class="bm-muted">→ {escape(found.note)}</span>' if found.note else ""
    text = escape(found.text)
    if found.file.endswith(".flac"):
        url = escape(media_url(dataset_id, found.file), quote=True)
        text = f'<audio controls preload="none" src="{url}"></audio> {text}'
    elif found.file:
        small = escape(media_url(dataset_id, found.file, thumb=True), quote=True)
        text = f'<img src="{small}" alt="" loading="lazy"> {text}'
    return f"<li>{text}{note}</li>"


def _preview(preview: RepairPreview, say: Say) -> str:
    """Return what a repair would change, and the two buttons."""
    repair = preview.finding.repair.value
    key = "cleaning.media_preview" if preview.files else f"checkup.preview_{repair}"
    said = say(key, changed=preview.changed, rows=preview.rows)
    rows = before_after(preview.before_after, say)
    kind = preview.finding.kind
    apply = button("repair", say("checkup.apply"), is_primary=True, kind=kind)
    close = button("close", say("checkup.close"))
    return f'<div data-testid="checkup-preview"><p>{escape(said)}</p>{rows}<p>{apply} {close}</p></div>'


def before_after(pairs: Sequence[tuple[str, str]], say: Say) -> str:
    """Return texts before and after as a table, nothing for none."""
    if not pairs:
        return ""
    left_out, gone = escape(say("checkup.left_out")), escape(say("checkup.gone"))
    rows = "".join(
        f"<tr><td>{escape(before) or left_out}</td><td>{escape(after) or gone}</td></tr>"
        for before, after in pairs
    )
    return table([say("checkup.before"), say("checkup.after")], rows)
