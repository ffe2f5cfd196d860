"""The part of the voice demo for the people a model knows: one more by three takes, one less for good. It decodes nothing."""

import html
from functools import partial
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.errors import ModelError
from bigmodel.services.inference.voices import LEAST_S, TAKES, Person, Take
from pages.shared.demo.models import LOCK
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer, ask_box

WORDS = "pages.voices."
PREFIX = "voice-people"
Given = list[dict[str, str]]  # takes by the id of their upload, with their names
SCRIPT = """
element.addEventListener('click', event => {
  const take = event.target.closest('[data-take]')?.dataset.take;
  if (take) trigger('click', {take: Number(take)});
});
"""


class PeopleView:
    """The accordion below the answer of a model that says who speaks."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._voices = ctx, ctx.services.voices

    # layout -------------------------------------------------------------------------------------

    def build(self) -> None:
        """Lay out the part, unseen until a model is there that knows people."""
        t = self._ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id=PREFIX
        ) as self._whole:
            self._list = gr.HTML(padding=False, elem_id=f"{PREFIX}-list")
            gr.Markdown(t(f"{WORDS}about"))
            with gr.Row():
                with gr.Column(min_width=280):
                    self._name = gr.Textbox(
                        label=t(f"{WORDS}name"), max_length=60, elem_id=f"{PREFIX}-name"
                    )
                    self._box = ask_box.ask_box(self._ctx.services.words, "sound", f"{PREFIX}-box")
                with gr.Column(min_width=280):
                    self._takes = gr.HTML(
                        "",
                        html_template="${value}",
                        js_on_load=SCRIPT,
                        padding=False,
                        elem_id=f"{PREFIX}-takes",
                    )
                    self._anyway = gr.Checkbox(
                        label=t(f"{WORDS}anyway"), visible=False, elem_id=f"{PREFIX}-anyway"
                    )
                    self._enrol = gr.Button(
                        t(f"{WORDS}enrol"), variant="primary", elem_id=f"{PREFIX}-enrol"
                    )
            self._build_delete()
        self._given = gr.State([])

    def _build_delete(self) -> None:
        t = self._ctx.t
        with gr.Row():
            self._whom = gr.Dropdown([], label=t(f"{WORDS}whom"), elem_id=f"{PREFIX}-whom")
            self._delete = gr.Button(t(f"{WORDS}delete"), elem_id=f"{PREFIX}-delete")
        with gr.Group(visible=False, elem_id=f"{PREFIX}-ask") as self._asking:
            self._question = gr.HTML(padding=True, elem_id=f"{PREFIX}-question")
            with gr.Row():
                self._yes = gr.Button(
                    t(f"{WORDS}delete_yes"), variant="stop", elem_id=f"{PREFIX}-yes"
                )
                self._no = gr.Button(t("pages.data.delete_no"), elem_id=f"{PREFIX}-no")

    def wire(self, model: gr.Dropdown) -> list[gr.events.Dependency]:
        """Connect the part to the model that is chosen, and return what follows on somebody who came or went."""
        protect, newest = guard(self._ctx.services.words), Newest()
        known = [self._whole, self._list, self._whom, self._asking]
        taken = [self._given, self._takes, self._anyway]
        busy: dict[str, Any] = {**LOCK, "show_progress": "minimal", "show_progress_on": self._takes}
        model.change(protect(newest(self.show)), model, [*known, *taken], **QUIET)
        asked = [model, self._given]
        self._box.submit(protect(self.add), [*asked, self._box], taken, **busy)
        self._takes.click(protect(self.leave_out), asked, taken, **busy)
        came = self._enrol.click(
            protect(self.enrol),
            [*asked, self._name, self._anyway],
            [*known, *taken, self._name],
            **busy,
        )
        self._delete.click(protect(self.ask), self._whom, [self._question, self._asking], **QUIET)
        self._no.click(lambda: gr.Group(visible=False), None, self._asking, **QUIET)
        went = self._yes.click(protect(self.delete), [model, self._whom], known, **busy)
        return [came, went]

    # handlers -----------------------------------------------------------------------------------

    def show(self, model_id: str | None, request: gr.Request) -> tuple[object, ...]:
        """Return whom a model knows; nothing of one that knows nobody, and no takes."""
        return (*self._known(model_id, request), *self._taken([], [], request))

    def _known(self, model_id: str | None, request: gr.Request) -> tuple[object, ...]:
        owner, demo = self._ctx.owner(request), self._ctx.services.inference
        model = demo.resolve(owner, model_id) if model_id else None
        is_shown = bool(model and demo.answers_of(model).has_claims)
        people = self._voices.people(owner, model.id) if model and is_shown else []
        names = [one.name for one in people]
        return (
            gr.Accordion(visible=is_shown),
            listed(people, partial(self._ctx.say, request)),
            gr.Dropdown(choices=names, value=None),
            gr.Group(visible=False),
        )

    def add(
        self, model_id: str, given: Given, value: str | None, request: gr.Request
    ) -> tuple[object, ...]:
        """Weigh what the box holds beside the takes that were given before."""
        files = ask_box.question(value).files
        if not files:
            raise ModelError("media_missing")
        return self._weighed(
            model_id, [*given, *({"id": file, "name": name} for file, name in files)], request
        )

    def leave_out(
        self, model_id: str, given: Given, event: gr.EventData, request: gr.Request
    ) -> tuple[object, ...]:
        """Leave a take out, and delete its file."""
        number = int(event.take)
        for take in given[number : number + 1]:
            self._ctx.services.inference.uploads.forget(self._ctx.owner(request), take["id"])
        rest = [take for place, take in enumerate(given) if place != number]
        return self._weighed(model_id, rest, request)

    def _weighed(self, model_id: str, given: Given, request: gr.Request) -> tuple[object, ...]:
        owner = self._ctx.owner(request)
        find = self._ctx.services.inference.uploads.find
        paths = [find(owner, take["id"]) for take in given]
        found = self._voices.weigh(owner, model_id, paths) if paths else []
        return self._taken(given, found, request)

    def _taken(self, given: Given, found: list[Take], request: gr.Request) -> tuple[object, ...]:
        shown = takes([one["name"] for one in given], found, partial(self._ctx.say, request))
        is_doubtful = any(one.is_doubtful for one in found)
        return given, shown, gr.Checkbox(value=False, visible=is_doubtful)

    def enrol(
        self, model_id: str, given: Given, name: str, anyway: bool, request: gr.Request
    ) -> tuple[object, ...]:
        """Let the model know one more person, and delete the takes: their profile is all that is kept."""
        owner, uploads = self._ctx.owner(request), self._ctx.services.inference.uploads
        paths = [uploads.find(owner, take["id"]) for take in given]
        self._voices.enrol(owner, model_id, name or "", paths, anyway=bool(anyway))
        for take in given:
            uploads.forget(owner, take["id"])
        self._ctx.notice(request, self._ctx.say(request, f"{WORDS}enrolled", name=name.strip()))
        return (*self.show(model_id, request), "")

    def ask(self, whom: str | None, request: gr.Request) -> tuple[object, ...]:
        """Say what goes with a person before anything goes."""
        if not whom:
            raise ModelError("voice_without_name")
        question = self._ctx.say(request, f"{WORDS}delete_ask", name=whom)
        return html.escape(question), gr.Group(visible=True)

    def delete(self, model_id: str, whom: str | None, request: gr.Request) -> tuple[object, ...]:
        """Delete a person for good, and say what went."""
        owner = self._ctx.owner(request)
        gone = self._voices.delete(owner, model_id, whom or "")
        told = {"rows": gone.rows, "profiles": gone.profiles, "trainings": gone.trainings}
        said = self._ctx.say(request, f"{WORDS}deleted", name=whom or "", **told)
        self._ctx.notice(request, said)
        models = {model.id for model in self._ctx.services.inference.models(owner)}
        return self._known(model_id if model_id in models else None, request)


def listed(people: list[Person], say: Say) -> str:
    """Return everybody who is known, those who came after the training marked."""
    names = [f"{one.name} ({say(f'{WORDS}came')})" if one.came else one.name for one in people]
    return answer.quiet(say(f"{WORDS}known", count=len(people), names=", ".join(names)))


def takes(names: list[str], found: list[Take], say: Say) -> str:
    """Return the takes with their seconds of speech, and what is to be said of each before it counts."""
    rows = "".join(
        f"<li><b>{html.escape(name)}</b> {_button(place, name, say)}"
        f"<div>{'<br>'.join(map(html.escape, said_of(take, say)))}</div></li>"
        for place, (name, take) in enumerate(zip(names, found, strict=True))
    )
    wanted = say(f"{WORDS}wanted", count=len(found), takes=TAKES, seconds=LEAST_S)
    whole = f'<ol class="bm-near" data-testid="takes">{rows}</ol>' if rows else ""
    return f'<div role="status">{answer.quiet(wanted)}{whole}</div>'


def said_of(take: Take, say: Say) -> list[str]:
    """Return the sentences about a take."""
    found = [
        say(f"{WORDS}{'short' if take.is_short else 'long'}", seconds=take.seconds, least=LEAST_S)
    ]
    if take.like:
        found.append(say(f"{WORDS}like", name=take.like))
    if take.is_apart:
        found.append(say(f"{WORDS}apart"))
    return found


def _button(place: int, name: str, say: Say) -> str:
    label = html.escape(say(f"{WORDS}leave_out", name=name), quote=True)
    return f'<button type="button" class="bm-press" data-take="{place}" aria-label="{label}">×</button>'
