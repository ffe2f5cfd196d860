"""The part of the voice demo for recordings of any length: given, cut at pauses, written down row by row, corrected, taken along.

A base that listens as it is needs no training, so this part is there before any model is. It decodes nothing.
"""

import html
from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.errors import ModelError
from bigmodel.core.results.talk import Piece, Talk
from bigmodel.services.inference.talks.talks import BASE, KINDS, Listener
from bigmodel.services.panels import answer_html
from pages.shared.demo.models import LOCK
from pages.shared.demo.talks.talk_route import talk_url
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer, ask_box

WORDS = "pages.talks."
PREFIX = "voice-talk"
LANGUAGES = ("", "en", "zh", "de", "fr", "es", "ja", "ko", "ru")
ROWS = 100  # of a page of a finished recording
LATEST = 8  # rows shown while it is heard
FEW = 2  # pieces that are shown as one answer, too
SCRIPT = """
element.addEventListener('change', event => {
  const box = event.target.closest('textarea[data-number]');
  if (box) trigger('submit', {number: Number(box.dataset.number), text: box.value});
});
element.addEventListener('click', event => {
  const page = event.target.closest('[data-page]')?.dataset.page;
  if (page) trigger('click', {page: Number(page)});
});
"""


class TalkView:
    """The accordion, in one person's language at a time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._talks = ctx, ctx.services.talks

    # layout -----------------------------------------------------------------------------------

    def build(self, tab: gr.Tab) -> None:
        """Lay out the part and connect it."""
        t = self._ctx.t
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id=PREFIX) as self._whole:
            gr.Markdown(t(f"{WORDS}about"))
            with gr.Row():
                with gr.Column(min_width=280):
                    self._build_asked()
                with gr.Column(min_width=280):
                    self._box = ask_box.ask_box(self._ctx.services.words, "sound", f"{PREFIX}-box")
                    with gr.Row():
                        self._run = gr.Button(
                            t(f"{WORDS}run"), variant="primary", elem_id=f"{PREFIX}-run"
                        )
                        self._stop = gr.Button(t(f"{WORDS}stop"), elem_id=f"{PREFIX}-stop")
                        self._on = gr.Button(
                            t(f"{WORDS}go_on"), visible=False, elem_id=f"{PREFIX}-on"
                        )
            self._state = gr.HTML("", padding=False, elem_id=f"{PREFIX}-state")
            self._rows = gr.HTML(
                "",
                html_template="${value}",
                js_on_load=SCRIPT,
                padding=False,
                elem_id=f"{PREFIX}-rows",
            )
        self._talk = gr.State("")
        self._wire(tab)

    def _build_asked(self) -> None:
        t, say = self._ctx.t, self._ctx.t
        self._listener = gr.Dropdown(
            [], label=t(f"{WORDS}listener"), elem_id=f"{PREFIX}-listener", filterable=False
        )
        self._missing = gr.HTML(visible=False, padding=False, elem_id=f"{PREFIX}-missing")
        self._fetch = gr.Button(t(f"{WORDS}fetch"), visible=False, elem_id=f"{PREFIX}-fetch")
        self._language = gr.Dropdown(
            [(say(f"{WORDS}language_{code or 'auto'}"), code) for code in LANGUAGES],
            value="",
            label=t(f"{WORDS}language"),
            elem_id=f"{PREFIX}-language",
            filterable=False,
        )
        self._teller = gr.Dropdown(
            [],
            label=t(f"{WORDS}teller"),
            info=t(f"{WORDS}teller_hint"),
            visible=False,
            elem_id=f"{PREFIX}-teller",
            filterable=False,
        )

    def _wire(self, tab: gr.Tab) -> None:
        protect, newest = guard(self._ctx.services.words), Newest()
        head = [self._whole, self._listener, self._teller, *self._base]
        shown = [self._talk, self._state, self._rows, self._on]
        known = [self._listener, self._talk]
        self._ctx.on_show(tab, protect(self.show), known, [*head, *shown])
        self._listener.input(protect(self.choose), self._listener, self._base, **QUIET)
        there: dict[str, Any] = {**LOCK, "show_progress_on": self._missing}
        self._fetch.click(protect(self.fetch), self._listener, self._base, **there)
        asked = [self._listener, self._language, self._teller]
        busy: dict[str, Any] = {**LOCK, "show_progress": "minimal", "show_progress_on": self._state}
        for event in (self._box.submit, self._run.click):
            event(protect(newest(self.listen)), [self._box, *asked], shown, **busy)
        self._on.click(protect(newest(self.go_on)), [self._talk, *asked], shown, **busy)
        self._stop.click(protect(self.stop), self._talk, None, **QUIET)
        self._rows.submit(protect(self.correct), self._talk, None, **QUIET)
        self._rows.click(protect(self.turn), self._talk, self._rows, **QUIET)

    @property
    def _base(self) -> list[Any]:
        """Return what says that a base is not here yet."""
        return [self._missing, self._fetch, self._language]

    # who listens --------------------------------------------------------------------------------

    def show(self, chosen: str | None, talk_id: str, request: gr.Request) -> tuple[object, ...]:
        """Return what can listen now, open where there is nothing else to try or something to go on with."""
        owner = self._ctx.owner(request)
        listeners = self._talks.listeners(owner)
        choices = [(self._named(one, request), one.id) for one in listeners]
        ids = [one.id for one in listeners]
        here = next((one.id for one in listeners if one.is_here), next(iter(ids), None))
        value = chosen if chosen in ids else here
        tellers = self._talks.tellers(owner)
        nobody = (self._ctx.say(request, f"{WORDS}teller_none"), "")
        kept = None if talk_id else self._talks.newest(owner)
        is_open = bool(kept) or not self._talks.has_others(owner)
        return (
            gr.Accordion(open=True) if is_open else gr.skip(),
            gr.Dropdown(choices=choices, value=value),
            gr.Dropdown(
                choices=[nobody, *((model.name, model.id) for model in tellers)],
                value="",
                visible=bool(tellers),
            ),
            *self.choose(value, request),
            *(self._kept(kept, request) if kept else [gr.skip()] * 4),
        )

    def _kept(self, talk: Talk, request: gr.Request) -> tuple[object, ...]:
        """Return a recording as it was left, by Stop or by a page that was loaded again."""
        say = partial(self._ctx.say, request)
        name = answer.quiet(say(f"{WORDS}kept", name=talk.name))
        return talk.id, name + state(talk, say), rows(talk, say), _to_go_on(talk)

    def choose(self, chosen: str | None, request: gr.Request) -> tuple[object, ...]:
        """Return what is missing of a listener; only a base as it is can be told a language."""
        found = self._found(chosen, request)
        if found is None or found.ready is None:
            return gr.HTML(visible=False), gr.Button(visible=False), gr.Dropdown(visible=False)
        base = found.ready.base
        args: dict[str, str | int] = {"base": base.name, "size_mb": round(base.size_mb)}
        said = answer.notice(self._ctx.say(request, f"{WORDS}missing", **args))
        fetch = self._ctx.say(request, f"{WORDS}fetch_named", **args)
        return (
            gr.HTML(said, visible=not found.is_here),
            gr.Button(fetch, visible=not found.is_here),
            gr.Dropdown(visible="en" not in base.languages or len(base.languages) > 1),
        )

    def fetch(
        self,
        chosen: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> tuple[object, ...]:
        """Fetch the base that is chosen."""

        def tell(done: int, of: int) -> None:
            args = {"done": done // 10**6, "total": max(1, of // 10**6)}
            progress(done / max(1, of), desc=self._ctx.say(request, "pages.train.fetching", **args))

        found = self._found(chosen, request)
        if found and found.ready:
            owner = self._ctx.owner(request)
            self._ctx.services.base_models.fetch(owner, found.ready.base.name, tell)
        return self.choose(chosen, request)

    def _found(self, chosen: str | None, request: gr.Request) -> Listener | None:
        listeners = self._talks.listeners(self._ctx.owner(request))
        return next((one for one in listeners if one.id == chosen), None)

    def _named(self, one: Listener, request: gr.Request) -> str:
        key = f"{WORDS}{'as_it_is' if one.id.startswith(BASE) else 'trained'}"
        return self._ctx.say(request, key, name=one.name)

    # what it does -------------------------------------------------------------------------------

    def listen(
        self,
        value: str | None,
        chosen: str | None,
        language: str,
        teller: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> Iterator[tuple[object, ...]]:
        """Cut the recording that the box holds, and yield its rows as they are heard."""
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        files = ask_box.question(value).files
        if not files:
            raise ModelError("media_missing")
        if not chosen:
            raise ModelError("model_missing")
        file, name = files[0]
        path = self._ctx.services.inference.uploads.find(owner, file)
        cutting = say(f"{WORDS}cutting")
        talk = self._talks.begin(
            owner,
            path,
            name,
            in_turns=bool(teller),
            progress=lambda share: progress(share, desc=cutting),
        )
        left = say(f"{WORDS}only_first", files=len(files)) if len(files) > 1 else ""
        yield from self._hear(talk, (chosen, language, teller), request, left)

    def go_on(
        self,
        talk_id: str,
        chosen: str | None,
        language: str,
        teller: str | None,
        request: gr.Request,
    ) -> Iterator[tuple[object, ...]]:
        """Hear what was not heard yet, and yield as `listen` does: what was heard or corrected stays."""
        if not chosen:
            raise ModelError("model_missing")
        talk = self._talks.get(self._ctx.owner(request), talk_id)
        yield from self._hear(talk, (chosen, language, teller), request)

    def _hear(
        self, talk: Talk, asked: tuple[str, str, str | None], request: gr.Request, left: str = ""
    ) -> Iterator[tuple[object, ...]]:
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        chosen, language, teller = asked
        yield talk.id, state(talk, say), latest(talk, say) if talk.heard else "", _to_go_on(None)
        for heard in self._talks.hear(owner, talk.id, chosen, language or ""):
            talk = heard
            yield talk.id, state(talk, say), latest(talk, say), gr.skip()
        if teller and talk.is_whole:
            yield talk.id, answer.quiet(say(f"{WORDS}telling")), gr.skip(), gr.skip()
            *_, talk = (talk, *self._talks.tell(owner, talk.id, teller))
        ended = self._ended(talk, chosen, request) + answer.notice(left)
        yield talk.id, ended, rows(talk, say), _to_go_on(talk)

    def _ended(self, talk: Talk, chosen: str, request: gr.Request) -> str:
        """Return how it ended; what is short is drawn as any answer of its kind."""
        say = partial(self._ctx.say, request)
        short = ""
        if talk.is_whole and len(talk.pieces) <= FEW:
            panel = self._talks.view(self._ctx.owner(request), talk, chosen)
            short = f'<div class="bm-card">{answer_html(panel, say)}</div>'
        return state(talk, say) + short

    def stop(self, talk_id: str, request: gr.Request) -> None:
        """End the hearing; what was heard stays."""
        if talk_id:
            self._talks.stop(self._ctx.owner(request), talk_id)

    def correct(self, talk_id: str, event: gr.EventData, request: gr.Request) -> None:
        """Keep what a person wrote in the place of what was heard."""
        self._talks.correct(
            self._ctx.owner(request), talk_id, int(event.number), str(event.text)[:10_000]
        )

    def turn(self, talk_id: str, event: gr.EventData, request: gr.Request) -> str:
        """Show another page of rows."""
        talk = self._talks.get(self._ctx.owner(request), talk_id)
        return rows(talk, partial(self._ctx.say, request), int(event.page))


def _to_go_on(talk: Talk | None) -> gr.Button:
    """Return the button to go on, there where something was not heard yet."""
    return gr.Button(visible=bool(talk and not talk.is_whole))


def state(talk: Talk, say: Say) -> str:
    """Return how far a recording was heard, or how much of it there is."""
    args = {"done": talk.heard, "count": len(talk.pieces), "minutes": clock(talk.seconds)}
    if not talk.pieces:
        return f'<p role="status" data-testid="talk-state">{html.escape(say(f"{WORDS}silent"))}</p>'
    said = html.escape(say(f"{WORDS}{'whole' if talk.is_whole else 'heard'}", **args))
    bar = (
        ""
        if talk.is_whole
        else f'<progress max="{len(talk.pieces)}" value="{talk.heard}"></progress>'
    )
    return f'<p role="status" data-testid="talk-state">{said}</p>{bar}'


def latest(talk: Talk, say: Say) -> str:
    """Return the rows that were heard last, while more are to come: nothing to press, for they change."""
    found = [piece for _, piece in talk.said()][-LATEST:]
    lines = "".join(
        f'<li><span class="bm-number">{clock(p.start)}</span> {html.escape(p.text)}</li>'
        for p in found
    )
    return f'<ul class="bm-near">{lines}</ul>' if lines else answer.quiet(say(f"{WORDS}waiting"))


def rows(talk: Talk, say: Say, page: int = 0) -> str:
    """Return a page of rows with players and texts to correct, and what can be taken along."""
    said = list(talk.said())
    if not said:
        return answer.quiet(say("pages.demo.heard_nothing")) if talk.heard else ""
    pages = -(-len(said) // ROWS)
    page = min(max(0, page), pages - 1)
    body = "".join(_row(talk, n, piece, say) for n, piece in said[page * ROWS : (page + 1) * ROWS])
    turned = "".join(
        f'<button type="button" class="bm-press{" is-first" if at == page else ""}" data-page="{at}">'
        f"{clock(said[at * ROWS][1].start)}</button>"
        for at in range(pages if pages > 1 else 0)
    )
    about = answer.quiet(say(f"{WORDS}correct"))
    return f'{taken(talk, say)}{about}<ol class="bm-talk">{body}</ol><div class="bm-presses">{turned}</div>'


def taken(talk: Talk, say: Say) -> str:
    """Return the links by which subtitles, a table and a data set are taken along."""
    links = "".join(
        f'<a class="bm-press" download href="{talk_url(talk.id, f"talk.{kind}")}" '
        f'data-testid="talk-{kind}">{html.escape(say(f"{WORDS}{kind}"))}</a>'
        for kind in KINDS
    )
    return f'<div class="bm-presses">{links}</div>'


def _row(talk: Talk, number: int, piece: Piece, say: Say) -> str:
    who = f"<b>{html.escape(piece.speaker or say(f'{WORDS}unknown'))}</b>" if talk.teller else ""
    label = html.escape(say(f"{WORDS}text_of", start=clock(piece.start)), quote=True)
    return (
        f'<li><div><span class="bm-number">{clock(piece.start)} – {clock(piece.end)}</span> {who}</div>'
        f'<audio controls preload="none" src="{talk_url(talk.id, f"{number}.flac")}"></audio>'
        f'<textarea rows="2" data-number="{number}" aria-label="{label}">{html.escape(piece.text)}</textarea></li>'
    )


def clock(seconds: float) -> str:
    """Return a moment of a recording as players show it."""
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
    )
