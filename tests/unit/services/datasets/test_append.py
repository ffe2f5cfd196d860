"""Rows are added as a next version: nothing that was there moves, repeats are told, and the same training follows."""

import json
from pathlib import Path

import pytest

from bigmodel.core.datasets.added_rows import Clash
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.job import Job, State
from bigmodel.data.versions.original_files import upload_path
from bigmodel.data.versions.revise import with_labels
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.jobs.control import ControlService
from bigmodel.settings import Settings
from tests.fakes.asleep import Asleep
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.trained import OWNER, Training, start_training


class House:
    """A data folder, its store and the services under test."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        control = ControlService(settings, self.store, Asleep())
        self.growing = AppendService(settings, self.store, control)

    def rows(self, dataset: Dataset) -> dict[str, list[str]]:
        return load_rows(self.settings.home / dataset.version.folder)


@pytest.fixture
def house(settings: Settings) -> House:
    return House(settings)


def table(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


def reviews(folder: Path, count: int = 100) -> Path:
    lines = (f"this is review {i},{('good', 'bad')[i % 2]},{i}" for i in range(count))
    return table(folder, "reviews.csv", "Review Text,label,number", *lines)


def test_rows_that_were_there_stay_as_they_were(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    lines = (f"{('fine', 'poor')[i % 2]},another review {i}" for i in range(60))
    more = table(tmp_path, "more.csv", "LABEL,reviewtext", *lines)
    grown = house.growing.add_rows("local", first.id, more)
    before, after = house.rows(first), house.rows(grown.dataset)
    assert (grown.added, grown.dataset.version.number) == (60, 2)
    for name in before:
        assert after[name][:100] == before[name]
    assert {"train", "validation", "test"} == set(after["split"][100:])
    assert after["input"][100:102] == ["another review 0", "another review 1"]
    assert after["col.number"][100] == ""
    assert after["upload"][99:101] == ["0", "1"]
    assert after["place"][100:102] == ["2", "3"]
    uploads = grown.dataset.version.recipe.uploads
    kept = upload_path(house.settings.home / grown.dataset.version.folder, uploads[1])
    assert [upload.name for upload in uploads] == ["reviews.csv", "more.csv"]
    assert kept.read_bytes() == more.read_bytes()
    assert grown.growth.new_labels == ("fine", "poor")
    assert grown.growth.lacking == ("number",)


def test_repeated_rows_are_told_and_left_out(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    lines = ["this is review 1,bad", "this is review 2,bad", "new one,good", "unlabelled,", " ,bad"]
    more = table(tmp_path, "more.csv", "review text,label", *lines)
    growth = house.growing.look("local", first.id, more)
    assert house.datasets.get("local", first.id).version.number == 1
    assert (growth.rows, growth.fresh, growth.repeated, growth.empty) == (5, 2, 2, 1)
    assert growth.clashes == (Clash("this is review 2", "bad", "good"),)
    assert (growth.clashing, growth.unlabelled) == (1, 1)
    grown = house.growing.add_rows("local", first.id, more)
    after = house.rows(grown.dataset)
    assert after["input"][100:] == ["new one", "unlabelled"]
    assert after["split"][101] == "none"


def test_repeated_rows_come_in_when_asked_for(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    more = table(tmp_path, "more.csv", "review text,label", "this is review 1,bad")
    with pytest.raises(DatasetError, match="added_nothing"):
        house.growing.add_rows("local", first.id, more)
    grown = house.growing.add_rows("local", first.id, more, keep_repeated=True)
    after = house.rows(grown.dataset)
    assert after["split"][100] == after["split"][1]


def test_labels_by_hand_stay_and_missing_ones_come(tmp_path: Path, house: House) -> None:
    lines = (f"a short note {i}" for i in range(30))
    first = house.datasets.import_file("local", table(tmp_path, "notes.csv", "comment", *lines))
    ids = house.rows(first)["row_id"]
    hand = dict.fromkeys(ids[:6], "work") | dict.fromkeys(ids[6:12], "home")
    version = with_labels(house.settings, first.version, 2, hand)
    house.store.datasets.add_version("local", version)
    lines = (f"a short note {i},{('work', 'home')[i % 2]}" for i in range(10, 40))
    grown = house.growing.add_rows(
        "local", first.id, table(tmp_path, "more.csv", "comment,kind", *lines)
    )
    after = house.rows(grown.dataset)
    assert after["row_id"][:30] == ids
    assert after["target"][:14] == ["work"] * 6 + ["home"] * 6 + ["work", "home"]
    assert after["target"][30:32] == ["work", "home"]
    growth = grown.growth
    assert (growth.fresh, growth.completed, growth.repeated, growth.clashing) == (10, 18, 2, 1)
    assert growth.label_column == "kind"


def test_lines_of_text_alone_are_enough(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    more = table(tmp_path, "lines.txt", "quite a nice place", "not again, thanks", "and more")
    grown = house.growing.add_rows("local", first.id, more)
    assert house.rows(grown.dataset)["input"][-1] == "and more"
    assert grown.growth.unlabelled == grown.added


def test_rows_without_names_are_known_by_what_they_hold(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    lines = (f"{('good', 'bad')[i % 2]},yet another nice review {i}" for i in range(30))
    grown = house.growing.add_rows("local", first.id, table(tmp_path, "more.csv", *lines))
    after = house.rows(grown.dataset)
    assert after["input"][100] == "yet another nice review 0"
    assert after["target"][100:102] == ["good", "bad"]
    assert (grown.growth.text_column, grown.growth.label_column) == ("column 2", "column 1")


def test_file_without_the_texts_is_refused(tmp_path: Path, house: House) -> None:
    first = house.datasets.import_file("local", reviews(tmp_path))
    other = table(tmp_path, "other.csv", "name,label", "a,good")
    with pytest.raises(DatasetError, match="added_columns"):
        house.growing.look("local", first.id, other)
    with pytest.raises(NotFoundError):
        house.growing.add_rows("another", first.id, other)


def training(house: House) -> Training:
    rows = [("train", f"row {i}", ("good", "bad")[i % 2]) for i in range(20)]
    made = start_training(house.settings, house.store, rows)
    made.end()
    return made


def grow(house: House, made: Training, tmp_path: Path) -> None:
    lines = (f"row {i},{('good', 'bad')[i % 2]}" for i in range(20, 30))
    more = table(tmp_path, "more.csv", "text,label", *lines)
    house.growing.add_rows(OWNER, made.version.dataset_id, more)


def test_same_training_follows_on_the_newest_version(tmp_path: Path, house: House) -> None:
    made = training(house)
    assert house.growing.behind(OWNER, made.version.dataset_id) is None
    assert house.growing.newest_version(OWNER, made.job.id) == 0
    grow(house, made, tmp_path)
    behind = house.growing.behind(OWNER, made.version.dataset_id)
    assert behind is not None
    assert behind.id == made.job.id
    assert house.growing.newest_version(OWNER, made.job.id) == 2
    job = house.growing.train_again(OWNER, made.job.id, name="Own (again)")
    assert asked(job) == asked(made.job)
    assert (job.name, job.dataset_version, job.state) == ("Own (again)", 2, State.QUEUED)
    assert house.growing.train_again(OWNER, made.job.id).id == job.id
    assert house.growing.behind(OWNER, made.version.dataset_id) is None


def asked(job: Job) -> tuple[object, ...]:
    return job.task, job.base, job.preset, job.params.get("seed", 0)


def test_marked_words_are_compared_as_marks_not_as_they_are_written(
    house: House, tmp_path: Path
) -> None:
    rows = [
        {"text": f"Ann saw Rome {n}", "label": [[0, 3, "PER"], [8, 12, "LOC"]]} for n in range(30)
    ]
    first = table(tmp_path, "first.jsonl", *map(json.dumps, rows))
    dataset = house.datasets.import_file(OWNER, first)
    wrong, new = {"label": [[0, 3, "LOC"]]}, {"text": "Bob is here", "label": [[0, 3, "PET"]]}
    second = [rows[0], rows[1] | wrong, new]
    more = table(tmp_path, "more.jsonl", *map(json.dumps, second))
    found = house.growing.look(OWNER, dataset.id, more)
    assert (found.fresh, found.repeated, found.clashing) == (1, 2, 1)
    assert found.clashes == (Clash("Ann saw Rome 1", "LOC: Ann", "PER: Ann · LOC: Rome"),)
    assert found.new_labels == ("PET",)
    house.growing.add_rows(OWNER, dataset.id, more)
    grown = house.datasets.get(OWNER, dataset.id)
    assert grown.version.summary.classes["PET"] == 1
