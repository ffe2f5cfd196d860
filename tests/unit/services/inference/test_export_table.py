"""A dataset's own file comes back as it came, with the person's labels and the model's answers."""

import csv
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.job import Job
from bigmodel.data.versions.revise import with_labels
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.inference.export_table import ExportTableService
from bigmodel.words import load_words
from tests.fakes.demo import Studio, open_studio
from tests.fakes.workbook import HEADER, TEXTS, cells_of, make_workbook


class Silent:
    """Queues no training."""

    def again(
        self, owner: str, job_id: str, /, *, dataset_version: int, name: str, via: str
    ) -> Job:
        raise AssertionError


SAY = {language: partial(load_words().say, language) for language in ("en", "zh")}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def tables(studio: Studio) -> ExportTableService:
    return ExportTableService(studio.settings, studio.store, studio.demo)


def give(studio: Studio, path: Path, rows: list[list[str]], label: str = "label") -> Dataset:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    service = DatasetService(studio.settings, studio.store)
    return service.import_file("me", path, text="text", label=label)


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


LABELLED = [[f"{word} {n}", label] for n in range(6) for word, label in (("x", "a"), ("y", "b"))]
ROWS = [
    ["text", "label"],
    ["so good", "fine"],
    *LABELLED,
    ["so bad", ""],
    ["mid good", ""],
    ["", ""],
]
OWN = ["fine", *["a", "b"] * 6]


def test_own_label_stands_without_certainty(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", ROWS)
    [made] = tables.export("me", dataset.id, SAY["en"], model=studio.job())
    rows = [(row["label 2"], row["certainty"]) for row in read(made.path)]
    asked = [("bad", "0.9"), ("good", "0.9"), ("", "")]
    assert rows == [*((label, "") for label in OWN), *asked]
    assert (made.tally.own, made.tally.answered, made.tally.empty) == (13, 15, 1)
    assert made.path.name == "in-answers.csv"


def test_workbook_comes_back_with_labels_given_by_hand(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    service = DatasetService(studio.settings, studio.store)
    source = make_workbook(tmp_path / "评论.xlsx")
    dataset = service.import_file("me", source, text="Text", label=NO_LABEL)
    rows = load_rows(studio.settings.home / dataset.version.folder)
    given = dict(zip(rows["row_id"][:10], ["好", "坏"] * 5, strict=True))
    version = with_labels(studio.settings, dataset.version, 2, given)
    studio.store.datasets.add_version("me", version)
    [made] = tables.export("me", dataset.id, SAY["zh"], model=studio.job())
    book = openpyxl.load_workbook(made.path)
    sheet = book["Reviews"]
    assert [cell.value for cell in sheet[HEADER]][5:7] == ["类别", "把握"]
    answers = [(sheet.cell(row, 6).value, sheet.cell(row, 7).value) for row in range(4, 16)]
    assert answers[:10] == [("好", None), ("坏", None)] * 5
    assert answers[10:] == [("good", 0.9)] * (len(TEXTS) - 10)
    before, after = cells_of(source), cells_of(made.path)
    assert {key: after[key] for key in before} == before
    assert book["汇总"]["A1"].value == "关于这些答案"


def test_labels_alone_are_enough(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", ROWS)
    [made] = tables.export("me", dataset.id, SAY["en"])
    assert [row["label 2"] for row in read(made.path)] == [*OWN, "", "", ""]


def test_without_model_and_label_there_is_nothing_to_write(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", [["text"], ["so good"], ["so bad"]], NO_LABEL)
    with pytest.raises(DatasetError, match="own_table_unlabelled"):
        tables.export("me", dataset.id, SAY["en"])


def test_dataset_without_its_file_says_so(studio: Studio, tables: ExportTableService) -> None:
    dataset = studio.store.datasets.get("me", studio.dataset_id)
    assert not tables.has_table(dataset)
    with pytest.raises(DatasetError, match="own_table_gone"):
        tables.export("me", dataset.id, SAY["en"])


def test_other_owner_gets_no_table(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", ROWS)
    with pytest.raises(NotFoundError):
        tables.export("somebody", dataset.id, SAY["en"])


def test_file_of_another_format_comes_as_a_plain_table(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "so good", "n": "=1"}\n{"text": "so bad", "n": "2"}\n', "utf-8")
    service = DatasetService(studio.settings, studio.store)
    dataset = service.import_file("me", path, text="text", label=NO_LABEL)
    [made] = tables.export("me", dataset.id, SAY["en"], model=studio.job())
    assert made.path.name == "in-answers.csv"
    rows = [tuple(row.values()) for row in read(made.path)]
    assert rows == [("so good", "'=1", "good", "0.9"), ("so bad", "2", "bad", "0.9")]


def test_several_files_come_as_one_archive(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", ROWS)
    more = tmp_path / "more" / "in.csv"
    more.parent.mkdir()
    more.write_text("text,label\nquite bad,\nso good,\n", "utf-8")
    growing = AppendService(studio.settings, studio.store, Silent())
    growing.add_rows("me", dataset.id, more)
    made = tables.export("me", dataset.id, SAY["en"], model=studio.job())
    assert {table.path.name for table in made} == {"in-answers.zip"}
    with zipfile.ZipFile(made[0].path) as package:
        assert package.namelist() == ["in-answers.csv", "in-answers 2.csv"]
        second = package.read("in-answers 2.csv").decode("utf-8-sig").splitlines()
    assert second[1:] == ["quite bad,,bad,0.9", "so good,,fine,"]
    assert [table.tally.rows for table in made] == [len(ROWS) - 1, 2]


def test_labels_sorted_since_the_version_count(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    dataset = give(studio, tmp_path / "in.csv", [["text"], ["so good"], ["so bad"]], NO_LABEL)
    assert not tables.can_export(dataset)
    row_id = load_rows(studio.settings.home / dataset.version.folder)["row_id"][1]
    studio.store.labels.set_classes("me", dataset.id, ["mine", "other"])
    studio.store.labels.put("me", dataset.id, row_id, "mine")
    assert tables.can_export(dataset)
    [made] = tables.export("me", dataset.id, SAY["en"])
    assert [row["label"] for row in read(made.path)] == ["", "mine"]
    studio.store.labels.take_back("me", dataset.id)
    assert not tables.can_export(dataset)


def test_what_was_pasted_comes_as_a_table_of_its_own(
    studio: Studio, tables: ExportTableService, tmp_path: Path
) -> None:
    path = tmp_path / "pasted.tsv"
    path.write_text("sep=\t\nso good\nso\tbad, really\nquite bad\n", "utf-8")
    service = DatasetService(studio.settings, studio.store)
    dataset = service.import_file("me", path, label=NO_LABEL)
    [made] = tables.export("me", dataset.id, SAY["en"], model=studio.job())
    assert made.path.name == "pasted-answers.csv"
    assert [row["label"] for row in read(made.path)] == ["good", "bad", "bad"]
