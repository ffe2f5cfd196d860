"""Shows what the chosen variations do to somebody's own pictures; it draws nothing itself."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from pages.shared.web.page import Context


class VariedView:
    """A button and a sheet of pictures below it, on the form of a task that varies pictures."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        with gr.Column(visible=False, elem_id="train-varied") as self.place:
            self.button = gr.Button(ctx.t("train.varied.show"), elem_id="train-varied-show")
            self.html = gr.HTML("", elem_id="train-varied-sheet", padding=False)

    def shown(self, names: Sequence[str]) -> gr.Column:
        """Return whether a task with these settings varies pictures."""
        return gr.Column(visible="augmentation" in names)

    def draw(
        self, request: gr.Request, dataset_id: str, names: Sequence[str], values: Sequence[Any]
    ) -> str:
        """Return the sheet for the settings as they stand."""
        given = dict(zip(names, values, strict=True))
        picture = self.ctx.services.training.varied(self.ctx.owner(request), dataset_id, given)
        if picture is None:
            return (
                f'<p class="bm-muted">{escape(self.ctx.say(request, "train.varied.nothing"))}</p>'
            )
        source = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
        said = escape(self.ctx.say(request, "train.varied.about"))
        return (
            f'<figure class="bm-varied"><img src="{source}" alt="{said}">'
            f'<figcaption class="bm-muted">{said}</figcaption></figure>'
        )
