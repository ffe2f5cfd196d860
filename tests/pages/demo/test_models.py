"""Which model a demo tab asks, and what it says of it, without a browser: handlers called as plain functions."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.ids import new_id
from bigmodel.words import load_words
from pages.shared.demo.models import DemoModels
from pages.shared.web.page import LOCAL_OWNER, Context
from tests.fakes.demo import Studio, open_studio
from tests.pages.demo.test_text_demo import ask

KINDS = {"mirror": "text", "mirror_picture": "image", "mirror_sound": "voice"}


@pytest.fixture(params=KINDS)
def studio(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", LOCAL_OWNER, request.param) as opened:
        yield opened


def head(studio: Studio, kind: str = "") -> DemoModels:
    services: Any = SimpleNamespace(
        words=load_words(), inference=studio.demo, settings=studio.settings
    )
    nothing: Any = None
    context = Context(services, nothing, nothing, nothing)
    return DemoModels(context, kind or KINDS[studio.task], lambda *_: ())


def test_studio_without_models_leads_to_data(studio: Studio) -> None:
    _mark, notice, model, _card, to_data, work, timer = head(studio).show("", "", ask())
    assert "press Train, and come back" in notice.value
    assert (model.value, work.visible, to_data.visible, timer.active) == (None, False, True, False)


def test_running_job_waits_then_offers_its_model(studio: Studio) -> None:
    job, tab = studio.job(kinds=()), head(studio)
    mark, notice, *_rest, work, timer = tab.show(job, "", ask("zh"))
    assert "马上就好" in notice.value
    assert (work.visible, timer.active) == (True, True)
    studio.report(job, "instant")
    mark, notice, model, card, _to_data, _work, timer = tab.refresh(job, "", mark, ask("zh"))
    assert (notice.visible, model.value) == (False, mark.split()[0])
    assert "90.0" in card
    assert model.choices[0][0].startswith("reviews · shop")


def test_better_model_takes_over_while_the_job_runs(studio: Studio) -> None:
    job, tab = studio.job(), head(studio)
    mark, *_rest, timer = tab.show(job, "", ask())
    assert timer.active
    assert tab.refresh(job, "", mark, ask()) == {"__type__": "update"}
    studio.report(job, "tuned")
    studio.finish(job)
    mark, notice, model, *_rest, timer = tab.refresh(job, "", mark, ask())
    assert "A better model" in notice.value
    assert studio.demo.resolve(LOCAL_OWNER, model.value).kind == "tuned"
    assert not timer.active


def test_model_picked_by_hand_stays_until_the_job_changes(studio: Studio) -> None:
    other, tab = studio.job(), head(studio)
    job = studio.job(kinds=("instant", "tuned"), kept="tuned")
    instant = next(m for m in studio.demo.models(LOCAL_OWNER) if m.job_id == job and not m.kept)
    assert tab.show(job, instant.id, ask())[2].value == instant.id
    assert tab.show(other, instant.id, ask())[2].value != instant.id
    assert tab.pick(instant.id, ask())[:2] == (job, instant.id)


def test_job_of_another_kind_is_no_wish(studio: Studio) -> None:
    job = studio.job()
    other = head(studio, "image" if KINDS[studio.task] != "image" else "text")
    for wish in (job, new_id()):
        _mark, notice, model, *_rest = other.show(wish, "", ask())
        assert model.value is None
        assert notice.visible


def test_ended_job_without_model_says_where_to_look(studio: Studio) -> None:
    job = studio.job(kinds=())
    studio.finish(job)
    _mark, notice, *_rest, timer = head(studio).show(job, "", ask())
    assert "ended without a model" in notice.value
    assert not timer.active
