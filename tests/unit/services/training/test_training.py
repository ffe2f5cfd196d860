"""From a dataset to a queued job: choices, form, command line and submission, over a scratch store."""

import shlex
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core import clock
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary, Version
from bigmodel.core.errors import JobError, ModelError, NotFoundError, ParamsError
from bigmodel.core.ids import new_id
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.training import TrainingService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes.hub import FakeHub, serving
from tests.fakes.names import HOSTILE_NAMES, is_harmless
from tests.fakes.scratch_store import ScratchStore

ENGLISH = ["The soup was cold again and nobody cared", "Lovely evening, we will be back soon"]
CHINESE = ["今天的菜太咸了，服务也很差", "味道很好，下次还会再来"]


class CountingJobs:
    """Stands for the job service: counts how often it was woken."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class Bench:
    """A training service over an empty store, and datasets made at will."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ScratchStore()
        self.jobs = CountingJobs()
        bases = BaseModelService(settings, self.store)
        self.training = TrainingService(settings, self.store, bases, self.jobs)

    def dataset(self, texts: list[str], rows: int = 2000, name: str = "reviews") -> str:
        dataset_id = new_id()
        folder = f"datasets/{dataset_id}/1"
        han = float(texts is CHINESE)
        summary = Summary(
            rows=rows,
            usable_rows=rows,
            columns=("text", "label"),
            classes={"good": rows // 2, "bad": rows - rows // 2},
            split_rows={"train": rows * 8 // 10, "validation": rows // 10, "test": rows // 10},
            lengths=(10, 20, 40, 60, 90, 120),
            han_share=han,
        )
        write_items(self.settings.home / folder, texts * 20)
        version = Version(
            dataset_id,
            1,
            folder,
            f"digest {dataset_id}",
            clock.now(),
            Recipe("text", "label"),
            summary,
        )
        self.store.datasets.add(Dataset(dataset_id, "local", name, clock.now(), version))
        return dataset_id

    def task(self, dataset_id: str) -> str:
        return self.training.guess_task(self.store.datasets.get("local", dataset_id))


def write_items(folder: Path, texts: list[str]) -> None:
    folder.mkdir(parents=True)
    size = len(texts)
    labels = ["good", "bad"] * (size // 2)
    table = pa.table(
        {
            "row_id": [str(n) for n in range(size)],
            "split": ["train"] * size,
            "origin": [""] * size,
            "input": texts,
            "target": labels,
            "col.text": texts,
            "col.label": labels,
        }
    )
    pq.write_table(table, folder / "items.parquet")


@pytest.fixture
def bench(settings: Settings) -> Bench:
    return Bench(settings)


def test_classes_are_guessed_as_classification(bench: Bench) -> None:
    families = {task.name: task.answer for task in bench.training.tasks()}
    assert families[bench.task(bench.dataset(ENGLISH))] == "label"


def test_what_somebody_said_the_data_is_for_is_taken_where_it_can_be(bench: Bench) -> None:
    dataset = bench.store.datasets.get("local", bench.dataset(ENGLISH))
    summary = replace(dataset.version.summary, medium="image", form="folders")
    for said, taken in (
        ("", "image_classification"),
        ("image_enhancement", "image_classification"),
        ("image_generation", "image_generation"),
    ):
        recipe = replace(dataset.version.recipe, medium="image", form="folders", task=said)
        version = replace(dataset.version, summary=summary, recipe=recipe)
        assert bench.training.guess_task(replace(dataset, version=version)) == taken


def test_stars_taken_as_a_number_are_guessed_as_regression(bench: Bench) -> None:
    families = {task.name: task.answer for task in bench.training.tasks()}
    dataset = bench.store.datasets.get("local", bench.dataset(ENGLISH))
    summary = replace(dataset.version.summary, classes={"1": 900, "5": 1100}, number_share=1.0)
    for kind, family in (("", "label"), ("number", "number")):
        recipe = replace(dataset.version.recipe, kind=kind)
        version = replace(dataset.version, summary=summary, recipe=recipe)
        task = bench.training.guess_task(replace(dataset, version=version))
        assert families[task] == family


def test_english_text_is_offered_the_embedded_model(bench: Bench) -> None:
    data = bench.dataset(ENGLISH)
    first, *_ = bench.training.choices("local", data, bench.task(data))
    assert (first.base.kind, first.is_recommended, first.is_ready) == ("embedded", True, True)
    assert first.unknown_share is not None
    assert first.unknown_share < 0.05
    assert 0 < first.minutes["fast"] <= first.minutes["balanced"] <= first.minutes["thorough"]


def test_unknown_share_of_chinese_text_is_said(bench: Bench) -> None:
    data = bench.dataset(CHINESE)
    choices = bench.training.choices("local", data, bench.task(data))
    [embedded] = [choice for choice in choices if choice.base.kind == "embedded"]
    assert not embedded.fits
    assert embedded.reason.key == "train.reason.unknown"
    assert choices[0].base.kind == "scratch"


def test_reachable_hub_offers_a_model_of_the_language(settings: Settings) -> None:
    with serving(FakeHub()) as hub:
        online = settings.model_copy(update={"offline": False, "hub_url": hub.url})
        bench = Bench(online)
        data = bench.dataset(CHINESE)
        first, second, *_ = bench.training.choices("local", data, bench.task(data))
        assert (first.base.name, first.is_ready, first.is_recommended) == ("e5", False, True)
        assert (second.base.kind, second.is_ready) == ("hub", False)
        assert second.base.languages == ("zh",)
        assert bench.training.submit("local", data).base == "scratch"
        with pytest.raises(ModelError, match="base_missing"):
            bench.training.submit("local", data, base=first.base.name)


def test_reasons_are_said_in_both_languages(bench: Bench) -> None:
    words = load_words()
    data = bench.dataset(CHINESE, rows=40)
    for choice in bench.training.choices("local", data, bench.task(data)):
        assert words.say("en", choice.reason) != words.say("zh", choice.reason)


def test_submit_takes_the_recommended_model(bench: Bench) -> None:
    job = bench.training.submit("local", bench.dataset(ENGLISH))
    assert (job.base, job.preset, job.params["base"]) == ("minilm", "balanced", "minilm")
    assert bench.store.jobs.get("local", job.id).name == "reviews · minilm"
    assert bench.jobs.woken == 1


def test_double_click_is_one_job(bench: Bench) -> None:
    data = bench.dataset(ENGLISH)
    first, second = (bench.training.submit("local", data, key="form 1") for _ in range(2))
    assert first.id == second.id
    assert len(bench.store.jobs.list_all("local")) == 1


def test_second_training_gets_its_own_name(bench: Bench) -> None:
    data = bench.dataset(ENGLISH)
    names = [bench.training.submit("local", data, base="instant").name for _ in range(2)]
    assert names == ["reviews · instant", "reviews · instant (2)"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_job_is_called_what_can_be_stored_and_shown(name: str, bench: Bench) -> None:
    job = bench.training.submit("local", bench.dataset(ENGLISH), base="instant", name=name)
    assert is_harmless(job.name)


def test_settings_win_over_the_preset(bench: Bench) -> None:
    changes = {"epochs": "7", "learning_rate": 1e-5, "seed": None}
    job = bench.training.submit("local", bench.dataset(ENGLISH), base="minilm", changes=changes)
    assert (job.params["epochs"], job.params["learning_rate"]) == (7, 1e-5)


def test_every_wrong_setting_is_reported(bench: Bench) -> None:
    changes = {"epochs": 0, "schedule": "zigzag", "batch_size": "many", "colour": "red"}
    with pytest.raises(ParamsError) as caught:
        bench.training.submit("local", bench.dataset(ENGLISH), changes=changes)
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {
        "errors.param_bounds",
        "errors.param_choice",
        "errors.param_int",
        "errors.param_unknown",
    }
    assert bench.store.jobs.list_all("local") == []


def test_few_rows_train_only_the_instant_model(bench: Bench) -> None:
    data = bench.dataset(ENGLISH, rows=40)
    assert bench.training.submit("local", data).base == "instant"
    with pytest.raises(JobError, match="few_rows_only_instant"):
        bench.training.submit("local", data, base="scratch")


def test_unknown_base_names_the_known_ones(bench: Bench) -> None:
    with pytest.raises(ModelError) as caught:
        bench.training.submit("local", bench.dataset(ENGLISH), base="gpt")
    assert "minilm" in str(caught.value.args_of_words["known"])


def test_task_that_does_not_fit_is_refused(bench: Bench) -> None:
    data = bench.dataset(ENGLISH)
    [other] = [t.name for t in bench.training.tasks() if t.answer == "number"]
    with pytest.raises(JobError, match="task_does_not_fit") as caught:
        bench.training.submit("local", data, task=other)
    said = load_words(bench.settings.task_folders).say("en", caught.value.message)
    assert f"“{other}”" not in said  # but what people call it
    with pytest.raises(JobError, match="task_does_not_fit"):  # before Start, not after it
        bench.training.forecast("local", data, task=other)


def test_other_owner_cannot_train_on_it(bench: Bench) -> None:
    with pytest.raises(NotFoundError):
        bench.training.submit("somebody", bench.dataset(ENGLISH))


def test_command_line_is_quoted_and_exact(bench: Bench) -> None:
    data = bench.dataset(ENGLISH, name="my 'best' data; rm -rf")
    task = bench.task(data)
    usual = bench.training.values("local", task, "minilm", "fast")
    changes = {**usual, "epochs": 9}
    line = bench.training.command(
        "local", data, task=task, base="minilm", preset="fast", changes=changes
    )
    parts = shlex.split(line)
    assert parts[:5] == ["python", "-m", "bigmodel", "train", "my 'best' data; rm -rf"]
    assert parts[5:] == [
        "--task",
        task,
        "--base",
        "minilm",
        "--preset",
        "fast",
        "--set",
        "epochs=9",
    ]


def test_form_fields_have_bounds_and_defaults(bench: Bench) -> None:
    fields = {field.name: field for field in bench.training.form(bench.training.tasks()[0].name)}
    assert "base" not in fields
    assert (fields["epochs"].kind, fields["epochs"].low) == ("int", 1)
    assert fields["learning_rate"].is_low_open
    assert fields["schedule"].default in fields["schedule"].choices
