"""The box into which a table or lines of text are pasted; what stands in it is never read here, only handed on."""

from datetime import datetime

import gradio as gr

from pages.shared.web.page import Context


class PasteView:
    """A folded box with a name and one button."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(t("pages.paste.title"), open=False, elem_id="data-paste"):
            gr.Markdown(t("pages.paste.intro"))
            self.text = gr.Textbox(
                label=t("pages.paste.box"), lines=6, max_lines=14, elem_id="data-paste-text"
            )
            with gr.Row(equal_height=True):
                self.name = gr.Textbox(label=t("pages.paste.name"), elem_id="data-paste-name")
                self.button = gr.Button(
                    t("pages.paste.button"), elem_id="data-paste-button", min_width=220, scale=0
                )

    def title(self, name: str, request: gr.Request) -> str:
        """Return what the dataset is called: as the person says, else by the time of this machine."""
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        return name.strip() or self._ctx.say(request, "pages.paste.named", date=now)
