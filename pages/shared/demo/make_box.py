"""What a demo is asked with where something is made: a class or a text, and how; it makes none itself."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.answer import Dial
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.services.inference.batch_files import pack_answer
from bigmodel.services.inference.predict import Answered
from bigmodel.services.panels import answer_html
from pages.shared.demo.models import LOCK
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import Context
from pages.shared.widgets.dial import slider

ANY = ""  # class
MOST_CHARACTERS = 2_000


class MakeBox:
    """The box of a demo tab; on a tab without such models it is empty."""

    def __init__(self, ctx: Context, kind: str) -> None:
        self._ctx, self._demo, self._kind = ctx, ctx.services.inference, kind
        self._words = f"pages.{kind}_demo."

    @cached_property
    def _dials(self) -> Sequence[Dial]:
        return self._demo.dials.of_tab(self._kind, is_made=True)

    @cached_property
    def _is_text(self) -> bool:
        return self._demo.dials.asked_with(self._kind) == "text"

    def build(self) -> None:
        """Lay out the box, unseen until a model is there that is asked so."""
        t, prefix = self._ctx.t, f"{self._kind}-demo-make"
        if not self._dials:
            return
        with gr.Column(visible=False, elem_id=prefix) as self._column:
            self._asked = self._text_box(prefix) if self._is_text else self._class_box(prefix)
            self._sliders = [slider(self._ctx, dial, self._kind, "make") for dial in self._dials]
            self._run = gr.Button(
                t(f"{self._words}make_run"), variant="primary", elem_id=f"{prefix}-run"
            )

    def _class_box(self, prefix: str) -> gr.Dropdown | gr.Textbox:
        label = self._ctx.t(f"{self._words}make_class")
        return gr.Dropdown([], label=label, elem_id=f"{prefix}-class", filterable=False)

    def _text_box(self, prefix: str) -> gr.Dropdown | gr.Textbox:
        return gr.Textbox(
            label=self._ctx.t(f"{self._words}make_text"),
            placeholder=self._ctx.t(f"{self._words}make_text_hint"),
            lines=3,
            max_length=MOST_CHARACTERS,
            elem_id=f"{prefix}-text",
        )

    @property
    def parts(self) -> list[Any]:
        """Return what `fill` fills."""
        return [self._column, self._asked, *self._sliders] if self._dials else []

    def fill(self, model: TrainedModel | None, request: gr.Request) -> tuple[object, ...]:
        """Return the box for a model that is asked so, with its classes where it has some and the dials that change something; nothing for any other."""
        if not self._dials:
            return ()
        turned = self._demo.dials.of(model) if model else ()
        sliders = [gr.Slider(visible=dial in turned) for dial in self._dials]
        if self._is_text:
            return gr.Column(visible=model is not None), gr.Textbox(), *sliders
        labels = model.labels if model else ()
        choices = [(self._ctx.say(request, f"{self._words}make_any"), ANY)]
        choices += [(label, label) for label in labels]
        first = labels[0] if labels else ANY
        shown = gr.Dropdown(choices=choices, value=first, visible=bool(labels))
        return gr.Column(visible=model is not None), shown, *sliders

    def wire(
        self, newest: Newest, model: gr.Dropdown, result: gr.HTML, out: gr.DownloadButton
    ) -> None:
        """Connect the button: what is made appears in the result as it comes, its files below; `newest` orders what fills it."""
        if self._dials:
            self._run.click(
                guard(self._ctx.services.words)(newest(self.make)),
                [model, self._asked, *self._sliders],
                [result, out],
                show_progress="minimal",
                show_progress_on=result,
                **LOCK,
            )

    def make(
        self, model_id: str, asked: str | None, request: gr.Request, *turned: float
    ) -> Iterator[tuple[object, ...]]:
        """Yield what is made of a class or a text as far as it has come, and at last its files."""
        if not model_id:
            raise ModelError("model_missing")
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        dials = {dial.name: value for dial, value in zip(self._dials, turned, strict=True)}
        hidden = gr.DownloadButton(visible=False)
        for found in self._demo.grow(owner, model_id, asked or ANY, dials):
            shown = f'<div class="bm-card" role="status">{answer_html(found.view, say)}</div>'
            yield shown, hidden
        label = say(f"{self._words}make_files")
        place = self._saved(found)
        yield shown, gr.DownloadButton(label, value=str(place), visible=True)  # the note is in each

    def _saved(self, found: Answered) -> Path:
        """Return the file that an answer is, or a ZIP of those that it consists of."""
        files = found.kind.files(found.answer)
        if len(files) == 1 and self._is_text:
            [(ending, content)] = files.items()
            place = self._demo.download(f"{self._kind}{ending}")
            place.write_bytes(content)
            return place
        place = self._demo.download("pictures.zip")
        pack_answer(found, place)
        return place
