"""The card of a dataset: what is known, what a person says, and that it goes where the dataset goes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.datasets.card import CARD_FIELDS, MOST_CHARACTERS, DatasetCard
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.data.projects.record import DatasetRecord, line
from bigmodel.services.datasets.card import CARD, CardService, read_card
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.people.limits import Limits
from bigmodel.services.projects.project import ProjectService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings
from bigmodel.words import Words, load_words
from tests.fakes.media import classes, packed
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

SAID = {"origin": "Our shop, in May.", "licence": "CC BY 4.0", "people": "adults"}


@pytest.fixture(autouse=True, scope="module")
def reader_inside() -> Iterator[None]:
    """Read uploads within this process."""
    with reading_here():
        yield


class Shelf:
    """The services of one data folder."""

    def __init__(self, settings: Settings, words: Words) -> None:
        settings.make_folders()
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.cards = CardService(settings, self.store, words)
        limits, downloads = Limits(settings, self.store), Downloads(settings)
        self.project = ProjectService(settings, self.store, words, downloads, limits)

    def bring(self, folder: Path) -> Dataset:
        path = folder / "reviews.csv"
        rows = [f"review * number {n},{'ab'[n % 2]}" for n in range(60)]
        path.write_text("\n".join(["review,label", *rows, "Total,60"]), "utf-8")
        return self.datasets.import_file("me", path)


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words()


@pytest.fixture
def shelf(settings: Settings, words: Words) -> Shelf:
    return Shelf(settings, words)


def test_what_is_said_is_kept_beside_what_is_known(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.bring(tmp_path)
    assert not shelf.cards.get("me", made.id)
    shelf.cards.put("me", made.id, origin="Our shop, in May. ")
    said = shelf.cards.put("me", made.id, licence="CC BY 4.0", people="adults")
    assert said == DatasetCard(**SAID) == shelf.cards.get("me", made.id)
    english, chinese = shelf.cards.markdown("me", made.id).split("\n---\n")
    assert english.startswith("# reviews\n")
    for text in (
        "**Where it came from**: Our shop, in May.",
        "60 rows, 60 of them",
        "a (30), b (30)",
    ):
        assert text in english
    assert "Not said yet: What it is, and what it is for, Consent." in english
    assert "reviews.csv (CSV, UTF-8), read on 20" in english
    assert "Left out or changed while reading" in english
    assert "**数据从哪来**: Our shop, in May." in chinese
    assert shelf.cards.put("me", made.id, licence="").licence == ""


def test_cards_of_pictures_speak_of_files(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.datasets.import_file("me", packed(tmp_path / "pets.zip", classes("cat", "dog")))
    assert "12 files, 12 of them with an answer" in shelf.cards.markdown("me", made.id)
    assert "16 to 16 pixels" in shelf.cards.markdown("me", made.id)


def test_too_much_is_refused_and_strangers_see_nothing(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.bring(tmp_path)
    with pytest.raises(DatasetError, match="card_long"):
        shelf.cards.put("me", made.id, about="x" * (MOST_CHARACTERS + 1))
    with pytest.raises(NotFoundError):
        shelf.cards.put("you", made.id, about="mine")
    assert not shelf.cards.get("me", made.id)


def test_steps_of_cleaning_are_said_with_what_they_change(shelf: Shelf, tmp_path: Path) -> None:
    made = shelf.bring(tmp_path)
    classes = ClassService(shelf.settings, shelf.store)
    checkup = CheckupService(shelf.settings, shelf.store, classes)
    checkup.clean("me", made.id, ["spell:reveiw=review", "remove:[ad]", "html"])
    written = shelf.cards.markdown("me", made.id)
    assert "spelling: reveiw → review" in written
    assert "take out" in written


def test_card_goes_with_its_dataset(
    shelf: Shelf, settings: Settings, words: Words, tmp_path: Path
) -> None:
    made = shelf.bring(tmp_path)
    shelf.cards.put("me", made.id, **SAID)
    shelf.project.save("me", [made.id], tmp_path / "all.zip")
    other = Shelf(Settings(home=tmp_path / "other"), words)
    other.project.load("you", tmp_path / "all.zip")
    [there] = other.datasets.all("you")
    assert other.cards.get("you", there.id) == DatasetCard(**SAID)
    shelf.datasets.delete("me", made.id)
    assert not list(settings.home.rglob(CARD))


def test_record_without_a_card_is_as_it_was_before_there_were_any(
    shelf: Shelf, tmp_path: Path
) -> None:
    made = shelf.bring(tmp_path)
    record = DatasetRecord.of(made, [made.version], None, DatasetCard())
    assert "card" not in json.loads(line(record))
    assert set(CARD_FIELDS) == set(DatasetCard().__dict__)


def test_broken_card_is_an_empty_one(tmp_path: Path) -> None:
    for text in ("", "[1]", "{", '{"origin": 7}'):
        (tmp_path / CARD).write_text(text, "utf-8")
        assert read_card(tmp_path).about == ""
