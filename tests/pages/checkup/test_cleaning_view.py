"""The card of cleaning: words that look mistyped are ticked one by one, and those changed already stay ticked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.datasets.checkup import Checkup, Finding, Repair, Report
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.checkup.cleaning_view import CleaningView
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

SLIPS = ("fuond=found", "teh=the")


def request() -> gr.Request:
    scope = {"type": "http", "state": {"owner": "local"}, "headers": [(b"accept-language", b"en")]}
    return gr.Request(request=Request(scope))


class Card:
    """The view over a table of texts in which words were found mistyped."""

    def __init__(self, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = ScratchStore()
        self.datasets = DatasetService(settings, store)
        checkup = CheckupService(settings, store, ClassService(settings, store))
        services: Any = SimpleNamespace(
            settings=settings, words=load_words(), datasets=self.datasets, checkup=checkup
        )
        path = folder / "rows.csv"
        rows = [f"we fuond teh tea {n} <b>warm</b>,{'ab'[n % 2]}" for n in range(60)]
        path.write_text("\n".join(["text,label", *rows]), "utf-8")
        with reading_here():
            self.id = self.datasets.import_file("local", path, text="text", label="label").id
        found = Finding("mistyped", 20, 2, repair=Repair.CLEAN, steps=(f"spell:{','.join(SLIPS)}",))
        monkeypatch.setattr(checkup, "look", lambda *_: Checkup(Report((found,))))
        monkeypatch.setattr(gr, "Info", lambda *_, **__: None)
        self.view = one_tab(lambda ctx, _: CleaningView(ctx), services)

    @property
    def cleaning(self) -> tuple[str, ...]:
        return self.datasets.get("local", self.id).version.recipe.cleaning


@pytest.fixture
def card(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    return Card(settings, tmp_path, monkeypatch)


def test_words_are_changed_one_by_one(card: Card) -> None:
    view = card.view
    offered, later = view.suggest(card.id, request())
    assert later == ""
    assert [choice for _, choice in offered.choices] == list(SLIPS)
    assert (offered.value, offered.visible) == ([], True)
    shown = view.look(card.id, ["html"], ["fuond=found"], request())
    assert "we found teh tea 0" in shown
    view.clean(card.id, ["html"], ["fuond=found"], request())
    assert card.cleaning == ("html", "spell:fuond=found")
    drawn = view.shown(card.datasets.get("local", card.id))
    assert drawn[view.words].value == ["fuond=found"]
    assert [choice for _, choice in drawn[view.words].choices] == list(SLIPS)


def test_word_can_be_left_alone_again(card: Card) -> None:
    card.view.clean(card.id, [], list(SLIPS), request())
    card.view.clean(card.id, [], [], request())
    assert card.cleaning == ()


def test_words_that_are_still_looked_for_are_said_to_be(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card.view.ctx.services.checkup, "look", lambda *_: Checkup(share=0.1))
    offered, later = card.view.suggest(card.id, request())
    assert not offered.visible
    assert 'role="status"' in later
