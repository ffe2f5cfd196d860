"""The data set card on the Data tab: shown with what was said, kept as its fields are left, and taken along."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.datasets.card import CARD_FIELDS
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.services.datasets.card import CardService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.data.card_view import CardView
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

BAD = "<img src=x onerror=window.BAD=1>"


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


class Card:
    """A view over a dataset whose names are markup."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        store, words = ScratchStore(), load_words()
        services: Any = SimpleNamespace(
            settings=settings,
            words=words,
            datasets=DatasetService(settings, store),
            cards=CardService(settings, store, words),
            downloads=Downloads(settings),
        )
        path = folder / f"{BAD}.csv"
        path.write_text("\n".join(["text,label", *(f"text {n},{BAD}{n % 2}" for n in range(60))]))
        with reading_here():
            self.dataset: Dataset = services.datasets.import_file("local", path)
        self.view = one_tab(lambda ctx, _: CardView(ctx), services)

    def shown(self) -> dict[str, Any]:
        said = self.view.shown(self.dataset, request())
        names = dict(zip(self.view.parts, ("facts", *CARD_FIELDS, "said"), strict=True))
        return {names[part]: value for part, value in said.items()}


@pytest.fixture
def card(settings: Settings, tmp_path: Path) -> Card:
    return Card(settings, tmp_path)


def test_names_in_a_card_stay_text(card: Card) -> None:
    facts = card.shown()["facts"]
    assert "&lt;img" in facts
    assert "<img" not in facts


def test_what_is_typed_is_kept_and_shown_again(card: Card) -> None:
    texts = ("", "our shop", "", "asked", "")
    said = card.view.save(card.dataset.id, *texts, request())
    assert "Saved." in said
    assert tuple(card.shown()[name] for name in CARD_FIELDS) == texts


def test_card_is_taken_along_with_what_is_typed_last(card: Card) -> None:
    texts = ("", "our shop", "", "", "")
    path = Path(card.view.write(card.dataset.id, *texts, request()))
    assert path.name == "README.md"
    assert "our shop" in path.read_text("utf-8")
