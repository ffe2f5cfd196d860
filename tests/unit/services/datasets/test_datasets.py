"""Datasets are imported, corrected, tested with an own file and deleted, and every version stays as it was."""

import json
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset, Recipe
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.ids import is_id
from bigmodel.data.targets import label, number
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.erase import erase
from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.training import TrainingService
from bigmodel.settings import Settings
from bigmodel.store.values import Deleted
from bigmodel.words import load_words
from tests.fakes.names import HOSTILE_NAMES, is_harmless
from tests.fakes.scratch_store import ScratchStore


@pytest.fixture
def service(settings: Settings) -> DatasetService:
    return DatasetService(settings, ScratchStore())


def table(
    folder: Path, rows: int = 100, name: str = "reviews.csv", label: str = "good,bad"
) -> Path:
    path = folder / name
    labels = label.split(",")
    lines = [f"this is review {i},{labels[i % len(labels)]},{i % 7}.5" for i in range(rows)]
    path.write_text("\n".join(["review,label,stars", *lines]), "utf-8")
    return path


def folder_of(settings: Settings, dataset: Dataset) -> Path:
    return settings.home / dataset.version.folder


def test_import_keeps_everything(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path))
    rows = load_rows(folder_of(settings, dataset))
    assert dataset.name == "reviews"
    assert (dataset.version.recipe.input, dataset.version.recipe.target) == ("review", "label")
    assert all(map(is_id, rows["row_id"]))
    assert rows["row_id"] == sorted(rows["row_id"])
    assert rows["col.stars"][3] == "3.5"
    assert dataset.version.summary.split_rows == {
        "train": 80, "validation": 10, "test": 10, "none": 0,
    }  # fmt: skip


def test_task_data_has_sorted_labels(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path))
    data = load_task_data(folder_of(settings, dataset), label.KIND)
    assert data.labels == ("bad", "good")
    assert (len(data.train), len(data.validation), len(data.test)) == (80, 10, 10)


def test_other_columns_keep_row_ids(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    first = service.import_file("local", table(tmp_path))
    second = service.choose_columns("local", first.id, text="review", label="stars")
    assert second.version.number == 2
    old, new = load_rows(folder_of(settings, first)), load_rows(folder_of(settings, second))
    assert old["row_id"] == new["row_id"]
    assert old["target"][0] == "good"
    assert new["target"][0] == "0.5"
    data = load_task_data(folder_of(settings, second), number.KIND)
    assert data.labels == ()


def test_several_columns_are_learned_at_once_and_rows_keep_their_ids(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    first = service.import_file("local", table(tmp_path))
    both = service.choose_columns(
        "local", first.id, text="review", label="label", also=["stars", "label"]
    )
    assert both.version.recipe.targets == ("label", "stars")
    assert both.version.summary.target == "columns"
    old, new = load_rows(folder_of(settings, first)), load_rows(folder_of(settings, both))
    assert old["row_id"] == new["row_id"]
    assert new["target"][0] == '{"label": "good", "stars": 0.5}'
    again = service.choose_columns("local", first.id, text="review", label="label", also=["stars"])
    assert again.version.number == both.version.number
    alone = service.choose_columns("local", first.id, text="review", label="label")
    assert alone.version.recipe.also == ()
    assert alone.version.summary.target == "label"


def test_named_targets_are_imported_without_a_task(tmp_path: Path, service: DatasetService) -> None:
    made = service.import_file("local", table(tmp_path), label="stars", also=["label"])
    assert made.version.recipe.targets == ("stars", "label")
    assert Recipe.from_json(json.loads(json.dumps(made.version.recipe.to_json()))) == made.version.recipe  # fmt: skip
    guessed = service.import_file("local", table(tmp_path), task="multi_task")
    assert set(guessed.version.recipe.targets) == {"label", "stars"}


def test_wrong_columns_leave_nothing_behind(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    path = table(tmp_path)
    path.write_text(path.read_text("utf-8").replace("\n", ",shop\n") + ",shop", "utf-8")
    dataset = service.import_file("local", path)
    with pytest.raises(DatasetError):  # one class
        service.choose_columns("local", dataset.id, text="review", label="shop")
    assert [p.name for p in (settings.datasets / dataset.id).glob("[0-9]*")] == ["1"]
    assert service.get("local", dataset.id).version.number == 1


def test_folder_left_by_a_crash_blocks_no_version(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path))
    (settings.datasets / dataset.id / "2" / "items.parquet").mkdir(parents=True)
    second = service.choose_columns("local", dataset.id, text="review", label="stars")
    assert second.version.number == 2
    assert load_rows(folder_of(settings, second))["target"]
    assert service.preview("local", dataset.id).total == 100
    third = service.choose_columns("local", dataset.id, text="review", label="label")
    assert third.version.folder.endswith("/3")


def test_own_test_file_is_the_test_set(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path))
    own = tmp_path / "own.csv"
    own.write_text("label,review\ngood,new one\nbad,this is review 5\nodd,strange\n", "utf-8")
    tested = service.set_test_file("local", dataset.id, own)
    rows = load_rows(folder_of(settings, tested))
    inputs = [rows["input"][i] for i, split in enumerate(rows["split"]) if split == "test"]
    assert inputs == ["new one", "this is review 5"]
    assert tested.version.recipe.test_name == "own.csv"
    said = {problem.key.split(".")[-1] for problem in tested.version.summary.problems}
    assert {"test_overlap", "test_labels_unknown"} <= said
    again = service.choose_columns("local", dataset.id, text="review", label="stars")
    assert again.version.summary.rows == 103


def test_test_file_needs_the_columns(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", table(tmp_path))
    other = tmp_path / "other.csv"
    other.write_text("text,class\na,b\n", "utf-8")
    with pytest.raises(DatasetError, match="test_columns"):
        service.set_test_file("local", dataset.id, other)


def test_delete_removes_folders(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path))
    service.delete("local", dataset.id)
    assert not (settings.datasets / dataset.id).exists()
    assert service.all("local") == []


def test_stranger_sees_and_deletes_nothing(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", table(tmp_path))
    for call in (service.get, service.delete, service.preview, service.jobs_of):
        with pytest.raises(NotFoundError):
            call("stranger", dataset.id)
    assert service.get("local", dataset.id) == dataset


def test_preview_pages_through_rows(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", table(tmp_path, rows=100))
    page = service.preview("local", dataset.id, limit=3, offset=98)
    assert page.total == 100
    assert [row[0] for row in page.rows] == ["this is review 98", "this is review 99"]


def test_preview_finds_words_and_classes_on_every_page(
    tmp_path: Path, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path, rows=100))
    everything = service.preview("local", dataset.id, limit=100)
    place = everything.columns.index(dataset.version.recipe.target)
    label = everything.rows[0][place]
    of_class = [row for row in everything.rows if row[place] == label]
    page = service.preview("local", dataset.id, label=label, limit=2, offset=1)
    assert (page.total, list(page.rows)) == (len(of_class), of_class[1:3])
    both = service.preview("local", dataset.id, label=label, words="REVIEW 1")
    assert list(both.rows) == [row for row in of_class if "review 1" in row[0]][:20]
    assert service.preview("local", dataset.id, words=".*").total == 0  # words, not a pattern


def test_rename_needs_a_name(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", table(tmp_path), name="first")
    assert service.rename("local", dataset.id, " second ").name == "second"
    with pytest.raises(DatasetError, match="name_empty"):
        service.rename("local", dataset.id, "  ")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_name_is_one_that_can_be_stored_and_shown(
    name: str, tmp_path: Path, service: DatasetService
) -> None:
    dataset = service.import_file("local", table(tmp_path), name=name)
    assert is_harmless(dataset.name)
    assert is_harmless(service.rename("local", dataset.id, name).name)


def test_refusal_names_the_columns(tmp_path: Path, service: DatasetService) -> None:
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", table(tmp_path, rows=5))
    assert caught.value.columns == ("review", "label", "stars")


def test_under_fifty_rows_all_train(tmp_path: Path, service: DatasetService) -> None:
    summary = service.import_file("local", table(tmp_path, rows=49)).version.summary
    assert summary.split_rows["train"] == 49
    assert "data.problems.rows_few" in [problem.key for problem in summary.problems]


QUESTIONS = [("data.reading.squad", "info"), ("data.problems.extracts_none", "info")]
COLUMNS = [
    (f"data.problems.columns_{name}", "info")
    for name in ("found", "classes", "missing", "classes", "missing", "numbers", "missing")
]
POTS = [("data.reading.attached_read", "info"), ("data.problems.whole_rows", "info")]
TOLD_OF_SAMPLES = {
    "colours_en": [("data.reading.table_used", "info")],  # which table names the recordings
    "voices_en": [("data.reading.table_used", "info")],
    "numbers_en": [("data.reading.table_used", "info")],
    "noisy_en": [("data.reading.noise_own", "info")],
    "pots_en": POTS,
    "pots_zh": POTS,
    "places_en": QUESTIONS,  # one in four has no answer, on purpose
    "places_zh": QUESTIONS,
    "diary_en": [("data.reading.prose", "info")],  # as what they were read
    "chat_zh": [("data.reading.chats", "info")],
    "requests_en": COLUMNS,  # how each column is read, and that some cells are empty, on purpose
    "requests_zh": COLUMNS,
    "table": [("data.reading.boxes_read", "info"), ("data.reading.boxes_background", "info")],
}


def test_samples_import_clean(settings: Settings, service: DatasetService) -> None:
    words, store = load_words(), ScratchStore()
    bases, jobs = BaseModelService(settings, store), JobService(settings, store)
    training = TrainingService(settings, store, bases, jobs)
    for sample in service.samples():
        dataset = service.import_sample("local", sample.name)
        assert dataset.version.summary.usable_rows == sample.rows
        assert training.guess_task(dataset) == sample.task_hint
        told = [(problem.key, problem.level) for problem in dataset.version.summary.problems]
        assert told == TOLD_OF_SAMPLES.get(sample.name, []), sample.name
        assert words.has(f"samples.{sample.name}.title")
    assert {sample.language for sample in service.samples()} == {"en", "zh", "any"}


def test_folder_that_holds_those_of_others_is_never_erased(settings: Settings) -> None:
    kept = settings.datasets / "hers" / "1"
    kept.mkdir(parents=True)
    for name in ("datasets/", "datasets/.", "", "../"):
        erase(settings, Deleted(folders=(name,)))
        assert kept.is_dir(), name
    erase(settings, Deleted(folders=("datasets/hers",)))
    assert not kept.exists()
