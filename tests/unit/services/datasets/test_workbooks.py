"""A kept workbook is looked at and read anew, and what was pasted becomes a dataset like any other."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.versions.revise import with_labels
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.workbooks import WorkbookService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

pytestmark = pytest.mark.slow  # each upload is read in a child of its own


@pytest.fixture
def store() -> ScratchStore:
    return ScratchStore()


@pytest.fixture
def datasets(settings: Settings, store: ScratchStore) -> DatasetService:
    return DatasetService(settings, store)


@pytest.fixture
def workbooks(settings: Settings, store: ScratchStore) -> WorkbookService:
    return WorkbookService(settings, store)


def workbook(folder: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["name", "remark"], ["text", "place"]):
        sheet.append(row)
    for number in range(12):
        sheet.append([f"this is remark number {number}", f"town {number}"])
    other = book.create_sheet("other")
    for number in range(11):
        other.append([f"a shorter sheet {number}", f"village {number}"])
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def columns(dataset: Dataset) -> tuple[str, ...]:
    return dataset.version.summary.columns


def test_look_is_kept_and_asked_anew_for_another_sheet(
    tmp_path: Path, datasets: DatasetService, workbooks: WorkbookService
) -> None:
    dataset = datasets.import_file("local", workbook(tmp_path))
    look = workbooks.look("local", dataset.id)
    assert look is not None
    assert ([sheet.name for sheet in look.sheets], look.header_row) == (["Sheet", "other"], 1)
    other = workbooks.look("local", dataset.id, "other")
    assert other is not None
    assert other.rows[0].cells == ("a shorter sheet 0", "village 0")


def test_another_row_names_the_columns_and_rows_keep_ids_and_labels(
    tmp_path: Path,
    settings: Settings,
    store: ScratchStore,
    datasets: DatasetService,
    workbooks: WorkbookService,
) -> None:
    dataset = datasets.import_file("local", workbook(tmp_path))
    before = load_rows(settings.home / dataset.version.folder)
    labels = dict(zip(before["row_id"][1:5], ["a", "b", "a", "b"], strict=True))
    store.datasets.add_version("local", with_labels(settings, dataset.version, 2, labels))
    again = workbooks.reread("local", dataset.id, header_row=2)
    after = load_rows(settings.home / again.version.folder)
    assert (columns(dataset), columns(again)) == (("name", "remark"), ("text", "place"))
    assert again.version.number == 3
    assert after["row_id"] == before["row_id"][1:]
    assert after["hand"][:4] == ["a", "b", "a", "b"]
    assert again.version.recipe.uploads[0].header_row == 2


def test_another_sheet_is_refused_while_labels_by_hand_would_be_lost(
    tmp_path: Path,
    settings: Settings,
    store: ScratchStore,
    datasets: DatasetService,
    workbooks: WorkbookService,
) -> None:
    dataset = datasets.import_file("local", workbook(tmp_path))
    assert workbooks.reread("local", dataset.id, sheet="other").version.summary.rows == 10
    back = workbooks.reread("local", dataset.id, sheet="Sheet")
    row_id = load_rows(settings.home / back.version.folder)["row_id"][0]
    store.labels.set_classes("local", dataset.id, ["a", "b"])
    store.labels.put("local", dataset.id, row_id, "a")
    with pytest.raises(DatasetError) as caught:
        workbooks.reread("local", dataset.id, sheet="other")
    assert caught.value.key == "reread_labels"
    assert caught.value.look is not None


def test_somebody_elses_workbook_is_not_found(
    tmp_path: Path, datasets: DatasetService, workbooks: WorkbookService
) -> None:
    dataset = datasets.import_file("local", workbook(tmp_path))
    for ask in (workbooks.look, workbooks.reread):
        with pytest.raises(Exception, match="dataset_unknown"):
            ask("other", dataset.id)


def test_table_that_is_no_workbook_has_no_look(
    tmp_path: Path, datasets: DatasetService, workbooks: WorkbookService
) -> None:
    (tmp_path / "t.csv").write_text("text,label\n" + "good,a\nbad,b\n" * 5)
    dataset = datasets.import_file("local", tmp_path / "t.csv")
    assert workbooks.look("local", dataset.id) is None


def test_pasted_lines_become_a_dataset(
    datasets: DatasetService, workbooks: WorkbookService
) -> None:
    path = workbooks.write_pasted("好吃，下次再来\n一般般, 不推荐\n很差\n")
    dataset = datasets.import_file("local", path, name="mine")
    workbooks.forget_pasted(path)
    assert (dataset.name, columns(dataset)) == ("mine", ("column 1",))
    assert datasets.preview("local", dataset.id).rows[1] == ("一般般, 不推荐",)
    assert not path.parent.exists()


def test_nothing_pasted_is_refused(workbooks: WorkbookService) -> None:
    with pytest.raises(DatasetError) as caught:
        workbooks.write_pasted(" \n ")
    assert caught.value.key == "paste_empty"
