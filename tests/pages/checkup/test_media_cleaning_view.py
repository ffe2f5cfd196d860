"""The card that cleans pictures and recordings: its steps follow the data, and files are seen before and after."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.checkup.media_cleaning_view import MediaCleaningView
from tests.fakes.media import packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore
from tests.pages.checkup.test_cleaning_view import request
from tests.pages.one_tab import one_tab
from tests.unit.services.datasets.test_media_cleaning import letterboxed, spoken


def card(
    settings: Settings, folder: Path, files: dict[str, bytes]
) -> tuple[MediaCleaningView, Any]:
    store = ScratchStore()
    datasets = DatasetService(settings, store)
    checkup = CheckupService(settings, store, ClassService(settings, store))
    services: Any = SimpleNamespace(
        settings=settings, words=load_words(), datasets=datasets, checkup=checkup
    )
    with reading_here():
        made = datasets.import_file("local", packed(folder / "files.zip", files))
    return one_tab(lambda ctx, _: MediaCleaningView(ctx), services), made


def test_pictures_are_seen_before_and_after(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gr, "Info", lambda *_, **__: None)
    files = {f"{'ab'[n % 2]}/<b>{n}.png": letterboxed(n) for n in range(60)}
    view, made = card(settings, tmp_path, files)
    shown = view.look(made.id, ["borders"], "pad", 0, request())
    assert shown.count("<img") == 8
    assert "100 × 100" in shown
    assert "<b>" not in shown
    view.clean(made.id, ["borders"], "pad", 0, request())
    now = view.ctx.services.datasets.get("local", made.id)
    drawn = view.shown(now, request())
    assert drawn[view.steps].value == ["borders"]
    assert drawn[view.square].value == "pad"
    assert not drawn[view.pieces].visible


def test_recordings_are_heard_before_and_after(settings: Settings, tmp_path: Path) -> None:
    view, made = card(
        settings, tmp_path, {f"{'ab'[n % 2]}/{n}.flac": spoken(n, 3) for n in range(60)}
    )
    shown = view.look(made.id, ["silence"], "", 2, request())
    assert shown.count("<audio") == 16  # four recordings, each in three pieces
    assert view.shown(made, request())[view.pieces].visible
    assert "<audio" not in view.look(made.id, [], "", 0, request())
