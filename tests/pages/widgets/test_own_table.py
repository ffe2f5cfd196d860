"""The button that gives a table back: shown where there is one, and what it says of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.errors import NotFoundError
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.inference.export_table import ExportTableService
from bigmodel.services.inference.predict import InferenceService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.widgets.own_table import OwnTable
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.fixture
def table(settings: Settings) -> OwnTable:
    store = ScratchStore()
    demo = InferenceService(settings, store, Serving(settings))
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        export_table=ExportTableService(settings, store, demo),
    )
    return one_tab(lambda ctx, _tab: OwnTable(ctx, "data"), services)


def imported(table: OwnTable, folder: Path, label: str = "label") -> str:
    path = folder / "in.csv"
    path.write_text("text,label\n" + "so good,fine\nso bad,<b>\n" * 8 + "and,\n", "utf-8")
    datasets = table._ctx.services.datasets
    return datasets.import_file("local", path, text="text", label=label).id


def test_button_is_hidden_without_a_table(table: OwnTable) -> None:
    part, _ = table.look("", request())
    assert getattr(part, "visible", None) is False


def test_button_is_hidden_without_label_and_model(table: OwnTable, tmp_path: Path) -> None:
    part, _ = table.look(imported(table, tmp_path, NO_LABEL), request())
    assert getattr(part, "visible", None) is False


def test_table_with_labels_is_given_back(table: OwnTable, tmp_path: Path) -> None:
    dataset = imported(table, tmp_path)
    part, about = table.look(dataset, request("zh"))
    assert getattr(part, "visible", None) is True
    assert "原样交还" in about
    path, said = table.pack(dataset, "", request())
    assert Path(path).read_text("utf-8-sig").splitlines()[2] == "so bad,<b>,<b>,"
    assert "17 rows: 16 with an answer, 1 without." in said
    assert "&lt;b&gt;: 8" in said


def test_dataset_that_is_gone_is_told(table: OwnTable) -> None:
    with pytest.raises(NotFoundError, match="dataset_unknown"):
        table.pack("nothing", "", request())
