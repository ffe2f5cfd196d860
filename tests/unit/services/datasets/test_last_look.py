"""Before training three rows are shown as a model will read them; yes is remembered, and what is wrong is mended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.last_look import LastLookService
from bigmodel.settings import Settings
from tests.fakes.media import classes, packed
from tests.fakes.scratch_store import ScratchStore

Import = Callable[[list[str]], Dataset]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home")
    made.make_folders()
    return made


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore()


@pytest.fixture
def datasets(settings: Settings, store: ScratchStore) -> DatasetService:
    return DatasetService(settings, store)


@pytest.fixture
def service(settings: Settings, store: ScratchStore) -> LastLookService:
    return LastLookService(settings, store)


@pytest.fixture
def imported(tmp_path: Path, datasets: DatasetService) -> Import:
    def make(answers: list[str]) -> Dataset:
        lines = (f'text number {n} of these,"{answer}"' for n, answer in enumerate(answers))
        path = tmp_path / "asked.csv"
        path.write_text("\n".join(["text,value", *lines]), "utf-8")
        return datasets.import_file("local", path, text="text", label="value")

    return make


def test_one_row_of_each_part_is_shown(service: LastLookService, imported: Import) -> None:
    look = service.look("local", imported(["good", "bad"] * 50).id)
    assert [row.split for row in look.rows] == ["train", "validation", "test"]
    assert look.rows[0].texts[0][0] == "text"
    assert {row.answer for row in look.rows} <= {"good", "bad"}
    assert look.readings == ()


def test_few_rows_are_shown_from_the_part_there_is(
    service: LastLookService, imported: Import
) -> None:
    look = service.look("local", imported(["good", "bad"] * 10).id)
    assert [row.split for row in look.rows] == ["train"] * 3


def test_yes_is_remembered_for_that_version_alone(
    service: LastLookService, imported: Import
) -> None:
    dataset = imported(["good", "bad"] * 50)
    assert not service.look("local", dataset.id).is_confirmed
    service.confirm("local", dataset.id)
    assert service.look("local", dataset.id).is_confirmed
    service.split_anew("local", dataset.id)
    assert not service.look("local", dataset.id).is_confirmed


@pytest.mark.parametrize("way", ["comma", "point", "names"])
def test_open_numbers_can_be_read_the_other_way(
    service: LastLookService, imported: Import, way: str
) -> None:
    dataset = imported([f"{n % 5 + 1},000" for n in range(40)] + ["9,000"] * 20)
    look = service.look("local", dataset.id)
    assert [reading.way for reading in look.readings] == ["point", "comma", "names"]
    assert sum(reading.is_chosen for reading in look.readings) == 1
    made = service.read_as("local", dataset.id, way)
    again = service.look("local", dataset.id)
    assert next(reading.way for reading in again.readings if reading.is_chosen) == way
    assert made.version.number == 2
    answers = set(made.version.summary.classes)
    assert "9,000" in answers
    shown = {row.came or row.answer: row.answer for row in again.rows}
    read = {"comma": lambda text: text.split(",")[0], "point": lambda text: text.replace(",", "")}
    for came, answer in shown.items():
        assert answer == read.get(way, str)(came)


def test_plain_numbers_can_be_names_and_numbers_again(
    service: LastLookService, imported: Import
) -> None:
    dataset = imported([str(1990 + n % 30) for n in range(90)])
    assert dataset.version.summary.target == "number"
    assert service.read_as("local", dataset.id, "names").version.summary.target == "label"
    assert service.read_as("local", dataset.id, "point").version.summary.target == "number"
    with pytest.raises(DatasetError, match="reading_unknown"):
        service.read_as("local", dataset.id, "comma")


def test_classes_of_recordings_can_be_people_and_sounds_again(
    tmp_path: Path, service: LastLookService, datasets: DatasetService
) -> None:
    path = packed(tmp_path / "heard.zip", classes("anna", "bo", count=20, ending="wav"))
    dataset = datasets.import_file("local", path)
    look = service.look("local", dataset.id)
    assert look.instead == "speaker"
    assert {row.answer for row in look.rows} == {"anna", "bo"}  # not three times the first
    made = service.read_as("local", dataset.id, "speaker").version
    assert (made.summary.target, made.summary.classes) == ("speaker", {"anna": 20, "bo": 20})
    assert service.look("local", dataset.id).instead == "label"
    assert service.read_as("local", dataset.id, "label").version.summary.target == "label"


def test_pictures_are_looked_at_too(
    tmp_path: Path, service: LastLookService, datasets: DatasetService
) -> None:
    path = packed(tmp_path / "pets.zip", classes("cat", "dog", count=40))
    look = service.look("local", datasets.import_file("local", path).id)
    assert [row.split for row in look.rows] == ["train", "validation", "test"]
    assert all(row.item and row.item.file for row in look.rows)
