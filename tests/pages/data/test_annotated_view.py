"""Labelled files to take along on the Data tab: hidden before anything is labelled, and written as the form that is chosen."""

import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.sharing.annotated import AnnotatedService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.data.annotated_view import AnnotatedView
from tests.fakes.media import classes, packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.data.test_card_view import request
from tests.pages.one_tab import one_tab


@pytest.fixture
def view(settings: Settings) -> AnnotatedView:
    store = ScratchStore()
    sorting = LabellingService(settings, store)
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        annotated=AnnotatedService(settings, store, sorting.settle),
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
    path, said = view.write(dataset.id, "folders", request())
    assert "12 files with their labels." in said
    with zipfile.ZipFile(path) as made:
        assert {name.split("/")[0] for name in made.namelist()} == {"cup", "pot"}
