"""The Sort tab, its handlers called as plain functions: what it shows of which dataset, and where it leads."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.errors import JobError
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.label.sort_hook import SortHook
from pages.sort import SortTab
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import OWNER, sort_some, texts, truth, unlabelled
from tests.fakes.sorted import table as write_table
from tests.pages.one_tab import one_tab


@pytest.fixture
def services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(ActiveLearning, "want", lambda *_: None)
    monkeypatch.setattr(gr, "Info", lambda *_, **__: None)
    store = ScratchStore()
    return SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        labelling=LabellingService(settings, store),
    )


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


def labelled(services: Any, folder: Path) -> str:
    path = write_table(folder, [(text, truth(text)) for text in texts(20)], label="label")
    made: str = services.datasets.import_file(OWNER, path).id
    return made


def test_without_data_it_leads_to_the_data_tab(services: Any) -> None:
    tab = one_tab(SortTab, services)
    shown = tab.show("", request())
    visible = [shown[part].visible for part in (tab.nothing, tab.to_data, tab.body)]
    assert visible == [True, True, False]
    assert tab.ctx.dataset not in shown


def test_newest_table_without_labels_is_shown(services: Any, tmp_path: Path) -> None:
    open_rows = unlabelled(services.datasets, tmp_path, texts(20)).id
    labelled(services, tmp_path)
    tab = one_tab(SortTab, services)
    shown = tab.show("", request())
    assert (shown[tab.ctx.dataset], shown[tab.chosen].value) == (open_rows, open_rows)
    assert open_rows in shown[tab.box]
    visible = [shown[part].visible for part in (tab.nothing, tab.to_data, tab.body)]
    assert visible == [False, False, True]


def test_asked_for_table_is_shown_though_it_has_labels(services: Any, tmp_path: Path) -> None:
    unlabelled(services.datasets, tmp_path, texts(20))
    asked = labelled(services, tmp_path)
    tab = one_tab(SortTab, services)
    assert tab.choose(asked, request())[tab.ctx.dataset] == asked
    assert tab.ctx.dataset not in tab.show(asked, request())


def test_chosen_data_of_other_tabs_stays_chosen(services: Any, tmp_path: Path) -> None:
    open_rows = unlabelled(services.datasets, tmp_path, texts(20)).id
    tab = one_tab(SortTab, services)
    shown = tab.show("recordings", request())
    assert tab.ctx.dataset not in shown
    assert shown[tab.chosen].value == open_rows


def test_labels_become_a_version_on_the_way_to_train(services: Any, tmp_path: Path) -> None:
    dataset = unlabelled(services.datasets, tmp_path, texts(30))
    tab = one_tab(SortTab, services)
    for name in ("good", "bad"):
        services.labelling.add_class(OWNER, dataset.id, name)
    sort_some(services.labelling, dataset, 18)
    with pytest.raises(JobError, match="labels_few"):
        tab.use(dataset.id, request())
    sort_some(services.labelling, dataset, 2)
    assert tab.use(dataset.id, request()) == dataset.id
    assert services.datasets.get(OWNER, dataset.id).version.number == 2


@pytest.mark.parametrize(("language", "said"), [("en", "has no labels yet"), ("zh", "还没有标签")])
def test_data_tab_says_that_labels_are_missing(
    services: Any, tmp_path: Path, language: str, said: str
) -> None:
    dataset = unlabelled(services.datasets, tmp_path, texts(20))
    hook = one_tab(lambda ctx, _: SortHook(ctx, "data"), services)
    place, html = (hook.show(dataset, request(language))[part] for part in hook.outputs)
    assert place.visible
    assert said in html
    whole = services.datasets.get(OWNER, labelled(services, tmp_path))
    assert not hook.show(whole, request())[hook.place].visible
