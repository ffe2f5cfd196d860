"""What the demo tabs of pictures and of recordings have in common: ask about one file, about many, about an example."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import gradio as gr

from bigmodel.core.answer import AnswerType, Dial
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.model import TrainedModel
from bigmodel.services.inference.predict import Look, MediaRow, NamedFile
from pages.shared.demo import look_view
from pages.shared.demo.make_box import MakeBox
from pages.shared.demo.models import LOCK, DemoModels
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context
from pages.shared.widgets import answer, ask_box
from pages.shared.widgets.dial import slider

SHOWN_FILES = 200
EXAMPLES = 8
_CLICKED = """
element.addEventListener('click', event => {
  const row = event.target.closest('[data-row]')?.dataset.row;
  if (row) trigger('click', {row});
});
"""

# What a tab shows of an answer beside the common parts: (answer, the row asked about, model id, request).
# There is no answer where none is shown, or a table of many; there is no row where a file was given.
More = Callable[[Look | None, MediaRow | None, str, gr.Request], tuple[object, ...]]


class MediaDemo:
    """The body of a demo tab. `kind` is image or voice; `more` fills the tab's own parts."""

    def __init__(self, ctx: Context, kind: str, more: More) -> None:
        self._ctx = ctx
        self._demo = ctx.services.inference
        self._kind = kind
        self._more = more
        self.models = DemoModels(ctx, kind, self.fill)
        self._make = MakeBox(ctx, kind)
        self._dials: tuple[Dial, ...] = ()
        self._parts = 0

    # layout -----------------------------------------------------------------------------------

    @contextmanager
    def layout(self, tab: gr.Tab) -> Iterator[None]:
        """Build the tab; what stands in the block comes below the answer."""
        prefix = f"{self._kind}-demo"
        words = self._ctx.services.words
        self._dials = self._demo.dials.of_tab(self._kind)
        box: Literal["picture", "sound"] = "picture" if self._kind == "image" else "sound"
        with gr.Column(elem_id=prefix), self.models.layout(tab):
            with gr.Row():
                with gr.Column(min_width=300):
                    with gr.Column(elem_id=f"{prefix}-given") as self._given:
                        self._box = ask_box.ask_box(words, box, f"{prefix}-box")
                        self._turned = gr.State({})
                        with gr.Column(visible=False, elem_id=f"{prefix}-dials") as self._turning:
                            self._sliders = [slider(self._ctx, d, self._kind) for d in self._dials]
                    self._make.build()
                with gr.Column(min_width=300):
                    self._result = gr.HTML(self.hint(), padding=False, elem_id=f"{prefix}-result")
                    self._out = gr.DownloadButton(
                        self._ctx.t("pages.demo.out"),  # type: ignore[arg-type] # every label may be I18nData
                        visible=False,
                        elem_id=f"{prefix}-out",
                    )
                    yield
            self._examples = gr.HTML(
                "", js_on_load=_CLICKED, padding=False, elem_id=f"{prefix}-examples"
            )

    def wire(self, parts: Sequence[gr.components.Component]) -> None:
        """Connect the tab; `parts` are what `more` fills."""
        protect, newest = guard(self._ctx.services.words), Newest()
        model, self._parts = self.models.model, len(parts)
        shown = [self._result, self._out, *parts]
        quick: dict[str, Any] = {
            **LOCK,
            "show_progress": "minimal",
            "show_progress_on": self._result,
        }
        self._box.submit(
            protect(newest(self.answers)), [model, self._box, self._turned], shown, **quick
        ).then(None, None, None, js=ask_box.ANSWERED, **LOCK)
        self._examples.click(
            protect(newest(self.ask_example)), [model, self._turned], [self._box, *shown], **quick
        )
        for moved in self._sliders:
            moved.release(
                protect(newest(self.turn)),
                [model, self._box, *self._sliders],
                [self._turned, *shown],
                **quick,
            )
        self._make.wire(newest, model, self._result, self._out)
        turning = [self._turning] if self._dials else []
        filled = [self._examples, self._given, *turning, *self._make.parts]
        picked = self.models.wire(filled)
        self._again = protect(newest(self.ask_again)), [model, self._box], shown
        self.follow(picked)

    def follow(self, changed: gr.events.Dependency) -> None:
        """Ask again about what the box holds, or empty the answer, once the model is another or knows others."""
        handler, asked, shown = self._again
        changed.success(handler, asked, shown, **QUIET)

    # handlers ---------------------------------------------------------------------------------

    def hint(self) -> str:
        """Return what stands where the answer will be."""
        text = self._ctx.t(f"pages.{self._kind}_demo.result_hint")
        return f'<div class="bm-card bm-muted">{text}</div>'

    def fill(
        self, owner: str, model: TrainedModel | None, request: gr.Request
    ) -> tuple[object, ...]:
        """Return examples that the model never learned from, or in their place the classes that can be asked for."""
        is_made = bool(model and self._demo.answers_of(model).asks)
        has_examples = model and not is_made
        rows = self._demo.example_files(owner, model.id, EXAMPLES) if model and has_examples else []
        title = self._ctx.say(request, f"pages.{self._kind}_demo.examples")
        shown = look_view.examples(rows, self._kind, title)
        has_dials = bool(model and self._demo.answers_of(model).dials)
        turning = (gr.Column(visible=has_dials),) if self._dials else ()
        asked = self._make.fill(model if is_made else None, request)
        # Before a first model stands, nothing tells whether it will be asked with a file.
        is_given = model is not None and not is_made
        return (shown, gr.Column(visible=is_given), *turning, *asked)

    def answers(
        self,
        model_id: str,
        value: str | None,
        request: gr.Request,
        turned: Mapping[str, float] | None = None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> Iterator[tuple[object, ...]]:
        """Yield the answer: at once, or to one file as far as it has come where it grows, by the dials."""
        asked = ask_box.question(value)
        kind = self._kind_of(model_id, request) if model_id else None
        if kind and kind.grows and not kind.asks and len(asked.files) == 1:
            owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
            [(file, name)] = asked.files
            path = self._demo.uploads.find(owner, file)
            for found in self._demo.grow(owner, model_id, str(path), turned):
                look = Look(replace(found, name=name))
                shown = look_view.look(look, self._kind, say, None)
                more = self._more(look, None, model_id, request)
                yield shown, gr.DownloadButton(visible=False), *more
            if asked.is_live:
                self._demo.uploads.forget(owner, file)
        else:
            yield self.ask(model_id, value, request, progress)

    def turn(
        self, model_id: str, value: str | None, request: gr.Request, *values: float
    ) -> Iterator[tuple[object, ...]]:
        """Take what the dials stand at, and answer by them again what the box holds."""
        turned = {dial.name: by for dial, by in zip(self._dials, values, strict=True)}
        if len(ask_box.question(value).files) != 1:
            yield turned, *[gr.skip()] * (2 + self._parts)
            return
        for shown in self.answers(model_id, value, request, turned):
            yield turned, *shown

    def ask(
        self,
        model_id: str,
        value: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio finds it in the signature
    ) -> tuple[object, ...]:
        """Answer what the box was given: one file whole, many as a table to look at and to download."""
        asked = ask_box.question(value)
        if not model_id:
            raise ModelError("model_missing")
        if not asked.files:
            raise ModelError("media_missing")
        if wanted := self._kind_of(model_id, request).asks:
            raise ModelError(f"made_by_{wanted}")
        owner = self._ctx.owner(request)
        files = [
            NamedFile(name, self._demo.uploads.find(owner, file)) for file, name in asked.files
        ]
        if len(files) > 1:
            return self._many(model_id, files, request, progress)
        try:
            return self._one(model_id, files[0], request)
        finally:
            if asked.is_live:
                self._demo.uploads.forget(owner, asked.files[0][0])

    def ask_again(
        self, model_id: str, value: str | None, request: gr.Request
    ) -> tuple[object, ...]:
        """Ask another model about what the box holds, or empty the answer where it holds nothing any more."""
        files = ask_box.question(value).files
        try:
            if len(files) == 1:
                return self.ask(model_id, value, request)
        except (
            ModelError,
            NotFoundError,
        ):  # swept or deleted meanwhile, a model that is asked for a class, or one that cannot be loaded: asking says so
            pass
        return (self.hint(), gr.DownloadButton(visible=False), *self._more(None, None, "", request))

    def ask_example(
        self,
        model_id: str,
        event: gr.EventData,
        request: gr.Request,
        turned: Mapping[str, float] | None = None,
    ) -> tuple[object, ...]:
        """Answer an example, and forget what the box held."""
        row, path = self._demo.media_of(self._ctx.owner(request), model_id, str(event.row))
        return (None, *self._one(model_id, NamedFile(row.name, path), request, row, turned))

    def _one(
        self,
        model_id: str,
        file: NamedFile,
        request: gr.Request,
        row: MediaRow | None = None,
        turned: Mapping[str, float] | None = None,
    ) -> tuple[object, ...]:
        no_table = gr.DownloadButton(visible=False)
        owner = self._ctx.owner(request)
        try:
            if turned and self._kind_of(model_id, request).dials:
                *_, whole = self._demo.grow(owner, model_id, str(file.path), turned)
                found = Look(replace(whole, name=file.name))
            else:
                found = self._demo.look(owner, model_id, file.path)
        except ModelError as error:
            sentence = self._ctx.tell(request, error.message)
            shown = look_view.problem(file.name, sentence)
            return (shown, no_table, *self._more(None, None, model_id, request))
        say = partial(self._ctx.say, request)
        shown = look_view.look(found, self._kind, say, row)
        return (shown, no_table, *self._more(found, row, model_id, request))

    def _many(
        self, model_id: str, files: Sequence[NamedFile], request: gr.Request, progress: gr.Progress
    ) -> tuple[object, ...]:
        makes_files = self._kind_of(model_id, request).makes_files
        out = self._demo.download("answers.zip" if makes_files else "answers.csv")
        tell = partial(self._ctx.tell, request)
        answers = self._demo.answer_files(
            self._ctx.owner(request),
            model_id,
            files,
            out,
            tell,
            lambda done, count: progress((done, count)),
        )
        say = partial(self._say, request)
        unread = sum(one.problem is not None for one in answers)
        count = say("many" if unread else "many_all", files=len(answers), unread=unread)
        if len(answers) > SHOWN_FILES:
            count = f"{count} {say('many_cut', shown=SHOWN_FILES)}"
        shown = partial(self._ctx.say, request)
        table = look_view.files(answers[:SHOWN_FILES], shown, tell)
        return (
            f"{answer.quiet(count)}{table}",
            gr.DownloadButton(
                say("out_zip" if makes_files else "out"), value=str(out), visible=True
            ),
            *self._more(None, None, model_id, request),
        )

    def _kind_of(self, model_id: str, request: gr.Request) -> AnswerType:
        return self._demo.answers_of(self._demo.resolve(self._ctx.owner(request), model_id))

    def _say(self, request: gr.Request, key: str, **args: str | int) -> str:
        return self._ctx.say(request, f"pages.demo.{key}", **args)
