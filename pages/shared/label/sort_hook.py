"""The sentence on the Data tab that a dataset has rows without labels, and the button that leads to sorting them."""

from html import escape

import gradio as gr

from bigmodel.core.datasets.dataset import Dataset
from pages.shared.web.page import QUIET, Context, Updates


class SortHook:
    """A sentence and a button, shown only where there is something to sort."""

    def __init__(self, ctx: Context, prefix: str) -> None:
        self.ctx = ctx
        with gr.Column(visible=False, elem_id=f"{prefix}-sort") as self.place:
            self.said = gr.HTML("", elem_id=f"{prefix}-sort-said")
            self.button = gr.Button(
                ctx.t("pages.sort.button"), variant="primary", elem_id=f"{prefix}-sort-go"
            )
        event = self.button.click(lambda: None, None, None, **QUIET)
        ctx.go(event, "sort")

    @property
    def outputs(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """The components that `show` fills."""
        return [self.place, self.said]

    def show(self, dataset: Dataset | None, request: gr.Request) -> Updates:
        """Say what has no label yet, or nothing."""
        count = dataset.version.summary.unlabelled_rows if dataset else 0
        if dataset is None or not count or not self.ctx.services.labelling.can_label(dataset):
            return self.say("")
        summary, name = dataset.version.summary, dataset.name
        is_drawn = self.ctx.services.labelling.is_drawn(dataset)
        is_text = summary.medium == "text"
        drawn = "_marked" if is_text else "_drawn"
        of_files = drawn if is_drawn else "" if is_text else "_files"
        if summary.classes:
            said = self.ctx.say(request, f"pages.sort.some_label{of_files}", count=count)
            return self.say(said, is_lead=False)
        key = f"pages.sort.none_label{of_files}"
        return self.say(self.ctx.say(request, key, count=count, name=name))

    def say(self, sentence: str, *, is_lead: bool = True) -> Updates:
        """Show a sentence above the button; without one, both go away."""
        style = ' class="bm-lead"' if is_lead else ""
        shown = gr.Column(visible=bool(sentence))
        return {self.place: shown, self.said: f"<p{style}>{escape(sentence)}</p>"}
