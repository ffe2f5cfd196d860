"""Targets of whole rows are classes or numbers as their values tell, and stay that when a version is loaded."""

from functools import partial
from pathlib import Path

import pytest

from bigmodel.core.datasets.attached import attach
from bigmodel.core.datasets.inputs import LACKING, each_part, parts_of, row_of
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.targets.fused import KIND
from bigmodel.data.versions.versions import load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore


def made(tmp_path: Path, targets: list[str]) -> tuple[str, ...]:
    path = tmp_path / "rows.csv"
    lines = [f"{n} rooms by the sea {n * 7},{n % 5},{target}" for n, target in enumerate(targets)]
    path.write_text("\n".join(["note,size,price", *lines]), "utf-8")
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    dataset = DatasetService(settings, ScratchStore()).import_file("local", path, task="fusion")
    recipe = dataset.version.recipe
    assert (recipe.inputs, recipe.target) == (("note", "size"), "price")
    data = load_task_data(settings.home / dataset.version.folder, KIND)
    assert data.extra["columns"] == ("note", "size")
    assert len(data.train) > 0
    assert all(KIND.is_known(target, data.labels) for target in data.test.targets)
    return data.labels


@pytest.mark.parametrize(
    ("targets", "labels"),
    [
        (["cheap", "dear"] * 40, ("cheap", "dear")),
        (["1", "2", "3", "4"] * 20, ("1", "2", "3", "4")),
        ([str(1000 + 13 * n) for n in range(80)], ()),
        ([f"{0.5 * (n % 9)}" for n in range(80)], ()),
        ([f"${n}.50" for n in range(10, 90)], ()),
        ([str(-1000 - 13 * n) for n in range(80)], ()),
        (["-1", "0", "1"] * 30, ("-1", "0", "1")),
        (["-1", "+1"] * 40, ("+1", "-1")),
    ],
)
def test_values_tell_classes_from_numbers(
    tmp_path: Path, targets: list[str], labels: tuple[str, ...]
) -> None:
    assert made(tmp_path, targets) == labels


def test_amounts_are_said_as_people_write_them() -> None:
    assert [KIND.said(text) for text in ("+12.5e+0", "-3e+0", "-1", "+1", "cheap")] == [
        "12.5", "-3", "-1", "+1", "cheap",
    ]  # fmt: skip


def test_a_row_whose_first_column_is_cleaned_away_keeps_the_others() -> None:
    row = row_of(["<br>", "a note", "7"])
    [clean] = each_part([row], partial(clean_texts, steps=("html",)), may_lack=True)
    assert parts_of(clean) == (LACKING, "a note", "7")


def test_a_row_may_lack_its_first_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{'' if n % 3 else 'a note'},{n},{'ab'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["note,size,label", *lines]), "utf-8")
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    dataset = DatasetService(settings, ScratchStore()).import_file("local", path, task="fusion")
    assert dataset.version.summary.usable_rows == 60


def test_other_columns_are_chosen_and_rows_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"note {n},{n % 7},{n % 3},{'ab'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(["note,size,rooms,label", *lines]), "utf-8")
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    datasets = DatasetService(settings, ScratchStore())
    dataset = datasets.import_file("local", path, task="fusion")
    changed = datasets.choose_columns(
        "local", dataset.id, text="size", label="label", more=["rooms"]
    )
    assert changed.version.recipe.inputs == ("size", "rooms")
    assert changed.version.summary.target == "fused"


def test_a_column_of_parts_parts_the_rows_and_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"note {n},{n % 7},{'ab'[n % 2]},{'train' if n < 50 else 'test'}" for n in range(60)]
    path.write_text("\n".join(["note,size,kind,split", *lines]), "utf-8")
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    dataset = DatasetService(settings, ScratchStore()).import_file("local", path, task="fusion")
    assert dataset.version.recipe.inputs == ("note", "size")
    assert dataset.version.recipe.target == "kind"
    assert dataset.version.summary.split_rows["test"] == 10


def test_rows_that_share_a_picture_stay_together() -> None:
    file = f"ab/ab{'0' * 62}.jpg"
    one, other = (row_of([note, attach(name, file)]) for note, name in (("dear", "a"), ("", "b")))
    assert KIND.together(one) == KIND.together(other) == file
    assert KIND.together(row_of(["dear", "7"])) == row_of(["dear", "7"])
