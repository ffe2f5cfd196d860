"""A search of one's own rows on the Data tab: those most like a text or a picture, before anything is trained. It reads no file."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.similar import Similar
from pages.shared.data.dataset_view import short
from pages.shared.web.media_route import media_url
from pages.shared.web.page import Context, Updates

WORDS = "pages.similar."
LETTERS = 300


class SimilarView:
    """An accordion with a box, a button and what was found; where the base is missing, the button that fetches it."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Accordion(
            t(f"{WORDS}title"), open=False, visible=False, elem_id="data-similar"
        ) as self.box:
            self.about = gr.HTML("", elem_id="data-similar-about", padding=True)
            self.text = gr.Textbox(
                label=t(f"{WORDS}text"), elem_id="data-similar-text", visible=False
            )
            self.picture = gr.File(
                label=t(f"{WORDS}picture"), elem_id="data-similar-picture", type="filepath",
                file_types=["image"], height=120, visible=False,
            )  # fmt: skip
            self.search = gr.Button(t(f"{WORDS}search"), elem_id="data-similar-search")
            self.fetch = gr.Button(visible=False, elem_id="data-similar-fetch")
            self.found = gr.HTML("", elem_id="data-similar-found", padding=True)

    @property
    def parts(self) -> list[Any]:
        """The components that `shown` fills."""
        return [self.box, self.about, self.text, self.picture, self.search, self.fetch, self.found]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the buttons."""
        dataset = self.ctx.dataset
        asked = [dataset, self.text, self.picture]
        for event in (self.search.click, self.text.submit):
            event(protect(self.look), asked, self.found, api_visibility="private")
        self.fetch.click(protect(self.bring), dataset, self.parts, api_visibility="private")

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the box of a dataset; of recordings there is none."""
        similar = self.ctx.services.similar
        base = similar.encoder(dataset)
        if base is None:
            return self.hidden()
        say = partial(self.ctx.say, request)
        is_ready, is_text = similar.is_ready(dataset), dataset.version.recipe.medium == "text"
        about = f"{WORDS}about_{'text' if is_text else 'image'}" if is_ready else f"{WORDS}missing"
        size = round(base.size_mb)
        return {
            self.box: gr.Accordion(visible=True),
            self.about: escape(say(about, base=base.name, size_mb=size)),
            self.text: gr.Textbox(visible=is_ready and is_text),
            self.picture: gr.File(visible=is_ready and not is_text, value=None),
            self.search: gr.Button(visible=is_ready),
            self.fetch: gr.Button(
                say(f"{WORDS}fetch", base=base.name, size_mb=size), visible=not is_ready
            ),
            self.found: "",
        }

    def hidden(self) -> Updates:
        """Return that there is nothing to search."""
        return {self.box: gr.Accordion(visible=False)}

    def look(
        self,
        dataset_id: str,
        text: str | None,
        picture: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> str:
        """Return the rows most like what was asked for."""
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        is_text = self.ctx.services.datasets.get(owner, dataset_id).version.recipe.medium == "text"

        def tell(done: int, of: int) -> None:
            progress(done / max(1, of), desc=say(f"{WORDS}reading"))

        query = (text if is_text else picture) or ""
        found = self.ctx.services.similar.search(owner, dataset_id, query, tell)
        return drawn(found, dataset_id, say)

    def bring(
        self,
        dataset_id: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Fetch the base that is missing."""
        owner, say = self.ctx.owner(request), partial(self.ctx.say, request)
        dataset = self.ctx.services.datasets.get(owner, dataset_id)

        def tell(done: int, of: int) -> None:
            text = say("pages.train.fetching", done=done // 10**6, total=max(1, of // 10**6))
            progress(done / max(1, of), desc=text)

        if (base := self.ctx.services.similar.encoder(dataset)) is not None:
            self.ctx.services.base_models.fetch(owner, base.name, tell)
        return self.shown(dataset, request)


def drawn(similar: Similar, dataset_id: str, say: Say) -> str:
    """Return what was found as HTML, the most similar first."""
    items = []
    for row in similar.found:
        image = f'<img src="{escape(media_url(dataset_id, row.media, thumb=True))}" alt="">'
        label = f" <strong>{escape(short(row.label, LETTERS))}</strong>" if row.label else ""
        items.append(
            f"<li>{image if row.media else ''}{escape(short(row.text, LETTERS))}{label}</li>"
        )
    key = "some" if similar.looked_at < similar.rows else "all"
    about = say(f"{WORDS}of_{key}", looked_at=similar.looked_at, rows=similar.rows)
    return f"<p>{escape(about)}</p><ol>{''.join(items)}</ol>"
