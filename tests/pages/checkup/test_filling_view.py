"""The card of empty cells: a column, what is done with it, seen before it is done."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.filling import FillingService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.checkup.filling_view import FillingView
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.checkup.test_cleaning_view import request
from tests.pages.one_tab import one_tab


@pytest.fixture
def view(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FillingView:
    store = ScratchStore()
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        filling=FillingService(settings, store),
    )
    path = tmp_path / "rows.csv"
    rows = [f"{'' if n % 9 == 2 else f'tea <b>{n}</b>'},{'ab'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["text,label", *rows]), "utf-8")
    with reading_here():
        services.datasets.import_file("local", path, text="text", label="label")
    monkeypatch.setattr(gr, "Info", lambda *_, **__: None)
    return one_tab(lambda ctx, _: FillingView(ctx), services)


def test_gaps_are_seen_filled_and_left_again(view: FillingView) -> None:
    [dataset] = view.ctx.services.datasets.all("local")
    drawn = view.shown(dataset, request())
    assert drawn[view.box].visible
    assert "7 / 60" in drawn[view.found]
    assert [way for _, way in drawn[view.way].choices] == ["drop", "value"]
    assert drawn[view.value].visible
    assert view.look(dataset.id, "text", "value", " ", request()) == ""
    seen = view.look(dataset.id, "text", "value", "<none>", request())
    assert "(empty)</td><td>&lt;none&gt;" in seen
    view.fill(dataset.id, "text", "value", "<none>", request())
    drawn = view.shown(view.ctx.services.datasets.get("local", dataset.id), request())
    assert "&lt;none&gt;" in drawn[view.found]
    assert [way for _, way in drawn[view.way].choices] == ["drop", "value", "leave"]


def test_rows_to_be_left_out_are_counted_before(view: FillingView) -> None:
    [dataset] = view.ctx.services.datasets.all("local")
    seen = view.look(dataset.id, "text", "drop", "", request())
    assert "7 rows are left out, 53 stay" in seen
    view.fill(dataset.id, "text", "drop", "", request())
    left = view.ctx.services.datasets.get("local", dataset.id)
    assert left.version.summary.rows == 53
    assert not view.shown(left, request())[view.box].visible
