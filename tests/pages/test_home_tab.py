"""The Home tab without a browser: one click on a sample is one training, however often it is clicked."""

import re
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.clock import now
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.home import HomeTab
from pages.shared.widgets import sample_cards
from tests.fakes.journey import run_here
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.services import real_services
from tests.pages.one_tab import one_tab


class FakeTraining:
    """Submits jobs that nobody runs."""

    def __init__(self, store: ScratchStore) -> None:
        self.store = store

    def submit(self, owner: str, dataset_id: str, *, key: str) -> Job:
        name = self.store.datasets.get(owner, dataset_id).name
        job = Job(
            id=new_id(), owner=owner, key=key, name=name, task="any", dataset_id=dataset_id,
            dataset_version=1, base="instant", preset="balanced", params={}, created_at=now(),
        )  # fmt: skip
        return self.store.jobs.submit(job)


def request(language: str) -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.fixture
def tab(settings: Settings) -> HomeTab:
    store = ScratchStore()
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=DatasetService(settings, store),
        jobs=SimpleNamespace(all=store.jobs.list_all),
        training=FakeTraining(store),
    )

    return one_tab(HomeTab, services)


@pytest.mark.parametrize("name", ["sentiment_zh", "trips_en", "places_en", "diary_en"])
def test_two_clicks_on_a_sample_are_one_training(tab: HomeTab, name: str) -> None:
    sample = tab.samples[name]
    first = tab.start(sample, request("en"))
    assert tab.start(sample, request("en")) == first
    assert len(tab.ctx.services.jobs.all("local")) == 1


def test_latest_trainings_are_named_in_the_readers_language(tab: HomeTab) -> None:
    tab.start(tab.samples["sentiment_zh"], request("zh"))
    recent = tab.show(request("zh"))[1]
    assert "中文评论" in recent
    assert "排队中" in recent
    assert "waiting" in tab.show(request("en"))[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_finished_example_is_there_at_once_and_gone_when_deleted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    services = real_services(settings)
    home = one_tab(HomeTab, services)
    assert home.show(request(language))[2].visible
    dataset, job = home.look(request(language))
    assert home.look(request(language)) == (dataset, job)
    assert not home.show(request(language))[2].visible
    results = services.results.results("local", job)
    assert results.measures["accuracy"].value > 0.8
    services.datasets.delete("local", dataset)
    assert services.jobs.all("local") == []


def test_every_sample_shows_what_it_holds_before_it_is_chosen(tab: HomeTab) -> None:
    faces = {name: sample_cards.face(sample) for name, sample in tab.samples.items()}
    assert [
        name for name, face in faces.items() if "data:image" not in face and "<q>" not in face
    ] == []
    assert len(set(faces.values())) == len(faces) - 1  # the pots are the same in both languages


def test_samples_stand_by_what_they_hold(tab: HomeTab) -> None:
    named = re.findall('data-sample="([^"]+)"', str(tab.cards.value))
    kinds = [tab.samples[name].demo for name in named]
    assert kinds == sorted(kinds, key=sample_cards.KINDS.index)
    assert sorted(named) == sorted(tab.samples)
