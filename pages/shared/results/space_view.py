"""The part of Results that gives a model a place on the web: a Space as a ZIP, or sent to the hub once its owner saw what goes."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.results.panel import Table
from pages.shared.web.download import fetch
from pages.shared.web.page import Context, Updates

WORDS = "pages.space."
Protect = Callable[[Any], Any]  # of Gradio's handlers


class SpaceView:
    """The components of the part, and what their events do."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        t = ctx.t
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="results-space"):
            gr.Markdown(t(f"{WORDS}about"))
            with gr.Row():
                self._make = gr.Button(t(f"{WORDS}make"), elem_id="results-space-make")
                self._look = gr.Button(t(f"{WORDS}look"), elem_id="results-space-look")
            self._package = gr.DownloadButton(
                elem_id="results-space-package", elem_classes="bm-away"
            )
            self._shown = gr.State("")  # the model whose files are shown: no other one is sent
            with gr.Column(visible=False, elem_id="results-space-send") as self._send:
                self._files = gr.HTML("")
                self._id = gr.Textbox(
                    label=t(f"{WORDS}id"), info=t(f"{WORDS}id_why"), elem_id="results-space-id"
                )
                self._public = gr.Checkbox(
                    False, label=t(f"{WORDS}public"), info=t(f"{WORDS}public_why"),
                    elem_id="results-space-public",
                )  # fmt: skip
                self._token = gr.Textbox(
                    type="password", label=t(f"{WORDS}token"), info=t(f"{WORDS}token_why"),
                    elem_id="results-space-token",
                )  # fmt: skip
                self._publish = gr.Button(t(f"{WORDS}publish"), elem_id="results-space-publish")
            self._said = gr.HTML("", elem_id="results-space-said")

    def wire(self, protect: Protect, in_sight: Sequence[gr.components.Component]) -> None:
        """Connect the buttons; the ZIP and what is shown are of the model that is chosen."""
        asked = list(in_sight)
        fetch(self._make, protect(self.pack), asked, self._package)
        shown = [self._shown, self._files, self._send, self._said]
        self._look.click(
            protect(self.look), asked, shown, api_visibility="private", show_progress_on=self._look
        )
        given = [self._shown, self._id, self._public, self._token]
        sent = self._publish.click(
            protect(self.publish), given, [self._said, self._send], api_visibility="private"
        )
        sent.then(lambda: "", None, self._token, queue=False, api_visibility="private")

    def pack(self, job: str, model_id: str | None, request: gr.Request) -> str:
        """Return the ZIP of the model that is shown, as a Space."""
        owner, results = self._ctx.owner(request), self._ctx.services.results
        model = results.model(owner, job, model_id or "")
        return str(results.download(owner, model.id, "space"))

    def look(self, job: str, model_id: str | None, request: gr.Request) -> Updates:
        """Show exactly what would be sent: every file, and the card."""
        owner, services = self._ctx.owner(request), self._ctx.services
        model = services.results.model(owner, job, model_id or "")
        shipment = services.publishing.shipment(owner, model.id)
        rows = [(name, f"{size / 1e6:,.3f}") for name, size in shipment.files]
        heads = [self._ctx.say(request, f"{WORDS}{key}") for key in ("file", "size")]
        title = self._ctx.say(request, f"{WORDS}goes", hub=services.settings.hub_url)
        card = self._ctx.say(request, f"{WORDS}card")
        drawn = (
            f"<p>{escape(title)}</p>{Table(heads, rows).html('results-space-files')}"
            f"<details><summary>{escape(card)}</summary>"
            f'<pre class="bm-log" tabindex="0">{escape(shipment.card)}</pre></details>'
        )
        return {
            self._shown: model.id,
            self._files: drawn,
            self._send: gr.Column(visible=True),
            self._said: "",
        }

    def publish(
        self, model_id: str, hub_id: str, public: bool, token: str, request: gr.Request
    ) -> Updates:
        """Send what was shown, and say where it stands now."""
        owner = self._ctx.owner(request)
        url = self._ctx.services.publishing.publish(
            owner, model_id, hub_id, token=token, is_private=not public
        )
        said = self._ctx.say(request, f"{WORDS}{'published' if public else 'sent'}")
        link = (
            f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(url)}</a>'
        )
        return {self._said: f"<p>{escape(said)} {link}</p>", self._send: gr.Column(visible=False)}
