"""The demo service over a store in memory and real serving children of a fake task."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from bigmodel.core.errors import DatasetError, ModelError, NotFoundError
from bigmodel.core.ids import new_id
from tests.fakes.demo import LABELS, Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home") as opened:
        yield opened


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_job_means_its_kept_model(studio: Studio) -> None:
    job_id = studio.job(kinds=("instant", "tuned"), kept="tuned")
    assert studio.demo.resolve("me", job_id).kind == "tuned"


def test_model_is_found_by_its_own_id(studio: Studio) -> None:
    job_id = studio.job(kinds=("instant", "tuned"), kept="tuned")
    instant = next(m for m in studio.demo.models("me") if m.kind == "instant")
    assert studio.demo.resolve("me", instant.id) == instant
    assert instant.job_id == job_id


def test_kept_model_is_listed_first(studio: Studio) -> None:
    older, newer = (studio.job(kinds=("instant", "tuned"), kept="tuned") for _ in range(2))
    listed = [(model.job_id, model.kept) for model in studio.demo.models("me")]
    assert listed == [(newer, True), (newer, False), (older, True), (older, False)]


@pytest.mark.parametrize("name", ["", "nothing", "../../etc", new_id()])
def test_unknown_model_is_not_found(studio: Studio, name: str) -> None:
    with pytest.raises(NotFoundError, match="model_unknown"):
        studio.demo.resolve("me", name)


def test_other_owner_finds_no_model(studio: Studio) -> None:
    job_id = studio.job()
    for thing in (job_id, studio.demo.resolve("me", job_id).id):
        with pytest.raises(NotFoundError, match="model_unknown"):
            studio.demo.predict("somebody else", thing, ["good"])


def test_running_job_has_no_model_yet(studio: Studio) -> None:
    job_id = studio.job(kinds=())
    with pytest.raises(ModelError, match="model_not_ready"):
        studio.demo.resolve("me", job_id)
    studio.finish(job_id)
    with pytest.raises(ModelError, match="job_without_model"):
        studio.demo.resolve("me", job_id)


def test_answer_has_label_and_probabilities(studio: Studio) -> None:
    [answer] = studio.demo.predict("me", studio.job(), ["so good"])
    assert answer.label == "good"
    assert answer.value is None
    assert list(answer.probabilities) == list(LABELS)
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_examples_are_test_rows_of_each_class(studio: Studio) -> None:
    examples = studio.demo.examples("me", studio.job(), 4)
    assert examples == ["test bad 0", "test good 0", "test bad 1", "test good 1"]


def test_table_keeps_columns_and_gains_answers(studio: Studio, tmp_path: Path) -> None:
    rows = [["id", "text", "note"], ["7", "so good", "=1+1"], ["8", "bad", "x"], ["9", " ", ""]]
    out = studio.demo.predict_file(
        "me", studio.job(), write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv"
    )
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert written[0] == ["id", "text", "note", "predicted", "certainty"]
    assert written[1] == ["7", "so good", "'=1+1", "good", "0.9"]
    assert written[2][3] == "bad"
    assert written[3][3:] == ["", ""]


def test_sheet_comes_back_with_texts_as_text(studio: Studio, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    for row in (["text", "note"], ["so good", "-2+3"], ["bad", "fine\x0b"[:4]]):
        sheet.append(row)
    book.save(tmp_path / "in.xlsx")
    out = studio.demo.predict_file("me", studio.job(), tmp_path / "in.xlsx", tmp_path / "out.xlsx")
    written = openpyxl.load_workbook(out).active
    assert written
    assert [cell.value for cell in written[1]] == ["text", "note", "predicted", "certainty"]
    assert [cell.value for cell in written[2]] == ["so good", "-2+3", "good", 0.9]
    assert {cell.data_type for row in written.iter_rows(max_col=3) for cell in row} == {"s"}


def test_column_with_longest_texts_is_guessed(studio: Studio, tmp_path: Path) -> None:
    rows = [["when", "said"], ["1", "it was good"], ["2", "it was bad"]]
    seen: list[tuple[int, int]] = []
    studio.demo.predict_file(
        "me",
        studio.job(),
        write_csv(tmp_path / "in.csv", rows),
        tmp_path / "out.csv",
        lambda *at: seen.append(at),
    )
    answers = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert [row["predicted"] for row in answers] == ["good", "bad"]
    assert seen == [(2, 2)]


def test_failed_answering_leaves_no_file(studio: Studio, tmp_path: Path) -> None:
    rows = [["text"], ["good"], ["stumble"]]
    with pytest.raises(ModelError, match="prediction_failed"):
        studio.demo.predict_file(
            "me", studio.job(), write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv"
        )
    assert {path.name for path in tmp_path.iterdir()} == {"home", "in.csv"}
    assert not list(studio.settings.scratch.iterdir())


def test_unwritable_place_is_told(studio: Studio, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "in.csv", [["text"], ["good"]])
    with pytest.raises(DatasetError, match="table_not_written"):
        studio.demo.predict_file("me", studio.job(), file, tmp_path / "nowhere" / "out.csv")


def test_upload_comes_back_in_its_own_format(studio: Studio, tmp_path: Path) -> None:
    job = studio.job()
    for name, ending in (("a.tsv", ".tsv"), ("b.txt", ".csv")):
        file = write_csv(tmp_path / name, [["text"], ["good"]])
        out = studio.demo.answer_upload("me", job, file)
        assert out.name == f"{file.stem}-answers{ending}"
        assert studio.settings.scratch / "downloads" in out.parents


def test_old_downloads_are_swept(studio: Studio, tmp_path: Path) -> None:
    job = studio.job()
    file = write_csv(tmp_path / "in.csv", [["text"], ["good"]])
    old = studio.demo.answer_upload("me", job, file)
    os.utime(old.parent, (0, 0))
    new = studio.demo.answer_upload("me", job, file)
    assert (old.exists(), new.exists()) == (False, True)
