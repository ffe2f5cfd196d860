"""Labelled files to take along on the Data tab: hidden before anything is labelled, and written as the form that is chosen."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.sharing import annotated
from bigmodel.services.sharing.annotated import AnnotatedService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.data import annotated_view
from pages.shared.data.annotated_view import AnnotatedView
from tests.fakes.media import classes, packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.data.test_card_view import request
from tests.pages.one_tab import one_tab
from tests.patience import PATIENCE_S


@pytest.fixture
def view(settings: Settings) -> AnnotatedView:
    store = ScratchStore()
    sorting = LabellingService(settings, store)
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        annotated=AnnotatedService(settings, store, sorting.settle, Downloads(settings)),
    )
    return one_tab(lambda ctx, _: AnnotatedView(ctx), services)


def brought(view: AnnotatedView, folder: Path, files: dict[str, bytes], label: str = "") -> Dataset:
    datasets = view._ctx.services.datasets
    with reading_here():
        path = packed(folder / "in.zip", files)
        dataset: Dataset = datasets.import_file("local", path, label=label)
    return dataset


def test_nothing_labelled_shows_nothing(view: AnnotatedView, tmp_path: Path) -> None:
    loose = {name.replace("/", ""): content for name, content in classes("a").items()}
    assert (
        view.shown(brought(view, tmp_path, loose, NO_LABEL), request())[view.part].visible is False
    )


def test_chosen_form_is_made_and_counted(view: AnnotatedView, tmp_path: Path) -> None:
    dataset = brought(view, tmp_path, classes("cup", "pot"))
    shown = view.shown(dataset, request("zh"))
    assert shown[view.part].visible is True
    assert shown[view.style].choices == [("每个类别一个文件夹（ImageFolder）", "folders")]
    service = view._ctx.services.annotated
    service.pack("local", dataset.id, "folders").ended.wait(PATIENCE_S)
    said = str(view.look(dataset.id, request())[view.said])
    assert "12 files with their labels." in said
    assert "data-save" in said  # to whom waits for it
    with zipfile.ZipFile(service.packed("local", dataset.id).taken.path) as made:
        assert {name.split("/")[0] for name in made.namelist()} == {"cup", "pot"}
    again = view.shown(dataset, request())
    assert "bm/handouts/" in str(again[view.said])  # a page that is loaded anew
    assert "data-save" not in str(again[view.said])


def test_zip_under_way_is_shown_after_a_reload_and_can_be_given_up(
    view: AnnotatedView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, goes_on = brought(view, tmp_path, classes("cup", "pot")), Event()
    service = view._ctx.services.annotated

    def slow(_rows: object, _style: str, _out: Path, progress: Callable[[float], None]) -> None:
        progress(0.4)
        goes_on.wait(PATIENCE_S)
        progress(0.5)

    monkeypatch.setattr(annotated, "write", slow)
    monkeypatch.setattr(annotated_view, "SOON_S", 0.0)
    pressed = view.pack(dataset.id, "folders", request("zh"))
    shown = view.shown(dataset, request("zh"))
    for drawn in (pressed, shown):
        assert drawn[view.cancel].visible is True
        assert drawn[view.timer].active is True
    pack = service.packed("local", dataset.id)
    view.give_up(dataset.id, request())
    goes_on.set()
    assert pack.ended.wait(PATIENCE_S)
    assert pack.taken is None
    assert view.shown(dataset, request())[view.said] == ""
    assert not list((service._settings.scratch / "downloads").rglob("*.zip"))
