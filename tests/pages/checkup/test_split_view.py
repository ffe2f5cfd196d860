"""The card of how rows are parted: what it offers, the version it makes, and how a measurement is told."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.splits import AT_RANDOM, SplitDifference
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.labelling.splits import SplitService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.checkup.split_view import SplitView, drawn
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

WORDS = load_words()
BY_SHOP = "group:shop"
SHOPS = 8


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


class Card:
    """The view over a table with a column of shops."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        store = ScratchStore()
        labelling = LabellingService(settings, store)
        self.services: Any = SimpleNamespace(
            settings=settings,
            words=WORDS,
            datasets=DatasetService(settings, store),
            splits=SplitService(settings, store, labelling.task_of, labelling.settle),
        )
        rows = [f"text number {n},{'ab'[n % 2]},shop {n % SHOPS}" for n in range(120)]
        path = folder / "visits.csv"
        path.write_text("\n".join(["text,label,shop", *rows]), "utf-8")
        with reading_here():
            made = self.services.datasets.import_file("local", path, text="text", label="label")
        self.id: str = made.id
        self.view = one_tab(lambda ctx, _: SplitView(ctx), self.services)

    @property
    def dataset(self) -> Dataset:
        found: Dataset = self.services.datasets.get("local", self.id)
        return found

    def shown(self) -> dict[Any, Any]:
        return self.view.shown(self.dataset, request())


@pytest.fixture
def card(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    monkeypatch.setattr(gr, "Info", lambda *_, **__: None)
    return Card(settings, tmp_path)


def test_likely_column_is_chosen_first_and_then_what_was_made(card: Card) -> None:
    offered = card.shown()[card.view.choice]
    assert [key for _, key in offered.choices] == [AT_RANDOM, BY_SHOP]
    assert offered.value == BY_SHOP
    assert f"{SHOPS}" in {key: text for text, key in offered.choices}[BY_SHOP]
    made = card.view.part(card.id, BY_SHOP, request())
    assert made == f"{card.id} 2"
    assert card.dataset.version.recipe.split_by == BY_SHOP
    card.view.part(card.id, AT_RANDOM, request())
    assert card.dataset.version.recipe.split_by == ""


def test_nothing_is_measured_until_a_way_is_chosen(card: Card) -> None:
    said = card.view.begin(card.id, AT_RANDOM, request())[card.view.found]
    assert WORDS.text("en", "split.choose") in said


def test_measuring_is_followed_and_told(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = card.services.splits
    states = [(None, 0.0), (None, 0.5), (SplitDifference(BY_SHOP, 0.8, 0.8, rows=120), None)]
    monkeypatch.setattr(splits, "start", lambda *_: None)
    monkeypatch.setattr(splits, "look", lambda *_: states.pop(0))
    first = card.view.begin(card.id, BY_SHOP, request())
    then, last = (card.view.look(card.id, request()) for _ in range(2))
    assert [each[card.view.timer].active for each in (first, then, last)] == [True, True, False]
    assert [each[card.view.stop].visible for each in (first, then, last)] == [True, True, False]
    assert 'value="50"' in then[card.view.found]
    assert "split-found" in last[card.view.found]


def test_card_of_a_deleted_dataset_stands_still(card: Card) -> None:
    card.services.datasets.delete("local", card.id)
    gone = card.view.look(card.id, request())
    assert (gone[card.view.found], gone[card.view.timer].active) == ("", False)


def told(found: SplitDifference | None, share: float | None = None) -> str:
    def tell(message: Message) -> str:
        return WORDS.say("en", message)

    def say(key: str, /, **args: Any) -> str:
        return tell(Message(key, args))

    return drawn(found, share, say, tell)


def test_difference_is_a_warning_only_where_it_matters() -> None:
    flattered = SplitDifference(BY_SHOP, naive=0.87, honest=0.71, low=0.1, high=0.2, rows=120)
    assert "is-warning" in told(flattered)
    assert "87" in told(flattered)
    assert "is-warning" not in told(SplitDifference(BY_SHOP, naive=0.8, honest=0.8, rows=120))
    broken = DatasetError("reader_broken").message
    assert WORDS.say("en", broken) in told(SplitDifference(BY_SHOP, error=broken))
    assert 'value="26"' in told(None, 0.256)
    assert told(None) == ""
