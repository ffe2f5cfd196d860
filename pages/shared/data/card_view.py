"""The data set card on the Data tab: what is known, five things that only a person can say, and the card to take along."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from bigmodel.core.datasets.card import CARD_FIELDS, MOST_CHARACTERS
from bigmodel.core.datasets.dataset import Dataset
from pages.shared.web.download import fetch
from pages.shared.web.page import QUIET, Context, Updates

WORDS = "card."


class CardView:
    """A folded card; what is typed is kept when its field is left."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        with gr.Accordion(t(f"{WORDS}title"), open=False, elem_id="data-card"):
            gr.Markdown(t(f"{WORDS}why"))
            self.facts = gr.HTML("", elem_id="data-card-facts")
            self.boxes = [
                gr.Textbox(
                    label=t(f"{WORDS}fields.{name}"),
                    placeholder=t(f"{WORDS}hints.{name}"),
                    elem_id=f"data-card-{name}",
                    lines=2,
                    max_lines=8,
                    max_length=MOST_CHARACTERS,
                )
                for name in CARD_FIELDS
            ]
            self.said = gr.HTML("", elem_id="data-card-said", min_height=24)
            self.make = gr.Button(t(f"{WORDS}download"), elem_id="data-card-download")
        self.file = gr.DownloadButton(elem_id="data-card-file", elem_classes="bm-away")

    @property
    def parts(self) -> list[Any]:
        """The components that `shown` fills."""
        return [self.facts, *self.boxes, self.said]

    def wire(self, protect: Callable[..., Any]) -> None:
        """Connect the parts."""
        asked = [self.ctx.dataset, *self.boxes]
        for box in self.boxes:
            box.blur(protect(self.save), asked, self.said, **QUIET)
        fetch(self.make, protect(self.write), asked, self.file)

    def shown(self, dataset: Dataset, request: gr.Request) -> Updates:
        """Return the card of a dataset."""
        service = self.ctx.services.cards
        tell, say = partial(self.ctx.tell, request), partial(self.ctx.say, request)
        rows = "".join(
            f'<tr><th scope="row">{escape(say(f"{WORDS}facts.{name}"))}</th><td>{escape(text)}</td></tr>'
            for name, text in service.told(dataset, tell)
        )
        card = service.get(dataset.owner, dataset.id)
        values = {box: text for box, (_, text) in zip(self.boxes, card, strict=True)}
        return {self.facts: f'<table class="bm-table">{rows}</table>', **values, self.said: ""}

    def hidden(self) -> Updates:
        """Return the card of no dataset."""
        return {self.facts: "", **dict.fromkeys(self.boxes, ""), self.said: ""}

    # handlers -----------------------------------------------------------------------------------

    def save(
        self,
        dataset_id: str,
        about: str,
        origin: str,
        licence: str,
        consent: str,
        people: str,
        request: gr.Request,
    ) -> str:
        """Keep what is typed."""
        self._keep(dataset_id, (about, origin, licence, consent, people), request)
        said = escape(self.ctx.say(request, f"{WORDS}saved"))
        return f'<p class="bm-muted" role="status">{said}</p>'

    def write(
        self,
        dataset_id: str,
        about: str,
        origin: str,
        licence: str,
        consent: str,
        people: str,
        request: gr.Request,
    ) -> str:
        """Keep what is typed, and return the card as a file."""
        self._keep(dataset_id, (about, origin, licence, consent, people), request)
        owner, services = self.ctx.owner(request), self.ctx.services
        with services.downloads.make(owner, "README.md") as (_, path):
            path.write_text(services.cards.markdown(owner, dataset_id), "utf-8")
        return str(path)

    def _keep(self, dataset_id: str, texts: tuple[str, ...], request: gr.Request) -> None:
        said = {name: text or "" for name, text in zip(CARD_FIELDS, texts, strict=True)}
        self.ctx.services.cards.put(self.ctx.owner(request), dataset_id, **said)
