"""Another model than those on offer: looked up at a hub and fetched, or brought as files. It checks nothing itself."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from pages.shared.train import train_view as view
from pages.shared.web.page import QUIET, Context, Updates

EXAMPLES = {
    "text": "google-bert/bert-base-chinese",
    "image": "timm/resnet18.a1_in1k",
    "audio": "facebook/wav2vec2-base",
}
Refill = Callable[..., Updates]


class BaseIntake:
    """The folded part of the Train tab and its events; `refill` fills the tab with the model that came in."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Accordion(t("pages.train.other"), open=False, elem_id="train-other"):
            self.about = gr.Markdown(t("pages.train.hub_intro"))
            with gr.Row(elem_id="train-hub-row"):
                self.hub_id = gr.Textbox(
                    label=t("pages.train.hub_id"),
                    placeholder=" · ".join(EXAMPLES.values()),
                    elem_id="train-hub-id",
                    scale=3,
                )
                self.look = gr.Button(t("pages.train.hub_look"), elem_id="train-hub-look")
            self.card = gr.HTML("", elem_id="train-hub-card", visible=False)
            self.fetch = gr.Button(visible=False, elem_id="train-hub-fetch")
            self.stop = self.stop_button("train-hub-stop")
            gr.Markdown(t("pages.train.folder_intro"))
            self.files = gr.File(
                label=t("pages.train.folder"),
                file_count="multiple",
                elem_id="train-folder",
                height=130,
            )

    def wire(
        self, guard: Callable[..., Any], where: Sequence[Any], filled: Sequence[Any], refill: Refill
    ) -> None:
        """Connect the components; `where` are the chosen dataset and task."""
        self._refill = refill
        shown: Mapping[str, Any] = {"api_visibility": "private", "show_progress_on": self.hub_id}
        gr.on(
            [self.look.click, self.hub_id.submit],
            guard(self.describe),
            self.hub_id,
            [self.card, self.fetch],
            **shown,
        )
        self.wire_fetch(guard, self.fetch, self.stop, [self.hub_id, *where], list(filled))
        self.files.upload(guard(self.bring), [self.files, *where], [self.files, *filled], **shown)

    def stop_button(self, elem_id: str) -> gr.Button:
        """Return a button that ends a download; it is there while one runs."""
        return gr.Button(self.ctx.t("pages.train.stop_fetching"), visible=False, elem_id=elem_id)

    def wire_fetch(
        self,
        guard: Callable[..., Any],
        fetch: gr.Button,
        stop: gr.Button,
        chosen: Sequence[Any],  # Any: components of many kinds; the name of the model first
        filled: Sequence[Any],
    ) -> None:
        """Let one button fetch a model and the other stop that."""
        fetch.click(lambda: gr.Button(visible=True), None, stop, **QUIET)
        fetch.click(
            guard(self.fetch_base),
            list(chosen),
            list(filled),
            api_visibility="private",
            show_progress_on=chosen[0],
        ).then(lambda: gr.Button(visible=False), None, stop, **QUIET)
        stop.click(self.ctx.services.base_models.stop, chosen[0], None, **QUIET)

    def introduced(self, medium: str, say: Say) -> str:
        """Return which models suit what is to be read."""
        text = (
            say("pages.train.hub_intro") if medium == "text" else say("pages.train.hub_intro_media")
        )
        return f"{text} `{EXAMPLES.get(medium, '')}`" if medium != "text" else text

    def describe(self, hub_id: str, request: gr.Request) -> tuple[gr.HTML, gr.Button]:
        """Ask the hub about a model and offer to fetch it; a refusal stays in the page."""
        say = partial(self.ctx.say, request)
        try:
            model = self.ctx.services.base_models.describe(hub_id)
        except ModelError as error:
            text = view.refusal(self.ctx.tell(request, error.message))
            return gr.HTML(text, visible=True), gr.Button(visible=False)
        text = say("pages.train.fetch", size_mb=round(model.size_mb))
        return gr.HTML(view.hub_card(model, say), visible=True), gr.Button(text, visible=True)

    def fetch_base(
        self,
        hub_id: str,
        dataset_id: str,
        task: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Fetch a model and choose it."""
        say = partial(self.ctx.say, request)

        def tell(done: int, total: int) -> None:
            text = say("pages.train.fetching", done=done // 10**6, total=max(1, total // 10**6))
            progress(done / max(total, 1), desc=text)

        try:
            base = self.ctx.services.base_models.fetch(self.ctx.owner(request), hub_id, tell)
        except ModelError as error:
            self._warn(error, request)
            return {self.about: gr.skip()}
        self._welcome("pages.train.fetched", base, task, request)
        return self._refill(dataset_id, task, request, base.name)

    def bring(
        self, paths: list[str] | None, dataset_id: str, task: str, request: gr.Request
    ) -> Updates:
        """Take a person's own model and choose it."""
        files = [Path(path) for path in paths or ()]
        try:
            base = self.ctx.services.base_models.import_files(self.ctx.owner(request), files)
        except ModelError as error:
            self._warn(error, request)
            return {self.files: None}
        self._welcome("pages.train.brought", base, task, request)
        return {self.files: None, **self._refill(dataset_id, task, request, base.name)}

    def _welcome(self, key: str, base: Base, task: str, request: gr.Request) -> None:
        """Say that a model is here, or that it is of use for other tasks only."""
        try:
            self.ctx.services.base_models.require_for(self.ctx.owner(request), base.name, task)
        except ModelError as error:
            self._warn(error, request)
        else:
            self.ctx.notice(request, self.ctx.say(request, key, name=base.name))

    def _warn(self, error: ModelError, request: gr.Request) -> None:
        """Say why a model did not come in."""
        self.ctx.warning(request, self.ctx.tell(request, error.message))
