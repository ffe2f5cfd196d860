"""Labels that look wrong, one card at a time: keep, change, remove, next; all decisions make one version. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import NotFoundError
from bigmodel.core.labelling.gain import LabelGain
from bigmodel.core.labelling.suspects import Decision, Doubts, Suspect
from pages.shared.checkup.parts import VersionMaker, button
from pages.shared.data.dataset_view import LABEL_CHARACTERS, short
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import media_url
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.answer import progress

WORDS = "suspects."
LOOK_S = 1.0
MOST_CHOICES = 12  # classes offered beside the likeliest
SCRIPT = """
element.addEventListener('click', e => {
  const button = e.target.closest('[data-act]');
  if (!button) return;
  const box = element.querySelector('select');
  const to = button.dataset.to !== undefined ? button.dataset.to : (box ? box.value : '');
  trigger('submit', {act: button.dataset.act, row: button.dataset.row || '', to});
});
"""


class SuspectsView(VersionMaker):
    """The card, its timer, and what its buttons do."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.card = gr.HTML(
            "", html_template="${value}", js_on_load=SCRIPT, elem_id="data-suspects", padding=False
        )
        self.timer = gr.Timer(LOOK_S, active=False)
        self.passed = gr.State(0)  # cards that were put back by "next"

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
        """Connect the card; `show` draws the tab anew once the decisions have made a version."""
        dataset, newest = self.ctx.dataset, Newest(within=whole)
        self.redraw(show, outputs)
        self.timer.tick(protect(newest.tick(self.tick)), dataset, self.parts, **QUIET)
        acted = [*self.parts, self.passed, self.made]
        self.card.submit(protect(newest.keep(self.act)), [dataset, self.passed], acted, **QUIET)

    def shown(self, dataset: Dataset, request: gr.Request, passed: int = 0) -> Updates:
        """Return the card of a dataset whose rows have classes, nothing for any other."""
        suspects = self.ctx.services.suspects
        if not suspects.can_look(dataset):
            return self.hidden()
        found, share = suspects.look(dataset.owner, dataset.id)
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        applied, is_measured = "", False
        if suspects.is_applied(dataset):
            gain, done = suspects.gain(dataset.owner, dataset.id)
            applied, is_measured = brought(gain, done, say, tell), done is not None
        return {
            self.card: drawn(found, share, dataset.id, passed, say, tell) + applied,
            self.timer: gr.Timer(active=share is not None or is_measured),
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to doubt."""
        return {self.card: "", self.timer: gr.Timer(active=False)}

    def tick(self, dataset_id: str, request: gr.Request) -> Updates:
        """Say how far the search is."""
        try:
            dataset = self.ctx.services.datasets.get(self.ctx.owner(request), dataset_id)
        except NotFoundError:
            return self.hidden()
        return self.shown(dataset, request)

    def act(
        self, dataset_id: str, passed: int, event: gr.EventData, request: gr.Request
    ) -> Updates:
        """Do what a button says."""
        act, row, to = str(event.act), str(event.row), str(event.to)
        owner, suspects = self.ctx.owner(request), self.ctx.services.suspects
        match act:
            case "start":
                suspects.start(owner, dataset_id)
            case "stop":
                suspects.stop(owner, dataset_id)
            case "gain":
                suspects.measure_gain(owner, dataset_id)
            case "gain-stop":
                suspects.stop_gain(owner, dataset_id)
            case "keep" | "remove":
                decision = Decision.KEEP if act == "keep" else Decision.REMOVE
                suspects.decide(owner, dataset_id, row, decision)
            case "change":
                suspects.decide(owner, dataset_id, row, to)
            case "next":
                passed += 1
            case "apply":
                made = self.told(suspects.apply(owner, dataset_id), request)
                return {self.made: made, self.passed: 0}
        dataset = self.ctx.services.datasets.get(owner, dataset_id)
        return {self.passed: passed, **self.shown(dataset, request, passed)}


def drawn(
    found: Doubts | None, share: float | None, dataset_id: str, passed: int, say: Say, tell: Tell
) -> str:
    """Return the card as HTML."""
    if share is not None:
        percent = round(100 * share)
        running = progress(say(f"{WORDS}running", percent=percent), percent)
        body = f"{running}<p>{button('stop', say('checkup.stop'))}</p>"
    elif found is None or found.error is not None:
        said = tell(found.error) if found and found.error else say(f"{WORDS}about")
        body = f"<p>{escape(said)}</p><p>{button('start', say(f'{WORDS}begin'))}</p>"
    else:
        body = _cards(found, dataset_id, passed, say)
    title = f'<h3 class="bm-title">{escape(say(f"{WORDS}title"))}</h3>'
    return f'<section data-testid="suspects">{title}{body}</section>'


def brought(gain: LabelGain | None, share: float | None, say: Say, tell: Tell) -> str:
    """Return what the decisions bring as HTML: how to measure it, how far that is, or what was found."""
    said = f'<p class="bm-muted">{escape(say(f"{WORDS}applied"))}</p>'
    if share is not None:
        percent = round(100 * share)
        said += progress(say(f"{WORDS}gain_running", percent=percent), percent)
        said += f"<p>{button('gain-stop', say('checkup.stop'))}</p>"
    else:
        if gain is not None:
            said += f'<p role="status">{escape(tell(gain.error or gain.sentence))}</p>'
        if gain is None or gain.error:
            said += f"<p>{button('gain', say(f'{WORDS}gain_begin'))}</p>"
    return f'<div data-testid="suspects-applied">{said}</div>'


def _cards(found: Doubts, dataset_id: str, passed: int, say: Say) -> str:
    decided = len(found.decisions)
    counts = say(f"{WORDS}found", sure=found.sure, rows=found.rows, decided=decided)
    changes = sum(of != Decision.KEEP for of in found.decisions.values())
    waiting = found.open
    card = ""
    if waiting:
        card = _card(waiting[passed % len(waiting)], found, dataset_id, say)
    else:
        card = f"<p>{escape(say(f'{WORDS}all_decided'))}</p>"
    apply = ""
    if changes:
        text = say(f"{WORDS}apply", count=changes)
        apply = f"<p>{button('apply', text, is_primary=True)}</p>"
    return f'<p role="status">{escape(counts)}</p>{card}{apply}'


def _card(one: Suspect, found: Doubts, dataset_id: str, say: Say) -> str:
    guess, label = short(one.guess, LABEL_CHARACTERS), short(one.label, LABEL_CHARACTERS)
    said = say(f"{WORDS}doubt", label=label, guess=guess, percent=round(100 * one.share))
    others = [name for name in found.labels if name not in (one.label, one.guess)][:MOST_CHOICES]
    choices = "".join(
        f'<option value="{escape(name, quote=True)}">{escape(short(name, LABEL_CHARACTERS))}</option>'
        for name in others
    )
    row = one.row_id
    buttons = [
        button(
            "change", say(f"{WORDS}change", label=guess), is_primary=True, row=row, to=one.guess
        ),
        button("keep", say(f"{WORDS}keep", label=label), row=row, to=""),
        button("remove", say(f"{WORDS}remove"), row=row, to=""),
        button("next", say(f"{WORDS}next"), row=row, to=""),
    ]
    if choices:
        name = escape(say(f"{WORDS}other"), quote=True)
        other = button("change", say(f"{WORDS}other"), row=row)
        buttons.append(f'<select aria-label="{name}">{choices}</select> {other}')
    return (
        f'<div class="bm-card bm-suspect" data-row="{one.row_id}">{_content(one, dataset_id)}'
        f"<p>{escape(said)}</p><p>{' '.join(buttons)}</p></div>"
    )


def _content(one: Suspect, dataset_id: str) -> str:
    text = escape(one.shown)
    if not one.file:
        return f"<blockquote>{text}</blockquote>"
    url = escape(media_url(dataset_id, one.file), quote=True)
    if one.file.endswith(".flac"):
        return f'<audio controls src="{url}"></audio><p class="bm-muted">{text}</p>'
    return f'<img src="{url}" alt="{text}"><p class="bm-muted">{text}</p>'
