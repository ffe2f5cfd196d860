"""The part of Results that gives a model a place on the web: a Hugging Face Space as a ZIP. It sends nothing by itself."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from pages.shared.web.download import fetch
from pages.shared.web.page import Context

WORDS = "pages.space."
Protect = Callable[[Any], Any]  # of Gradio's handlers


class SpaceView:
    """The components of the part, and what their events do."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="results-space"):
            gr.Markdown(t(f"{WORDS}about"))
            self._make = gr.Button(t(f"{WORDS}make"), elem_id="results-space-make")
            self._package = gr.DownloadButton(
                elem_id="results-space-package", elem_classes="bm-away"
            )

    def wire(self, protect: Protect, model: gr.Radio) -> None:
        """Connect the button that makes the ZIP of the shown model."""
        fetch(self._make, protect(self.pack), [self._ctx.job, model], self._package)

    def pack(self, job: str, model_id: str | None, request: gr.Request) -> str:
        """Return the ZIP of the model that is shown, as a Space."""
        owner, results = self._ctx.owner(request), self._ctx.services.results
        model = results.model(owner, job, model_id or "")
        return str(results.download(owner, model.id, as_space=True))
