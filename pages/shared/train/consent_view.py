"""The part of the Train tab where a speaker agrees before a voice is made: a sentence, a microphone, and what was right or not. It judges nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import PersonError
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.message import Message
from bigmodel.core.people.consent import VALID, Consent
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets import ask_box

WORDS = "pages.consent."
NAMED = {"en": "English", "zh": "中文"}
MINUTES = int(VALID.total_seconds() // 60)


class ConsentView:
    """A sentence to be said, the box into which it is spoken, and the verdict."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self._consents = ctx, ctx.services.consents
        t = ctx.t
        self.asked = gr.State("")  # the sentence that stands there
        with gr.Column(visible=False, elem_id="train-consent") as self.place:
            self.intro = gr.HTML("", padding=False)
            self.language = gr.Radio(
                [(NAMED[language], language) for language in LANGUAGES],
                value="en",
                label=t(f"{WORDS}language"),
                elem_id="train-consent-language",
            )
            self.lacking = gr.HTML("", visible=False, padding=False)
            self.fetch = gr.Button(visible=False, variant="primary", elem_id="train-consent-fetch")
            self.ask = gr.Button(t(f"{WORDS}ask"), variant="primary", elem_id="train-consent-ask")
            with gr.Column(visible=False) as self.speaking:
                self.sentence = gr.HTML("", padding=False, elem_id="train-consent-sentence")
                self.box = ask_box.ask_box(
                    ctx.services.words, "sound", "train-consent-box", drop=f"{WORDS}record"
                )
            self.verdict = gr.HTML("", padding=False, elem_id="train-consent-verdict")
        self.given = gr.HTML("", visible=False, padding=False, elem_id="train-consent-given")
        self.parts = [
            self.asked, self.place, self.intro, self.language, self.lacking, self.fetch, self.ask,
            self.speaking, self.sentence, self.verdict, self.given,
        ]  # fmt: skip

    def wire(self, guard: Callable[..., Any], where: Sequence[Any], train: gr.Button) -> None:
        """Connect the components; `where` are the chosen dataset and task, `train` the button that waits for the consent."""
        asking: dict[str, Any] = {"api_visibility": "private", "show_progress_on": self.verdict}
        self.ask.click(guard(self.show_sentence), [where[0], self.language], self.parts, **QUIET)
        self.language.input(guard(self.choose), self.language, self.parts, **QUIET)
        self._train = train
        spoken = [*where, self.asked, self.box]
        self.box.submit(guard(self.check), spoken, [*self.parts, train], **asking)
        self.fetch.click(guard(self.bring), self.language, self.parts, **asking)

    def shown(self, dataset: Dataset, task: str, request: gr.Request) -> Updates:
        """Return the part as it is for a task on a dataset: nothing where no voice is made."""
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        is_wanted = self._consents.is_wanted(dataset.version, task)
        asks = is_wanted or self._consents.is_asked(task)
        given = self._consents.given(dataset.version) if asks and not is_wanted else None
        language = self.ctx.language(request)
        return {
            self.asked: "",
            self.place: gr.Column(visible=is_wanted),
            self.intro: _intro(say) if is_wanted else "",
            self.language: gr.Radio(value=language),
            self.given: gr.HTML(said_of(given, tell), visible=given is not None),
            self.sentence: "",
            self.verdict: "",
            **(self._ready(language, say) if is_wanted else {}),
        }

    def choose(self, language: Language, request: gr.Request) -> Updates:
        """Take another language: what was asked before goes."""
        say = partial(self.ctx.say, request)
        return {self.asked: "", self.sentence: "", self.verdict: "", **self._ready(language, say)}

    def show_sentence(self, dataset_id: str, language: Language, request: gr.Request) -> Updates:
        """Ask for a fresh sentence."""
        say = partial(self.ctx.say, request)
        asked = self._consents.ask(self.ctx.owner(request), dataset_id, language)
        head = escape(say(f"{WORDS}say", minutes=MINUTES))
        quoted = f'<p class="bm-lead" lang="{language}">{escape(asked.sentence)}</p>'
        return {
            self.asked: asked.id,
            self.sentence: f'<p class="bm-muted">{head}</p>{quoted}',
            self.speaking: gr.Column(visible=True),
            self.ask: gr.Button(say(f"{WORDS}ask_again"), variant="secondary"),
            self.verdict: "",
        }

    def check(
        self, dataset_id: str, task: str, asked: str, value: str | None, request: gr.Request
    ) -> Updates:
        """Have the recording heard, and say what was right or not; the train button wakes where it counts."""
        say, tell = partial(self.ctx.say, request), partial(self.ctx.tell, request)
        owner, uploads = self.ctx.owner(request), self.ctx.services.inference.uploads
        files = ask_box.question(value).files
        if not files or not asked:
            return {self.verdict: gr.skip()}
        try:
            found = self._consents.check(owner, dataset_id, asked, uploads.find(owner, files[0][0]))
        except PersonError as error:  # it is said where the verdict would stand
            refused = replace(error.message, level="error")
            return {self.verdict: _verdict([refused], say, tell, is_given=False)}
        finally:
            uploads.forget(owner, files[0][0])
        shown: Updates = {self.verdict: _verdict(found.lines, say, tell, is_given=found.is_given)}
        if found.is_given:
            shown |= {self.speaking: gr.Column(visible=False), self.ask: gr.Button(visible=False)}
        version = self.ctx.services.datasets.get(owner, dataset_id).version
        is_wanted = self._consents.is_wanted(version, task)
        return {**shown, self._train: gr.Button(interactive=not is_wanted)}

    def bring(
        self,
        language: Language,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Fetch what listens to a consent."""
        say, owner = partial(self.ctx.say, request), self.ctx.owner(request)

        def tell(done: int, total: int) -> None:
            text = say("pages.train.fetching", done=done // 10**6, total=max(1, total // 10**6))
            progress(done / max(total, 1), desc=text)

        for base in self._consents.missing(language):
            self.ctx.services.base_models.fetch(owner, base.name, tell)
        return self._ready(language, say)

    def _ready(self, language: Language, say: Say) -> Updates:
        """Return whether a consent in a language can be heard here, and what would have to be fetched."""
        lacking = self._consents.missing(language)
        names = ", ".join(base.name for base in lacking)
        size = round(sum(base.size_mb for base in lacking))
        text = escape(say(f"{WORDS}lacking", names=names))
        return {
            self.lacking: gr.HTML(
                f'<div class="bm-problem is-warning">{text}</div>', visible=bool(lacking)
            ),
            self.fetch: gr.Button(
                say(f"{WORDS}fetch", names=names, size_mb=size), visible=bool(lacking)
            ),
            self.ask: gr.Button(say(f"{WORDS}ask"), visible=not lacking, variant="primary"),
            self.speaking: gr.Column(visible=False),
        }


def said_of(given: Consent | None, tell: Tell) -> str:
    """Return what is said of a consent that was given."""
    if given is None:
        return ""
    return f'<div class="bm-problem" data-testid="consent">{escape(tell(given.told))}</div>'


def _intro(say: Say) -> str:
    title, intro, limits = (escape(say(f"{WORDS}{key}")) for key in ("title", "intro", "limits"))
    return f'<h3>{title}</h3><p>{intro}</p><p class="bm-muted">{limits}</p>'


def _verdict(lines: Sequence[Message], say: Say, tell: Tell, *, is_given: bool) -> str:
    head = escape(say(f"{WORDS}{'counts' if is_given else 'refused'}"))
    told = "".join(
        f'<div class="bm-problem{" is-error" if line.level == "error" else ""}">{escape(tell(line))}</div>'
        for line in lines
    )
    return f'<div role="status"><p><b>{head}</b></p>{told}</div>'
