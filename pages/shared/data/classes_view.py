"""What the labels of a table stand for: stars taken as classes or as a number, classes renamed and merged. It asks a service."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.class_names import ClassName, ClassNames
from pages.shared.data import dataset_view as view
from pages.shared.web.page import QUIET, Context, Updates

WORDS = "pages.classes."
THREE, NUMBER, EACH = "three", "number", "each"
LABEL_CHARACTERS = 40
SHOWN_LABELS = 6
# A box for each class; Enter in one of them is the button.
SCRIPT = """
const send = () => trigger('submit', {names: Object.fromEntries(
  [...element.querySelectorAll('input[data-name]')].map(box => [box.dataset.name, box.value]))});
element.addEventListener('click', e => { if (e.target.closest('[data-apply]')) send(); });
element.addEventListener('keydown', e => {
  if (e.key === 'Enter' && !e.isComposing && e.target.matches('input[data-name]')) { e.preventDefault(); send(); }
});
"""


class ClassesView:
    """The accordion with the stars and the names."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-names"
        ) as self.box:
            with gr.Column(visible=False, elem_id="data-stars") as self.stars:
                self._build_stars()
            self.names = gr.HTML(
                "",
                html_template="${value}",
                js_on_load=SCRIPT,
                elem_id="data-class-names",
                padding=False,
            )
            self.trouble = gr.HTML("", elem_id="data-names-trouble")

    def _build_stars(self) -> None:
        t = self.ctx.t
        self.question = gr.HTML("", elem_id="data-stars-question")
        self.way = gr.Radio(
            [(t(f"{WORDS}stars_{way}"), way) for way in (THREE, NUMBER, EACH)],
            value=THREE,
            show_label=False,
            container=False,
            elem_id="data-stars-way",
        )
        with gr.Row() as self.three:
            self.low = gr.Textbox(label=t(f"{WORDS}low"), min_width=120, elem_id="data-stars-low")
            self.middle = gr.Textbox(
                label=t(f"{WORDS}middle"), min_width=120, elem_id="data-stars-middle"
            )
            self.high = gr.Textbox(
                label=t(f"{WORDS}high"), min_width=120, elem_id="data-stars-high"
            )
            self.low_to = gr.Number(
                label=t(f"{WORDS}low_to"),
                precision=0,
                minimum=0,
                maximum=10,
                min_width=120,
                elem_id="data-stars-low-to",
            )
            self.high_from = gr.Number(
                label=t(f"{WORDS}high_from"),
                precision=0,
                minimum=0,
                maximum=10,
                min_width=120,
                elem_id="data-stars-high-from",
            )
        self.apply = gr.Button(t(f"{WORDS}stars_apply"), elem_id="data-stars-apply")

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills, in that order."""
        return [
            self.box, self.stars, self.question, self.way, self.three, self.low, self.middle,
            self.high, self.low_to, self.high_from, self.names, self.trouble,
        ]  # fmt: skip

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], shown: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once the classes have changed."""
        dataset = self.ctx.dataset
        self.made = gr.State("")  # a version: the tab is drawn anew once there is another one
        stars = [self.way, self.low, self.middle, self.high, self.low_to, self.high_from]
        self.way.input(lambda way: gr.Row(visible=way == THREE), self.way, self.three, **QUIET)
        out = [self.made, self.trouble]
        self.apply.click(protect(self.take_stars), [dataset, *stars], out, **QUIET)
        self.names.submit(protect(self.rename), dataset, out, **QUIET)
        self.made.change(show, dataset, list(shown), **QUIET)

    # what fills them --------------------------------------------------------------------------

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the classes of a table; open where stars wait to be taken in some way."""
        found = self.ctx.services.classes.look(dataset.owner, dataset.id)
        if not found.names:
            return self.hidden()
        recipe, say = dataset.version.recipe, partial(self.ctx.say, request)
        is_open = bool(found.stars) and not any(recipe.relabel.values()) and recipe.kind != NUMBER
        way = NUMBER if recipe.kind == NUMBER else THREE
        usual = tuple(say(f"{WORDS}{name}_name") for name in ("low", "middle", "high"))
        names, low, high = found.sorted_as or (usual, *found.usual_borders)
        return {
            self.box: gr.Accordion(visible=True, open=is_open),
            self.stars: gr.Column(visible=bool(found.stars)),
            self.question: f"<p>{escape(say(f'{WORDS}stars_title', most=found.most_stars))}</p>",
            self.way: way,
            self.three: gr.Row(visible=way == THREE),
            **dict(zip((self.low, self.middle, self.high), names, strict=True)),
            self.low_to: low,
            self.high_from: high,
            self.names: "" if recipe.kind == NUMBER else boxes(found, say),
            self.trouble: "",
        }

    def hidden(self) -> Updates:
        """Return that there are no classes to name."""
        return {self.box: gr.Accordion(visible=False)}

    # handlers ---------------------------------------------------------------------------------

    def take_stars(
        self,
        dataset_id: str,
        way: str,
        low: str,
        middle: str,
        high: str,
        low_to: float | None,
        high_from: float | None,
        request: gr.Request,
    ) -> Updates:
        """Take the stars as three classes, as a number, or each for itself."""
        owner, classes = self.ctx.owner(request), self.ctx.services.classes

        def change() -> Dataset:
            if way == NUMBER:
                return classes.count_stars(owner, dataset_id)
            if way == EACH:
                return classes.as_they_came(owner, dataset_id)
            borders = {"low_to": int(low_to or 0), "high_from": int(high_from or 0)}
            return classes.sort_stars(owner, dataset_id, (low, middle, high), **borders)

        return self._made(change, request)

    def rename(self, dataset_id: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Give classes other names."""
        owner = self.ctx.owner(request)
        names = {str(name): str(to) for name, to in dict(event.names).items()}
        return self._made(
            lambda: self.ctx.services.classes.rename(owner, dataset_id, names), request
        )

    def _made(self, change: Callable[[], Dataset], request: gr.Request) -> Updates:
        """Return the version that a change makes, or what is wrong with it."""
        try:
            dataset = change()
        except DatasetError as error:
            words, language = self.ctx.services.words, self.ctx.language(request)
            return {self.trouble: view.problems(error.problems, words, language)}
        number = dataset.version.number
        self.ctx.notice(request, self.ctx.say(request, f"{WORDS}changed", version=number))
        return {self.made: f"{dataset.id} {number}", self.trouble: ""}


def boxes(found: ClassNames, say: Callable[..., str]) -> str:
    """Return a box for the name of each class, and the button below."""
    rows = "".join(_box(one, say) for one in found.names)
    return (
        f'<p class="bm-muted">{escape(say(f"{WORDS}rename_about"))}</p>'
        f'<div class="bm-names">{rows}</div>'
        f'<button type="button" class="bm-button" data-apply>{escape(say(f"{WORDS}rename_apply"))}</button>'
    )


def _box(one: ClassName, say: Callable[..., str]) -> str:
    name = escape(one.name, quote=True)
    about = say(f"{WORDS}rename_rows", rows=one.rows)
    if one.came and one.came != (one.name,):
        labels = ", ".join(view.short(label, LABEL_CHARACTERS) for label in one.came[:SHOWN_LABELS])
        labels += " …" if len(one.came) > SHOWN_LABELS else ""
        about += " · " + say(f"{WORDS}rename_came", labels=labels)
    shown = escape(view.short(one.name, LABEL_CHARACTERS))
    return (
        f'<label><span><b>{shown}</b> <span class="bm-muted">{escape(about)}</span></span>'
        f'<input type="text" data-name="{name}" value="{name}" maxlength="100"></label>'
    )
