"""Cleaning of pictures and recordings by steps, each on or off, seen or heard before and after on a person's own. It asks a service."""

import base64
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.checkup import FileChange, RepairPreview
from bigmodel.core.datasets.dataset import Dataset
from pages.shared.checkup.parts import VersionMaker, table
from pages.shared.web.guard import Newest
from pages.shared.web.media_route import media_url
from pages.shared.web.page import QUIET, Context, Updates

WORDS = "cleaning."
STEPS = {"image": ("borders",), "audio": ("silence", "loudness")}
SQUARES = ("squash", "crop", "pad")
PIECES = "pieces:"
LONGEST_S = 60
KINDS = {"jpg": "image/jpeg", "png": "image/png", "flac": "audio/flac"}


class MediaCleaningView(VersionMaker):
    """The accordion with the steps, what they change, and the button."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}media_title_image"), open=False, visible=False, elem_id="data-polish"
        ) as self.box:
            self.about = gr.Markdown("")
            self.steps = gr.CheckboxGroup(
                [], show_label=False, container=False, elem_id="data-polish-steps"
            )
            kept = (t(f"{WORDS}square_keep"), "")
            self.square = gr.Radio(
                [kept, *((t(f"{WORDS}steps.{way}"), way) for way in SQUARES)],
                value="",
                label=t(f"{WORDS}square"),
                elem_id="data-polish-square",
            )
            self.pieces = gr.Slider(
                0, LONGEST_S, 0, step=1, label=t(f"{WORDS}pieces"), elem_id="data-polish-pieces"
            )
            self.preview = gr.HTML("", elem_id="data-polish-preview")
            self.apply = gr.Button(t("checkup.apply"), elem_id="data-polish-apply")

    @property
    def parts(self) -> list[Any]:
        """Return what `shown` fills."""
        return [
            self.box, self.about, self.steps, self.square, self.pieces, self.preview, self.apply,
        ]  # fmt: skip

    def wire(
        self, protect: Callable[..., Any], show: Callable[..., object], outputs: Sequence[Any]
    ) -> None:
        """Connect the parts; `show` draws the tab anew once there is another version."""
        self.redraw(show, outputs)
        asked, newest = [self.ctx.dataset, self.steps, self.square, self.pieces], Newest()
        look = protect(newest(self.look))
        for part in (self.steps, self.square):
            part.input(look, asked, self.preview, **QUIET)
        self.pieces.release(look, asked, self.preview, **QUIET)
        self.apply.click(
            protect(self.clean),
            asked,
            self.made,
            api_visibility="private",
            show_progress_on=self.preview,
        )

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the steps that the files of a dataset went through, or why there are none; texts have others."""
        say, medium = partial(self.ctx.say, request), dataset.version.summary.medium
        cleaning, steps = dataset.version.recipe.cleaning, STEPS.get(medium, ())
        bound = self.ctx.services.checkup.bound(dataset.owner, dataset.id) if steps else ()
        can = bool(steps) and "clean_bound" not in bound
        title = say(f"{WORDS}media_title_{medium}") if steps else ""
        about = f"{WORDS}media_about_{medium}" if can else "errors.clean_bound.problem"
        long = next((step.removeprefix(PIECES) for step in cleaning if step.startswith(PIECES)), 0)
        return {
            self.box: gr.Accordion(label=title, visible=bool(steps)),
            self.about: say(about) if steps else "",
            self.steps: gr.CheckboxGroup(
                [(say(f"{WORDS}steps.{step}"), step) for step in steps],
                value=[step for step in steps if step in cleaning],
                visible=can,
            ),
            self.square: gr.Radio(
                value=next((way for way in SQUARES if way in cleaning), ""),
                visible=can and medium == "image",
            ),
            self.pieces: gr.Slider(
                value=float(long),
                visible=can and medium == "audio" and "clean_no_pieces" not in bound,
            ),
            self.preview: "",
            self.apply: gr.Button(visible=can),
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to clean."""
        return {self.box: gr.Accordion(visible=False)}

    def look(
        self, dataset_id: str, steps: list[str], square: str, pieces: float, request: gr.Request
    ) -> str:
        """Show files before and after."""
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        found = self.ctx.services.checkup.preview_cleaning(
            owner, dataset_id, _asked(steps, square, pieces)
        )
        return _drawn(dataset_id, found, say)

    def clean(
        self, dataset_id: str, steps: list[str], square: str, pieces: float, request: gr.Request
    ) -> str:
        """Make the version whose files went through the steps."""
        owner, asked = self.ctx.owner(request), _asked(steps, square, pieces)
        return self.told(self.ctx.services.checkup.clean(owner, dataset_id, asked), request)


def _asked(steps: Sequence[str], square: str, pieces: float) -> list[str]:
    """Return the chosen steps as a recipe writes them."""
    cut = [f"{PIECES}{pieces:g}"] if pieces else []
    return [*steps, *filter(None, (square,)), *cut]


def _drawn(dataset_id: str, found: RepairPreview, say: Say) -> str:
    """Return how many files change, and some of them before and after."""
    key = "media_preview" if found.changed else "media_none"
    said = escape(say(f"{WORDS}{key}", changed=found.changed, rows=found.rows))
    rows = "".join(_row(dataset_id, each) for each in found.files)
    heads = [say("checkup.before"), say("checkup.after")]
    shown = table(heads, rows, "bm-table bm-polish") if rows else ""
    return f'<p role="status">{said}</p>{shown}'


def _row(dataset_id: str, change: FileChange) -> str:
    before = _player(media_url(dataset_id, change.before), change.before, change.name)
    after = "".join(
        _player(
            f"data:{KINDS[ending]};base64,{base64.b64encode(content).decode()}",
            f".{ending}",
            change.name,
        )
        for ending, content in change.after
    )
    name, sizes = escape(change.name), [escape(size) for size in change.sizes]
    return (
        f'<tr><td>{before}<div class="bm-muted">{name} · {sizes[0]}</div></td>'
        f'<td>{after}<div class="bm-muted">{sizes[1]}</div></td></tr>'
    )


def _player(address: str, file: str, name: str) -> str:
    """Return a picture or a player."""
    if file.endswith(".flac"):
        return (
            f'<audio controls preload="none" src="{address}" aria-label="{escape(name)}"></audio>'
        )
    return f'<img src="{address}" alt="{escape(name)}">'
