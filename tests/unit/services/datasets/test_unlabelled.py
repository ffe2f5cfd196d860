"""A table without labels is a normal start: it is kept whole, and labels join it without moving other rows."""

from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.data.targets import label
from bigmodel.data.versions.original_files import upload_path
from bigmodel.data.versions.revise import with_labels
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore


@pytest.fixture
def service(settings: Settings) -> DatasetService:
    return DatasetService(settings, ScratchStore())


def write(folder: Path, header: str, *lines: str) -> Path:
    path = folder / "reviews.csv"
    path.write_text("\n".join([header, *lines]), "utf-8")
    return path


def unlabelled(folder: Path, service: DatasetService, rows: int = 120) -> Dataset:
    lines = (f"2026-01-0{i % 9 + 1},review number {i} was fine,shop {i % 3}" for i in range(rows))
    return service.import_file("local", write(folder, "date,review,shop", *lines))


def folder_of(settings: Settings, dataset: Dataset) -> Path:
    return settings.home / dataset.version.folder


def test_table_without_labels_is_kept(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = unlabelled(tmp_path, service)
    summary, recipe = dataset.version.summary, dataset.version.recipe
    assert (recipe.input, recipe.target) == ("review", "")
    assert (summary.rows, summary.usable_rows, summary.unlabelled_rows) == (120, 0, 120)
    assert summary.split_rows == {"train": 0, "validation": 0, "test": 0, "none": 120}
    assert summary.lengths[0] > 0
    assert [problem.key for problem in summary.problems] == ["data.problems.unlabelled"]


def test_one_column_is_enough(tmp_path: Path, service: DatasetService) -> None:
    dataset = service.import_file("local", write(tmp_path, "review", "good", "bad"))
    assert (dataset.version.recipe.input, dataset.version.summary.unlabelled_rows) == ("review", 2)


def test_empty_label_column_is_none(tmp_path: Path, service: DatasetService) -> None:
    lines = (f"review number {i} was fine," for i in range(20))
    dataset = service.import_file("local", write(tmp_path, "review,label", *lines))
    assert dataset.version.recipe.target == ""


def test_column_without_any_text_is_refused(tmp_path: Path, service: DatasetService) -> None:
    path = write(tmp_path, "review,note", ",x", ",y")
    with pytest.raises(DatasetError, match="inputs_none"):
        service.import_file("local", path, text="review", label=NO_LABEL)


def test_labels_by_hand_join_the_parts(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    version = unlabelled(tmp_path, service).version
    ids = load_rows(settings.home / version.folder)["row_id"]
    labels = {row_id: ("good", "bad")[i % 2] for i, row_id in enumerate(ids[:100])}
    made = with_labels(settings, version, 2, labels)
    rows = load_rows(settings.home / made.folder)
    assert rows["row_id"] == ids
    assert made.summary.classes == {"good": 50, "bad": 50}
    assert made.summary.split_rows == {"train": 80, "validation": 10, "test": 10, "none": 20}
    data = load_task_data(settings.home / made.folder, label.KIND)
    assert data.labels == ("bad", "good")


def test_later_labels_move_no_row(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    version = unlabelled(tmp_path, service).version
    ids = load_rows(settings.home / version.folder)["row_id"]
    first = with_labels(settings, version, 2, {i: "ab"[n % 2] for n, i in enumerate(ids[:60])})
    second = with_labels(settings, first, 3, {i: "ab"[n % 2] for n, i in enumerate(ids[60:])})
    before, after = (load_rows(settings.home / v.folder) for v in (first, second))
    parts = [(b, a) for b, a in zip(before["split"], after["split"], strict=True) if b != "none"]
    assert len(parts) == 60
    assert all(b == a for b, a in parts)
    assert second.summary.split_rows["none"] == 0


def test_label_taken_back_leaves_the_row(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    version = unlabelled(tmp_path, service).version
    ids = load_rows(settings.home / version.folder)["row_id"]
    first = with_labels(settings, version, 2, {i: "ab"[n % 2] for n, i in enumerate(ids)})
    second = with_labels(settings, first, 3, {ids[0]: ""})
    rows = load_rows(settings.home / second.folder)
    assert (rows["target"][0], rows["split"][0], second.summary.unlabelled_rows) == ("", "none", 1)


def test_what_was_left_out_is_told_of_later_versions_too(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    lines = [f"review number {i},{'ab'[i % 2]}" for i in range(60)]
    lines += ["only,one,too many", "same words,a", "same words,a", "no answer,N/A", "Total,63"]
    version = service.import_file("local", write(tmp_path, "review,label", *lines)).version
    ids = load_rows(settings.home / version.folder)["row_id"]
    made = with_labels(settings, version, 2, {ids[0]: "b"})
    again = with_labels(settings, made, 3, {ids[-1]: "a"})
    said = [
        [told.key.rsplit(".", 1)[-1] for told in each.summary.problems] for each in (made, again)
    ]
    lasting = {"rows_ragged", "total_row", "labels_no_answer", "duplicates"}
    assert all(lasting <= set(keys) for keys in said)
    assert all(len(keys) == len(set(keys)) for keys in said)
    assert "unlabelled" not in said[1]
    other = with_labels(settings, again, 4, {}, relabel={"a": "b", "b": "a"})
    assert "labels_no_answer" not in {
        told.key.rsplit(".", 1)[-1] for told in other.summary.problems
    }


def test_relabelled_classes_keep_what_came(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    lines = (f"review number {i},{i % 5 + 1}" for i in range(100))
    version = service.import_file("local", write(tmp_path, "review,stars", *lines)).version
    names = {"1": "bad", "2": "bad", "3": "fair", "4": "good", "5": "good"}
    made = with_labels(settings, version, 2, {}, relabel=names)
    rows = load_rows(settings.home / made.folder)
    assert made.summary.classes == {"bad": 40, "good": 40, "fair": 20}
    assert rows["col.stars"][:5] == ["1", "2", "3", "4", "5"]


def test_upload_is_kept_with_places(
    tmp_path: Path, settings: Settings, service: DatasetService
) -> None:
    dataset = unlabelled(tmp_path, service, rows=20)
    upload = dataset.version.recipe.uploads[0]
    kept = upload_path(folder_of(settings, dataset), upload)
    assert kept.read_bytes() == (tmp_path / "reviews.csv").read_bytes()
    rows = load_rows(folder_of(settings, dataset))
    assert (rows["place"][0], rows["place"][-1], set(rows["upload"])) == ("2", "21", {"0"})


def test_labels_can_be_chosen_away_and_back(tmp_path: Path, service: DatasetService) -> None:
    lines = (f"review number {i},{'ab'[i % 2]}" for i in range(20))
    dataset = service.import_file("local", write(tmp_path, "review,label", *lines))
    without = service.choose_columns("local", dataset.id, text="review", label=NO_LABEL)
    assert without.version.summary.unlabelled_rows == 20
    again = service.choose_columns("local", dataset.id, text="review", label="label")
    assert again.version.summary.classes == {"a": 10, "b": 10}
