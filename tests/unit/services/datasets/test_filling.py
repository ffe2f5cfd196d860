"""Empty cells are filled or left out column by column; what the model reads is filled in at prediction too."""

from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.cleaning import NOTHING, clean_texts
from bigmodel.data.ingest.importer import read_upload
from bigmodel.data.tables.label import MISSING
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.inference.batch_table import empty_as, rows_of
from bigmodel.services.labelling.filling import FillingService
from bigmodel.settings import Settings
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore


class Table:
    """A table with gaps, and the services over it."""

    def __init__(self, settings: Settings, folder: Path, written: str, **asked: str) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.filling = FillingService(settings, self.store)
        path = folder / "rows.csv"
        path.write_text(written, "utf-8")
        with reading_here():
            made = DatasetService(settings, self.store).import_file("me", path, **asked)  # type: ignore[arg-type]
        self.id = made.id

    @property
    def now(self) -> Dataset:
        return self.store.datasets.get("me", self.id)

    def rows(self) -> dict[str, list[str]]:
        return load_rows(self.settings.home / self.now.version.folder)

    def fill(self, column: str, way: str, value: str = "") -> None:
        self.filling.fill("me", self.id, column, way, value)


@pytest.fixture
def table(settings: Settings, tmp_path: Path) -> Table:
    lines = [
        f"{'' if n % 10 == 3 else f'row {n} says much'},{'' if n % 8 == 1 else 'north'},"
        f"{'' if n % 20 == 5 else 'ab'[n % 2]}"
        for n in range(80)
    ]
    text = "\n".join(["note,shop,label", *lines])
    return Table(settings, tmp_path, text, text="note", label="label")


def test_columns_with_gaps_are_listed_with_what_may_be_done(table: Table) -> None:
    found = {each.name: each for each in table.filling.columns("me", table.id)}
    assert {name: each.empty for name, each in found.items()} == {"note": 8, "label": 4, "shop": 10}
    assert found["note"].ways == ("drop", "value")  # no two texts are the same
    assert found["label"].ways == ("drop", "value")  # a right answer is never guessed
    assert found["shop"].ways == ("drop",)  # no model reads it
    assert [found[name].role for name in found] == ["input", "target", "other"]


def test_empty_texts_are_read_as_the_value_and_what_came_is_kept(table: Table) -> None:
    preview = table.filling.preview("me", table.id, "note", "value", " nothing said ")
    assert (preview.changed, preview.rows) == (8, 80)
    assert preview.before_after[0] == ("", "nothing said")
    table.fill("note", "value", "nothing said")
    rows = table.rows()
    assert (rows["input"][3], rows["col.note"][3]) == ("nothing said", "")
    assert table.now.version.summary.usable_rows == 76  # 4 have no label
    table.fill("note", "leave")
    assert table.rows()["input"][3] == ""


def test_rows_at_prediction_are_filled_as_those_that_were_learned(
    table: Table, tmp_path: Path
) -> None:
    table.fill("note", "value", "nothing said")
    recipe = table.now.version.recipe
    asked = tmp_path / "asked.csv"
    asked.write_text('note,shop\n"",north\nrow 1,\nNaN,south\n', "utf-8")
    with reading_here():
        upload = read_upload(asked, table.settings)
    [rows] = rows_of(upload, ["note"], empty_as(recipe))
    read = clean_texts([row.text for row in rows], recipe.cleaning)
    upload.discard()
    assert read == ["nothing said", "row 1", "nothing said"]


def test_an_empty_answer_becomes_the_class_that_a_person_names(table: Table) -> None:
    table.fill("label", "value", "unsaid")
    assert table.now.version.summary.classes["unsaid"] == 4
    table.fill("label", "leave")
    assert "unsaid" not in table.now.version.summary.classes


def test_rows_left_out_come_back_with_undo(table: Table) -> None:
    table.fill("shop", "drop")
    assert table.now.version.summary.rows == 70
    checkup = CheckupService(table.settings, table.store, ClassService(table.settings, table.store))
    assert checkup.look("me", table.id).undo == "filling"
    assert checkup.undo("me", table.id).version.summary.rows == 80


@pytest.mark.parametrize(
    ("column", "way", "key"),
    [
        ("gone", "drop", "fill_column"),
        ("label", "usual", "fill_way"),
        ("shop", "value", "fill_way"),
        ("note", "value", "fill_value"),
    ],
)
def test_what_cannot_be_filled_is_refused(table: Table, column: str, way: str, key: str) -> None:
    with pytest.raises(DatasetError, match=key):
        table.fill(column, way, "nan")


def test_numbers_and_words_of_a_row_are_filled_from_training_rows(
    settings: Settings, tmp_path: Path
) -> None:
    lines = [
        f"flat {n} near the park,{'' if n % 9 == 4 else n},{'' if n % 7 == 2 else 'old' if n % 3 else 'new'},"
        f"{'cheap' if n % 2 else 'dear'}"
        for n in range(90)
    ]
    text = "\n".join(["note,size,age,price", *lines])
    table = Table(settings, tmp_path, text, label="price", task="fusion")
    found = {each.name: each for each in table.filling.columns("me", table.id)}
    rows = table.rows()
    learned = sorted(
        int(size) for size, part in zip(rows["col.size"], rows["split"], strict=True)
        if size and part == "train"
    )  # fmt: skip
    assert found["size"].values == {"median": str(learned[(len(learned) - 1) // 2])}
    assert found["age"].values == {"usual": "old"}
    table.fill("size", "median")
    table.fill("age", "usual")
    inputs = table.rows()["input"]
    parts = [part.strip() for part in inputs[4].split("\u2063")]
    assert parts == ["flat 4 near the park", found["size"].values["median"], "old"]
    assert [part.strip() for part in inputs[2].split("\u2063")][2] == "old"


def test_what_programs_write_for_nothing_is_empty_everywhere() -> None:
    assert MISSING < NOTHING
