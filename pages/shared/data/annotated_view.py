"""Labelled pictures or recordings to take along, on the Data tab: in which form, and the button; it writes nothing itself."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.web.download import save
from pages.shared.web.page import Context, Updates
from pages.shared.widgets import answer

WORDS = "pages.annotated."


class AnnotatedView:
    """A folded part, there once something is labelled."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-annotated"
        ) as self.part:
            self.style = gr.Radio([], label=t(f"{WORDS}style"), elem_id="data-annotated-style")
            self.make = gr.Button(t(f"{WORDS}button"), elem_id="data-annotated-make")
            self.said = gr.HTML("", min_height=24, elem_id="data-annotated-said")
        self.file = gr.DownloadButton(elem_id="data-annotated-file", elem_classes="bm-away")

    @property
    def parts(self) -> list[Any]:
        """The components that `shown` fills."""
        return [self.part, self.style, self.said]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the parts."""
        made = self.make.click(
            protect(self.write),
            [self._ctx.dataset, self.style],
            [self.file, self.said],
            api_visibility="private",
            show_progress="minimal",
            show_progress_on=self.make,
        )
        save(made, self.file)

    def hidden(self) -> Updates:
        """Return the part of no dataset."""
        return {
            self.part: gr.Accordion(visible=False),
            self.style: gr.Radio([], value=None),
            self.said: "",
        }

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the forms of a dataset; nothing where it has none."""
        styles = self._ctx.services.annotated.styles(dataset)
        if not styles:
            return self.hidden()
        choices = [(self._ctx.say(request, f"{WORDS}styles.{style}"), style) for style in styles]
        return {
            self.part: gr.Accordion(visible=True),
            self.style: gr.Radio(choices, value=styles[0]),
            self.said: "",
        }

    def write(self, dataset_id: str, style: str | None, request: gr.Request) -> tuple[str, str]:
        """Return the ZIP, and what is in it."""
        owner = self._ctx.owner(request)
        made = self._ctx.services.annotated.write(owner, dataset_id, style or "")
        key = "written_some" if made.left_out else "written"
        said = self._ctx.say(request, f"{WORDS}{key}", rows=made.rows, left_out=made.left_out)
        return str(made.path), answer.quiet(said)
