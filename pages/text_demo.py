"""The tab where a trained text model is tried: on a sentence, on many, on a table; it computes no answer itself."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.datasets.inputs import in_short, join_inputs, parts_of
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.panel import cut
from pages.shared.demo import text_view
from pages.shared.demo.models import LOCK, DemoModels
from pages.shared.demo.table_box import TableBox
from pages.shared.demo.talk import Talk
from pages.shared.web.guard import Newest, OpenPages, guard
from pages.shared.web.page import QUIET, Context, Page
from pages.shared.widgets import answer
from pages.shared.widgets.dial import control
from pages.shared.widgets.terms import strip

ANSWERED_LINES = 1_000
SHOWN_LINES = 200
EXAMPLE_CHARACTERS = 60
DOCUMENTS = [".txt", ".md", ".text"]
ENDINGS = [
    ".csv",
    ".tsv",
    ".txt",
    ".md",
    ".docx",
    ".jsonl",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".parquet",
    ".feather",
    ".gz",
    ".db",
    ".sqlite",
]
WORDS = "pages.text_demo."


class TextDemo:
    """What the tab does, in one person's language at a time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._demo = ctx.services.inference
        self.models = DemoModels(ctx, "text", self.fill)
        self.talk = Talk(ctx)
        self._anew, self._asked = Newest(), OpenPages(0)  # when each page began anew, and asked

    # layout -----------------------------------------------------------------------------------

    def build(self, tab: gr.Tab) -> None:
        """Lay out the tab and connect it."""
        with gr.Column(elem_id="text-demo"), self.models.layout(tab):
            with gr.Row(elem_id="text-demo-asked"):
                with gr.Column(min_width=300):
                    self._build_question()
                    self._build_dials()
                with gr.Column(min_width=300):
                    self._result = gr.HTML(self.hint(), padding=False, elem_id="text-demo-result")
            self._examples = gr.Dataset(
                components=[gr.Textbox(visible=False)],
                samples=[],
                label=self._ctx.t(f"{WORDS}examples"),
                type="values",
                visible=False,
                elem_id="text-demo-examples",
            )
            self._table = TableBox(self._ctx, "text-demo", WORDS, ENDINGS)
        self._wire()

    def _build_question(self) -> None:
        self._open = gr.UploadButton(
            self._ctx.t(f"{WORDS}open"),  # type: ignore[arg-type] # every label may be I18nData
            file_types=DOCUMENTS,
            size="sm",
            visible=False,
            elem_id="text-demo-open",
        )
        self._text = gr.Textbox(
            label=self._ctx.t(f"{WORDS}text"),
            placeholder=self._ctx.t(f"{WORDS}text_hint"),
            lines=4,
            max_lines=14,
            elem_id="text-demo-text",
        )
        self._further = [
            gr.Textbox(lines=4, max_lines=14, visible=False, elem_id=f"text-demo-text-{number}")
            for number in range(2, self._demo.most_inputs() + 1)
        ]
        self._run = gr.Button(
            self._ctx.t(f"{WORDS}ask"),
            variant="primary",
            interactive=False,
            elem_id="text-demo-run",
        )

    def _build_dials(self) -> None:
        """Lay out what steers an answer that grows, and what ends it."""
        with gr.Row():
            self._stop = gr.Button(
                self._ctx.t(f"{WORDS}stop"), visible=False, min_width=120, elem_id="text-demo-stop"
            )
            self.talk.build()
        with gr.Column(visible=False, elem_id="text-demo-dials") as self._turned:
            self._dials = [
                control(self._ctx, dial, "text") for dial in self._demo.dials.of_tab("text")
            ]

    def _wire(self) -> None:
        protect, newest = guard(self._ctx.services.words), Newest()
        model = self.models.model
        shown = {"show_progress": "minimal", "show_progress_on": self._result, **LOCK}
        picked = self.models.wire(
            [self._examples, self._run, self._turned, self._stop, self.talk.clear, self._open, *self._boxes]
        )  # fmt: skip
        talked = [self._result, self.talk.said]
        asked = gr.on(
            [self._run.click, self._text.submit],
            protect(newest(self.say)),
            [model, self.talk.said, *self._boxes, *self._dials],
            [*talked, self._text],
            **shown,
        )
        self._stop.click(protect(newest.keep(self.stop)), None, self._stop, queue=False, **QUIET)
        example = self._examples.click(
            protect(newest(self.ask_example)),
            [self._examples, model, *self._dials],
            [*self._boxes, *talked],
            **shown,
        )
        start = protect(newest(self._anew(self.start)))
        picked.success(start, None, talked, queue=False, **LOCK)
        self.talk.clear.click(start, None, talked, queue=False, **QUIET)
        for grown in (asked, example):
            grown.then(protect(self.end), None, talked, queue=False, **QUIET)
        self._open.upload(protect(self.open), self._open, self._text, queue=False, **LOCK)
        self._table.wire(protect, model)

    # handlers ---------------------------------------------------------------------------------

    def hint(self) -> str:
        """Return what stands where the answer will be."""
        return f'<div class="bm-card bm-muted">{self._ctx.t(f"{WORDS}result_hint")}</div>'

    def start(self, _request: gr.Request) -> tuple[str, str]:
        """Empty the answer, and what was said before: another model was picked, or somebody begins anew."""
        return self.hint(), ""

    def end(self, request: gr.Request) -> tuple[object, object]:
        """Empty the answer once more where somebody began anew while it grew: its last parts were drawn after that."""
        asked = self._asked.get(request.session_hash or "")
        is_over = self._anew.has_answered(request, asked)
        return self.start(request) if is_over else (gr.skip(), gr.skip())

    def stop(self, _request: gr.Request) -> gr.Button:
        """Take a newer turn than the answer that still grows: what has come of it stays."""
        return gr.Button()

    def open(self, path: str, _request: gr.Request) -> str:
        """Return the text of a document that is to be asked about."""
        return self._demo.rows.document(Path(path))

    def fill(
        self, owner: str, model: TrainedModel | None, request: gr.Request
    ) -> tuple[object, ...]:
        """Return examples and buttons that fit the model."""
        examples = self._demo.examples(owner, model.id) if model else []
        kind = self._demo.answers_of(model) if model else None
        talks = bool(model and self._demo.talks(owner, model))
        verb = "send" if talks else kind.verb if kind else "ask"
        return (
            gr.Dataset(
                samples=[[text] for text in examples],
                sample_labels=[cut(in_short(text), EXAMPLE_CHARACTERS) for text in examples],
                visible=bool(examples),
            ),
            gr.Button(self._ctx.say(request, f"{WORDS}{verb}"), interactive=bool(model)),
            gr.Column(visible=bool(kind and kind.dials)),
            gr.Button(visible=bool(kind and kind.grows)),
            gr.Button(visible=talks),
            gr.UploadButton(visible=bool(model and len(self._demo.inputs_of(model)) > 1)),
            *self._named(model, request),
        )

    @property
    def _boxes(self) -> list[gr.Textbox]:
        return [self._text, *self._further]

    def _named(self, model: TrainedModel | None, request: gr.Request) -> Iterator[gr.Textbox]:
        """Yield the boxes, one for each column that the model reads."""
        inputs = self._demo.inputs_of(model) if model else ("text",)
        is_listed = not model or (self._demo.answers_of(model).reads_lines and len(inputs) == 1)
        hint = self._ctx.say(request, f"{WORDS}text_hint{'' if is_listed else '_whole'}")
        for place, _ in enumerate(self._boxes):
            is_read = place < len(inputs)
            label: object = self._ctx.t(f"{WORDS}text")
            if model and is_read and len(inputs) > 1:
                label = self._ctx.say(request, f"tasks.{model.task}.inputs.{inputs[place]}")
            yield gr.Textbox(label=label, placeholder=hint, visible=is_read)  # type: ignore[arg-type] # every label may be I18nData

    def say(
        self, model_id: str, said: str, request: gr.Request, *given: Any
    ) -> Iterator[tuple[object, ...]]:
        """Yield the answer to what stands in the boxes; a model that talks is told what was said before."""
        self._asked.put(request.session_hash or "", self._anew.moment())
        if not self._talks(model_id, request):
            for shown in self.ask_boxes(model_id, request, *given):
                yield shown, said, gr.skip()
            return
        dials = self._turned_to(given[len(self._boxes) :])
        yield from self.talk.answers(model_id, said, given[0] or "", dials, request)

    def _talks(self, model_id: str, request: gr.Request) -> bool:
        if not model_id:
            return False
        owner = self._ctx.owner(request)
        return self._demo.talks(owner, self._demo.resolve(owner, model_id))

    def _turned_to(self, dials: Sequence[float]) -> dict[str, float]:
        known = self._demo.dials.of_tab("text")
        return {dial.name: value for dial, value in zip(known, dials, strict=False)}

    def ask_boxes(self, model_id: str, request: gr.Request, *given: Any) -> Iterator[str]:
        """Yield the answer to what stands in the boxes, by the dials after them."""
        texts, dials = given[: len(self._boxes)], given[len(self._boxes) :]
        if not model_id:
            raise ModelError("model_missing")
        inputs = self._demo.inputs_of(self._demo.resolve(self._ctx.owner(request), model_id))
        parts = [text or "" for text in texts[: len(inputs)]]
        yield from self.answers(model_id, join_inputs(parts), request, dials)

    def answers(
        self, model_id: str, text: str, request: gr.Request, dials: Sequence[float] = ()
    ) -> Iterator[str]:
        """Yield the answer: at once, or as far as it has come where it grows."""
        named = self._turned_to(dials)
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        lines = self._rows(text, model_id, request) if model_id else []
        if model_id and len(lines) == 1 and self._grows(owner, model_id):
            for found in self._demo.grow(owner, model_id, lines[0], named):
                yield text_view.look(found, (), say)
        else:
            yield self.ask(model_id, text, request)

    def _rows(self, text: str, model_id: str, request: gr.Request) -> list[str]:
        """Return the rows that stand in the box."""
        model = self._demo.resolve(self._ctx.owner(request), model_id)
        if not self._demo.answers_of(model).reads_lines:
            return [text.strip()] if (text or "").strip() else []
        return _rows_in(text)

    def _grows(self, owner: str, model_id: str) -> bool:
        return self._demo.answers_of(self._demo.resolve(owner, model_id)).grows

    def ask(self, model_id: str, text: str, request: gr.Request) -> str:
        """Return the answer to one line as bars, to many as a table."""
        if not model_id:
            raise ModelError("model_missing")
        texts = self._rows(text, model_id, request)
        if not texts:
            raise ModelError("text_missing")
        asked = texts[:ANSWERED_LINES]
        owner, say = self._ctx.owner(request), partial(self._ctx.say, request)
        found = self._demo.look_texts(owner, model_id, asked)
        if len(texts) > 1:
            shown = text_view.table(asked[:SHOWN_LINES], found[:SHOWN_LINES], say)
            return f"{answer.quiet(self._count(len(texts), request))}{shown}"
        return text_view.look(found[0], self._demo.near_texts(owner, model_id, found[0]), say)

    def ask_example(
        self, sample: Sequence[str], model_id: str, request: gr.Request, *dials: float
    ) -> Iterator[tuple[object, ...]]:
        """Take an example into the boxes and answer it; with a model that talks, it begins a conversation."""
        self._asked.put(request.session_hash or "", self._anew.moment())
        if self._talks(model_id, request):
            unused = [""] * len(self._boxes)
            for shown, said, _ in self.talk.answers(
                model_id, "", sample[0], self._turned_to(dials), request
            ):
                yield *unused, shown, said
            return
        parts = parts_of(sample[0])
        unused = [""] * (len(self._boxes) - len(parts))
        for shown in self.answers(model_id, sample[0], request, dials):
            yield *parts, *unused, shown, ""

    def _count(self, rows: int, request: gr.Request) -> str:
        key = "many_cut" if rows > SHOWN_LINES else "many"
        shown = min(rows, SHOWN_LINES)
        return self._ctx.say(request, f"{WORDS}{key}", rows=rows, shown=shown)


def _rows_in(text: str) -> list[str]:
    """Return what stands in the box: a row a line, or all of it where it is one row of several inputs."""
    if len(parts_of(text or "")) > 1:
        return [text]
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    TextDemo(ctx).build(tab)
    strip(ctx, tab, "use")


PAGE = Page(slug="text-demo", order=60, build=build, group="try")
