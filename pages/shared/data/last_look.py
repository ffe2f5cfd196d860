"""The last look before training on the Data tab: three rows as a model will read them, and what to do where they are wrong. It reads no file."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.dataset import Dataset
from pages.shared.data import media_view
from pages.shared.data.dataset_view import short
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import MEDIA
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.widgets.answer import quiet
from pages.shared.widgets.media_item import parts_html

if TYPE_CHECKING:
    from bigmodel.services.datasets.last_look import LastLook, ReadRow

WORDS = "pages.last_look."
COLUMNS, NUMBERS, SPLIT, FOLDERS = "columns", "numbers", "split", "folders"
WHAT = ("label", "speaker")  # what classes of recordings may be
TO_PLACE = """(wrong) => {
  const place = {columns: 'data-columns', folders: 'data-upload'}[wrong];
  if (place) document.getElementById(place)?.scrollIntoView({behavior: 'smooth', block: 'center'});
}"""


class LastLookView:
    """A card above the button that leads on to training. It asks; it never stands in the way."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Column(visible=False, elem_id="data-last-look", elem_classes="bm-card") as self.box:
            self.rows = gr.HTML("", elem_id="data-last-look-rows", padding=True)
            with gr.Row():
                self.yes = gr.Button(t(f"{WORDS}yes"), elem_id="data-last-look-yes", size="sm")
                self.no = gr.Button(t(f"{WORDS}no"), elem_id="data-last-look-no", size="sm")
            with gr.Column(visible=False, elem_id="data-last-look-wrong") as self.wrong:
                self.what = gr.Radio([], label=t(f"{WORDS}what"), elem_id="data-last-look-what")
                self.how = gr.HTML("", padding=True, elem_id="data-last-look-how")
                self.way = gr.Radio(
                    [], label=t(f"{WORDS}way"), visible=False, elem_id="data-last-look-way"
                )
                self.apply = gr.Button(
                    t(f"{WORDS}apply"), visible=False, elem_id="data-last-look-apply"
                )

    @property
    def parts(self) -> list[Any]:
        """The components that `shown` fills."""
        return [
            self.box, self.rows, self.yes, self.no, self.wrong, self.what, self.how, self.way, self.apply,
        ]  # fmt: skip

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], shown: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once the rows are read otherwise."""
        dataset = self.ctx.dataset
        self.made = gr.State("")  # a version: the tab is drawn anew once there is another one
        self.yes.click(protect(self.confirm), dataset, self.parts, **QUIET)
        self.no.click(lambda: gr.Column(visible=True), None, self.wrong, **QUIET)
        chosen = self.what.input(
            protect(Newest()(self.choose)),
            [dataset, self.what],
            [self.how, self.way, self.apply],
            **QUIET,
        )
        chosen.then(None, self.what, None, js=TO_PLACE, **QUIET)
        asked = [dataset, self.what, self.way]
        self.apply.click(protect(self.mend), asked, self.made, **QUIET)
        self.made.change(show, dataset, list(shown), **QUIET)

    # what fills them ------------------------------------------------------------------------------

    def hidden(self) -> Updates:
        """Return what `shown` returns where there is nothing to see."""
        return {self.box: gr.Column(visible=False)}

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the card of the newest version."""
        look = self.ctx.services.last_look.look(dataset.owner, dataset.id)
        if not look.rows:
            return self.hidden()
        say = partial(self.ctx.say, request)
        is_table = dataset.version.recipe.medium == "text"
        wrong = (
            [COLUMNS, *([NUMBERS] if look.readings else []), SPLIT]
            if is_table
            else [*([look.instead] if look.instead else []), FOLDERS, SPLIT]
        )
        choices = [(say(f"{WORDS}wrong_{name}"), name) for name in wrong]
        return {
            self.box: gr.Column(visible=True),
            self.rows: _drawn(look, dataset.id, say),
            self.yes: gr.Button(visible=not look.is_confirmed),
            self.no: gr.Button(visible=True),
            self.wrong: gr.Column(visible=False),
            self.what: gr.Radio(choices, value=None),
            self.how: "",
            self.way: gr.Radio([], value=None, visible=False),
            self.apply: gr.Button(visible=False),
        }

    def confirm(self, dataset_id: str, request: gr.Request) -> Updates:
        """Remember that the rows are right."""
        owner = self.ctx.owner(request)
        self.ctx.services.last_look.confirm(owner, dataset_id)
        return self.shown(self.ctx.services.datasets.get(owner, dataset_id), request)

    def choose(
        self, dataset_id: str, wrong: str, request: gr.Request
    ) -> tuple[str, gr.Radio, gr.Button]:
        """Return what can be done about what is wrong."""
        say = partial(self.ctx.say, request)
        look = self.ctx.services.last_look.look(self.ctx.owner(request), dataset_id)
        ways = [
            (say(f"{WORDS}reading_{one.way}", text=one.text, value=one.value), one.way)
            for one in look.readings
        ]
        now = next((one.way for one in look.readings if one.is_chosen), None)
        is_number = wrong == NUMBERS
        return (
            f"<p>{escape(say(f'{WORDS}how_{wrong}'))}</p>",
            gr.Radio(ways, value=now, visible=is_number),
            gr.Button(visible=is_number or wrong in (SPLIT, *WHAT)),
        )

    def mend(self, dataset_id: str, wrong: str, way: str | None, request: gr.Request) -> str:
        """Make a version that is read or split otherwise."""
        owner, service = self.ctx.owner(request), self.ctx.services.last_look
        if wrong == SPLIT:
            dataset = service.split_anew(owner, dataset_id)
        else:
            dataset = service.read_as(owner, dataset_id, wrong if wrong in WHAT else way or "")
        gr.Info(self.ctx.say(request, f"{WORDS}mended"))
        return f"{dataset.id} {dataset.version.number}"


def _drawn(look: "LastLook", dataset_id: str, say: Say) -> str:
    key = "confirmed" if look.is_confirmed else "question"
    columns = ("reads", "answer", "part") if _has_answers(look) else ("reads", "part")
    heads = (say(f"{WORDS}{name}") for name in columns)
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_row(row, dataset_id, say, _has_answers(look)) for row in look.rows)
    note = quiet(say(f"{WORDS}note_{look.instead}")) if look.instead else ""
    return (
        f'<p class="bm-lead">{escape(say(f"{WORDS}{key}"))}</p><div class="bm-scroll" tabindex="0">'
        f'<table class="bm-table bm-rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}'
    )


def _has_answers(look: "LastLook") -> bool:
    """Return whether rows have a label; those of texts that are learned whole have none."""
    return any(row.answer or row.came for row in look.rows)


def _row(row: "ReadRow", dataset_id: str, say: Say, has_answer: bool) -> str:
    if row.item:
        read = media_view.face(row.item, dataset_id, say)
    elif any(file_of(cell) for _, cell in row.texts):
        read = parts_html(row.texts, f"{MEDIA}/{dataset_id}", lambda text: escape(short(text)))
    else:
        is_one = len(row.texts) == 1
        read = "<br>".join(
            escape(short(text))
            if is_one
            else f"<b>{escape(short(name, 40))}</b> {escape(short(text))}"
            for name, text in row.texts
        )
    came = (
        f' <span class="bm-muted">{escape(say(f"{WORDS}came", text=short(row.came, 60)))}</span>'
        if row.came
        else ""
    )
    part = escape(say(f"pages.media.split_{row.split}"))
    answered = f"<td>{escape(short(row.answer))}{came}</td>" if has_answer else ""
    return f"<tr><td>{read}</td>{answered}<td>{part}</td></tr>"
