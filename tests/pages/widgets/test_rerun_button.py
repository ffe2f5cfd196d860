"""The button that trains again on newer data names the new training after the old one, once."""

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.services.datasets.append import AppendService
from bigmodel.services.jobs.control import ControlService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.web.page import LOCAL_OWNER
from pages.shared.widgets.rerun_button import AgainButton
from tests.fakes import trained
from tests.fakes.asleep import Asleep
from tests.fakes.scratch_store import ScratchStore
from tests.pages.one_tab import one_tab

ROWS: list[trained.Row] = [("train", "fine", "good"), ("train", "awful", "bad")]


def request(language: str) -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Own training (again, version 2)", "Own training (again, version 3)"),
        ("zh", "Own training（再训练，第 2 版）", "Own training（再训练，第 3 版）"),
    ],
)
def test_name_says_the_version_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, language: str, first: str, second: str
) -> None:
    monkeypatch.setattr(trained, "OWNER", LOCAL_OWNER)
    store = ScratchStore()
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        jobs=SimpleNamespace(get=store.jobs.get),
        datasets=SimpleNamespace(get=store.datasets.get),
        append=AppendService(settings, store, ControlService(settings, store, Asleep())),
    )
    button = one_tab(lambda ctx, _tab: AgainButton(ctx, "x"), services)
    made = trained.start_training(settings, store, ROWS)
    grown = trained.train_again(made, ROWS)
    again = store.jobs.get(LOCAL_OWNER, button.start(made.job.id, request(language)))
    assert (again.name, again.dataset_version) == (first, 2)
    trained.train_again(grown, ROWS)
    third = store.jobs.get(LOCAL_OWNER, button.start(again.id, request(language)))
    assert (third.name, third.dataset_version) == (second, 3)
