"""The tab where a model of several media is tried: a box for each column it reads, each of which may be left out; it opens no file."""

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.inputs import LACKING, files_among, in_short, parts_of
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.panel import cut
from bigmodel.services.inference.given_rows import PICTURE, SOUND, TEXT, AskedColumn
from pages.shared.demo import text_view
from pages.shared.demo.models import LOCK, DemoModels
from pages.shared.demo.table_box import TableBox
from pages.shared.web.guard import Newest, guard
from pages.shared.web.media_route import MEDIA
from pages.shared.web.page import Context, Page
from pages.shared.widgets import answer, ask_box
from pages.shared.widgets.media_item import parts_html
from pages.shared.widgets.terms import strip

WORDS = "pages.mixed_demo."
SLOTS = {TEXT: 6, PICTURE: 4, SOUND: 2}  # boxes of each kind
EXAMPLE_CHARACTERS = 80


class MixedDemo:
    """What the tab does, in one person's language at a time."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._demo = ctx.services.inference
        self.models = DemoModels(ctx, "mixed", self.fill)

    # layout -----------------------------------------------------------------------------------

    def build(self, tab: gr.Tab) -> None:
        """Lay out the tab and connect it."""
        t = self._ctx.t
        with gr.Column(elem_id="mixed-demo"), self.models.layout(tab):
            gr.Markdown(t(f"{WORDS}about"))
            with gr.Row():
                with gr.Column(min_width=300):
                    self._build_boxes()
                    self._run = gr.Button(
                        t(f"{WORDS}ask"), variant="primary", elem_id="mixed-demo-run"
                    )
                with gr.Column(min_width=300):
                    self._result = gr.HTML(self.hint(), padding=False, elem_id="mixed-demo-result")
            self._examples = gr.Dataset(
                components=[gr.Textbox(visible=False)],
                samples=[],
                label=t(f"{WORDS}examples"),
                type="values",
                visible=False,
                elem_id="mixed-demo-examples",
            )
            self._table = TableBox(self._ctx, "mixed-demo", WORDS)
        self._wire()

    def _build_boxes(self) -> None:
        words = self._ctx.services.words
        self._texts = [
            gr.Textbox(visible=False, lines=2, max_lines=8, elem_id=f"mixed-demo-text-{at}")
            for at in range(SLOTS[TEXT])
        ]
        self._names: list[gr.HTML] = []
        self._files: list[gr.HTML] = []
        self._around: list[gr.Column] = []
        for medium, kind in ((PICTURE, "picture"), (SOUND, "sound")):
            for at in range(SLOTS[medium]):
                with gr.Column(visible=False) as around:
                    self._names.append(gr.HTML(padding=False))
                    elem_id = f"mixed-demo-{kind}-{at}"
                    box = ask_box.ask_box(words, kind, elem_id, is_part=True)  # type: ignore[arg-type] # one of its two
                    self._files.append(box)
                self._around.append(around)
        self._left = gr.HTML(padding=False, elem_id="mixed-demo-left")

    def _wire(self) -> None:
        protect, newest = guard(self._ctx.services.words), Newest()
        model = self.models.model
        shown: dict[str, Any] = {
            "show_progress": "minimal",
            "show_progress_on": self._result,
            **LOCK,
        }
        filled: list[Any] = [*self._texts, *self._around, *self._names, self._left, self._examples]
        picked = self.models.wire(filled)
        picked.success(protect(newest(self.start)), None, self._result, queue=False, **LOCK)
        self._run.click(
            protect(newest(self.ask)), [model, *self._texts, *self._files], self._result, **shown
        )
        self._examples.click(
            protect(newest(self.ask_example)),
            [self._examples, model],
            [*self._texts, self._result],
            **shown,
        )
        self._table.wire(protect, model)

    # handlers ---------------------------------------------------------------------------------

    def hint(self) -> str:
        """Return what stands where the answer will be."""
        return f'<div class="bm-card bm-muted">{self._ctx.t(f"{WORDS}result_hint")}</div>'

    def start(self, _request: gr.Request) -> str:
        """Empty the answer: another model was picked."""
        return self.hint()

    def fill(
        self, owner: str, model: TrainedModel | None, request: gr.Request
    ) -> tuple[object, ...]:
        """Return a box for each column that the model reads, and examples."""
        columns = self._demo.rows.columns(owner, model.id) if model else ()
        examples = self._demo.rows.examples(owner, model.id) if model else []
        slots = slots_of(columns)
        names = {(medium, place): column.name for medium, place, column in slots.values()}
        texts = [names.get((TEXT, at)) for at in range(SLOTS[TEXT])]
        files = [names.get((m, at)) for m in (PICTURE, SOUND) for at in range(SLOTS[m])]
        left = [column.name for at, column in enumerate(columns) if at not in slots]
        said = self._ctx.say(request, f"{WORDS}left_out", names=", ".join(left)) if left else ""
        return (
            *(gr.Textbox(label=name or "", visible=bool(name), value="") for name in texts),
            *(gr.Column(visible=bool(name)) for name in files),
            *(answer.quiet(name) if name else "" for name in files),
            answer.quiet(said) if said else "",
            gr.Dataset(
                samples=[[text] for text in examples],
                sample_labels=[cut(_named(text), EXAMPLE_CHARACTERS) for text in examples],
                visible=bool(examples),
            ),
        )

    def ask(self, model_id: str, request: gr.Request, *given: str | None) -> str:
        """Return the answer to what stands in the boxes.

        Raises:
            ModelError: `model_missing`, or `row_missing` where nothing is given.
        """
        if not model_id:
            raise ModelError("model_missing")
        owner = self._ctx.owner(request)
        columns = self._demo.rows.columns(owner, model_id)
        slots = slots_of(columns)
        cells = []
        for at in range(len(columns)):
            medium, place, _ = slots.get(at, ("", 0, None))
            cells.append(self._cell(owner, medium, place, given))
        row = self._demo.rows.row(owner, model_id, cells)
        return self._answered(owner, model_id, row, request)

    def ask_example(
        self, sample: Sequence[str], model_id: str, request: gr.Request
    ) -> tuple[str, ...]:
        """Take the texts of an example into the boxes and answer it whole; its files stand with the answer."""
        owner = self._ctx.owner(request)
        columns = self._demo.rows.columns(owner, model_id)
        slots = slots_of(columns)
        texts = [""] * SLOTS[TEXT]
        for at, part in enumerate(parts_of(sample[0])):
            medium, place, _ = slots.get(at, ("", 0, None))
            if medium == TEXT and part != LACKING and not file_of(part):
                texts[place] = part
        row = self._demo.rows.placed(owner, model_id, sample[0])
        named = files_among(sample[0], [column.name for column in columns])
        files = [part for part in named if file_of(part[1])]
        media = f"{MEDIA}/{self._demo.rows.dataset_id(owner, model_id)}"
        seen = f'<div class="bm-card">{parts_html(files, media, escape)}</div>' if files else ""
        return *texts, self._answered(owner, model_id, row, request) + seen

    def _answered(self, owner: str, model_id: str, row: str, request: gr.Request) -> str:
        if not row:
            raise ModelError("row_missing")
        [found] = self._demo.look_texts(owner, model_id, [row])
        return text_view.look(found, (), partial(self._ctx.say, request))

    def _cell(self, owner: str, medium: str, place: int, given: Sequence[str | None]) -> str:
        """Return what a box was given: a text, or the path of a file."""
        if medium in ("", TEXT):
            return (given[place] or "") if medium else ""
        before = SLOTS[TEXT] + (SLOTS[PICTURE] if medium == SOUND else 0)
        files = ask_box.question(given[before + place]).files
        return str(self._demo.uploads.find(owner, files[0][0])) if files else ""


def _named(example: str) -> str:
    """Return what a row says in words, else the names of its files."""
    parts = [part for part in parts_of(example) if part != LACKING and not file_of(part)]
    return " · ".join(parts) or in_short(example)


def slots_of(columns: Sequence[AskedColumn]) -> dict[int, tuple[str, int, AskedColumn]]:
    """Return which box takes which column, by the column's place: its kind, and its number among those."""
    found: dict[int, tuple[str, int, AskedColumn]] = {}
    used = dict.fromkeys(SLOTS, 0)
    for at, column in enumerate(columns):
        if used[column.medium] < SLOTS[column.medium]:
            found[at] = (column.medium, used[column.medium], column)
            used[column.medium] += 1
    return found


def build(ctx: Context, tab: gr.Tab) -> None:
    """Build the tab."""
    MixedDemo(ctx).build(tab)
    strip(ctx, tab, "use")


PAGE = Page(slug="mixed-demo", order=63, build=build, group="try")
