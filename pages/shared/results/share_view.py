"""Ways to show a model to somebody: a page, a picture, the demo alone, a phone. It draws and serves nothing itself."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from bigmodel.core.language import LANGUAGES
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import Results
from bigmodel.services.panels import kind_of, measure_table
from bigmodel.words import Words
from pages.shared.web.download import fetch
from pages.shared.web.page import Context
from pages.shared.web.theme import script

WORDS = "pages.share."
PICTURE = f"{WORDS}picture."
Protect = Callable[[Any], Any]  # of Gradio's handlers
_DOORS = """
<div class="bm-share" data-testid="{elem_id}">
  <p class="bm-muted" data-word="about"></p>
  <div class="bm-presses">
    <button type="button" class="bm-button" data-part="alone" data-word="open"></button>
    <button type="button" class="bm-button" data-part="copy" data-word="copy"></button>
    <span class="bm-muted" data-part="said" role="status"></span>
  </div>
  <h4 data-word="phone_title"></h4>
  <p class="bm-muted" data-word="phone_about"></p>
  <div class="bm-presses">
    <button type="button" class="bm-button is-primary" data-part="start" data-word="phone_open"></button>
    <button type="button" class="bm-button" data-part="code" data-word="phone_another" hidden></button>
    <button type="button" class="bm-button" data-part="close" data-word="phone_close" hidden></button>
  </div>
  <p data-part="status" role="status"></p>
  <div data-part="scan" hidden>
    <p data-word="phone_scan"></p>
    <img data-part="qr" width="260" height="260">
    <p><code data-part="link"></code></p>
  </div>
  <ul data-part="lines"></ul>
  <p class="bm-muted" data-part="firewall" data-word="phone_firewall" hidden></p>
</div>
"""
_PICTURE = """
<div class="bm-share" data-testid="{elem_id}">
  <div class="bm-presses">
    <button type="button" class="bm-button" data-part="make" data-word="make"></button>
    <span class="bm-muted" data-part="said" role="status"></span>
  </div>
  <img class="bm-drawn" data-part="drawn" hidden>
</div>
"""


def doors(words: Words, elem_id: str) -> gr.HTML:
    """Return the box with the demo alone and the phone; its value is the id of a model."""
    keys = {
        f"{WORDS}alone.": "", "pages.phone.": "phone_", f"{WORDS}phone_": "phone_",
    }  # fmt: skip
    return _box(words, elem_id, _DOORS, "doors.js", keys)


def picture(words: Words, elem_id: str) -> gr.HTML:
    """Return the box that draws the results; its value is what `drawing` returns."""
    keys = {f"{WORDS}picture.": "", f"{WORDS}picture_": ""}
    return _box(words, elem_id, _PICTURE, "share.js", keys)


def drawing(results: Results, title: str, sentence: str, say: Callable[..., str]) -> str:
    """Return what a picture of the results shows, as JSON for the script that draws it."""
    drawn: dict[str, Any] = {
        "title": title,
        "sentence": sentence,
        "truth": say(f"{PICTURE}truth"),
        "answer": say(f"{PICTURE}answer"),
        "alt": say(f"{PICTURE}alt", title=title, sentence=sentence),
        "foot": "BigModel Studio",
    }
    pictures = (kind_of(panel).picture(panel, say) for panel in results.panels)
    rows = [row[:2] for row in measure_table(results, say).rows]
    drawn |= next(filter(None, pictures), {"rows": rows})
    return json.dumps(drawn, ensure_ascii=False)


class ShareView:
    """The part of Results that shows a model to others; `parts` are filled by `shown`."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t, words = ctx.t, ctx.services.words
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="results-share"):
            self._picture = picture(words, "results-picture")
            gr.Markdown(t(f"{WORDS}page_about"))
            with gr.Row():
                self._rows = gr.Checkbox(
                    False, label=t(f"{WORDS}page_rows"), info=t(f"{WORDS}page_rows_why"),
                    elem_id="results-page-rows",
                )  # fmt: skip
                self._training = gr.Checkbox(
                    False, label=t(f"{WORDS}page_training"), elem_id="results-page-training"
                )
            self._make = gr.Button(t(f"{WORDS}page_make"), elem_id="results-page-make")
            self._page = gr.DownloadButton(elem_id="results-page", elem_classes="bm-away")
        with gr.Accordion(t(f"{WORDS}alone_title"), open=False, elem_id="results-alone"):
            self._doors = doors(words, "results-doors")

    @property
    def parts(self) -> list[gr.components.Component]:
        """The components that `shown` fills."""
        return [self._picture, self._doors]

    def wire(self, protect: Protect, in_sight: Sequence[gr.components.Component]) -> None:
        """Connect the button that makes the page of the shown model."""
        asked = [*in_sight, self._rows, self._training]
        fetch(self._make, protect(self.make_page), asked, self._page)

    def shown(
        self, model: TrainedModel, results: Results, request: gr.Request
    ) -> Mapping[gr.components.Component, object]:
        """Return what the boxes need to know of a model."""
        tell = self._ctx.services.words

        def say(key: str, /, **args: str | int) -> str:
            return self._ctx.say(request, key, **args)

        sentence = tell.say(self._ctx.language(request), results.sentence)
        return {
            self._picture: drawing(results, model.name, sentence, say),
            self._doors: model.id,
        }

    def make_page(
        self,
        job: str,
        model_id: str | None,
        rows: bool,
        training_rows: bool,
        request: gr.Request,
    ) -> str:
        """Return the page about the shown model as a file to download."""
        owner, services = self._ctx.owner(request), self._ctx.services
        model = services.results.model(owner, job, model_id or "")
        page = services.model_pages.page(
            owner,
            model.id,
            self._ctx.language(request),
            examples=rows,
            training_rows=training_rows,
        )
        path = services.inference.download(services.model_pages.file_name(model))
        path.write_text(page, "utf-8")
        return str(path)


def _box(words: Words, elem_id: str, template: str, name: str, keys: Mapping[str, str]) -> gr.HTML:
    """Return a box whose script finds its words, in every language, under short names."""
    phrases = {
        language: {
            short + key.removeprefix(start): text
            for start, short in keys.items()
            for key, text in words.texts[language].items()
            if key.startswith(start)
        }
        for language in LANGUAGES
    }
    return gr.HTML(
        "",
        html_template=template.format(elem_id=elem_id),
        js_on_load=f"const WORDS = {json.dumps(phrases)};\n{script(name)}",
        elem_id=elem_id,
        padding=False,
    )
