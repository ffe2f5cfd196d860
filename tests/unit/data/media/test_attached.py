"""A table whose cells name files is read with them: rows stay rows, each file is kept once, and all that does not fit is told."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from bigmodel.core.datasets.attached import called, file_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.attached import AttachedTable, are_whole_rows
from bigmodel.data.media.entry import Entry
from bigmodel.data.tables.table import Findings, Limits, Target

LIMITS = Limits(10_000, 100, 10_000, 100)
HEADER = ("text", "photo", "price")


def picture(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), (shade % 256, 90, 120)).save(out, "PNG")
    return out.getvalue()


def entries(
    rows: list[tuple[str, ...]], files: dict[str, bytes], header: tuple[str, ...] = HEADER
) -> list[Entry]:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    every = {**files, "houses.csv": text.getvalue().encode()}
    return [
        Entry(name, len(content), lambda content=content: io.BytesIO(content))  # type: ignore[misc]
        for name, content in every.items()
    ]


def houses(count: int = 20) -> tuple[list[tuple[str, ...]], dict[str, bytes]]:
    files = {f"photos/{n}.png": picture(10 * n) for n in range(count)}
    rows = [(f"a house with {n} rooms", name, str(1000 * n)) for n, name in enumerate(files)]
    return rows, files


class Reading:
    def __init__(self, folder: Path, *, leave_out: bool = False) -> None:
        self.findings = Findings()
        self.media = folder / "media"
        target = Target(folder / "table.parquet", LIMITS, self.findings, lambda _share: None)
        self.table = AttachedTable(self.media, folder, target, leave_out, self.findings)

    def read(self, found: list[Entry]) -> dict[str, list[str]]:
        self.table.read(found)
        self.table.target.close()
        read = pq.read_table(self.table.target.path)
        return {
            name.removeprefix("col."): read.column(name).to_pylist() for name in read.column_names
        }

    def said(self, key: str) -> dict[str, object]:
        return next(m.args for m in self.findings.all() if m.key == f"data.reading.{key}")  # type: ignore[return-value]


def test_rows_stay_and_files_are_kept_by_content(tmp_path: Path) -> None:
    reading = Reading(tmp_path)
    read = reading.read(entries(*houses()))
    assert read["text"][3] == "a house with 3 rooms"
    assert read["price"][3] == "3000"
    assert called(read["photo"][3]) == "photos/3.png"
    assert all((reading.media / file_of(cell)).is_file() for cell in read["photo"])
    assert reading.said("attached_read")["files"] == 20


def test_missing_file_of_row_17_is_told_by_row(tmp_path: Path) -> None:
    rows, files = houses()
    del files["photos/15.png"]  # of the 16th row below the header: row 17 of the file
    reading = Reading(tmp_path)
    read = reading.read(entries(rows, files))
    assert read["photo"][15] == ""
    assert len(read["text"]) == 20
    assert reading.said("attached_missing")["rows"] == "17: photos/15.png"


def test_picture_that_no_row_names_is_told(tmp_path: Path) -> None:
    rows, files = houses()
    reading = Reading(tmp_path)
    reading.read(entries(rows, files | {"photos/spare.png": picture(3)}))
    assert reading.said("attached_unnamed")["names"] == "photos/spare.png"


def test_same_file_in_two_rows_is_kept_once(tmp_path: Path) -> None:
    rows, files = houses()
    rows[1] = (rows[1][0], rows[0][1], rows[1][2])
    reading = Reading(tmp_path)
    read = reading.read(entries(rows, files))
    assert file_of(read["photo"][0]) == file_of(read["photo"][1])


def test_name_that_leads_out_is_refused(tmp_path: Path) -> None:
    rows, files = houses()
    rows[2] = (rows[2][0], "../../etc/passwd", rows[2][2])
    with pytest.raises(DatasetError, match="transcripts_paths"):
        Reading(tmp_path).read(entries(rows, files))


def test_broken_picture_is_settled_with_the_person(tmp_path: Path) -> None:
    rows, files = houses()
    files["photos/4.png"] = b"no picture"
    with pytest.raises(DatasetError, match="media_unreadable") as caught:
        Reading(tmp_path).read(entries(rows, files))
    assert [name for name, _ in caught.value.unreadable] == ["photos/4.png"]
    again = tmp_path / "again"
    again.mkdir()
    reading = Reading(again, leave_out=True)
    assert reading.read(entries(rows, files))["photo"][4] == ""
    assert reading.said("attached_unread")["count"] == 1


def test_files_without_a_table_and_tables_without_files_are_refused(tmp_path: Path) -> None:
    rows, files = houses()
    with pytest.raises(DatasetError, match="attached_no_table"):
        Reading(tmp_path).read(entries(rows, files)[:-1])
    strange = [(text, "none of these", price) for text, _, price in rows]
    with pytest.raises(DatasetError, match="attached_no_files"):
        Reading(tmp_path).read(entries(strange, files))


def test_prose_beside_pictures_makes_whole_rows(tmp_path: Path) -> None:
    rows, files = houses()
    assert are_whole_rows(entries(rows, files), tmp_path, LIMITS)


def test_two_columns_of_files_make_whole_rows(tmp_path: Path) -> None:
    rows, files = houses()
    double = [(name, name, price) for _, name, price in rows]
    header = ("front", "kitchen", "price")
    assert are_whole_rows(entries(double, files, header), tmp_path, LIMITS)


@pytest.mark.parametrize("text", ["train", "a b c d"])
def test_pictures_with_a_class_and_a_part_are_pictures(tmp_path: Path, text: str) -> None:
    rows, files = houses()
    same = [(text, name, "red") for _, name, _ in rows]
    assert not are_whole_rows(entries(same, files, ("split", "file", "label")), tmp_path, LIMITS)


def test_classes_called_like_files_name_none(tmp_path: Path) -> None:
    """Pictures 0.jpg, 1.jpg … and classes 0, 1, 2: the second column is of classes, whatever else stands beside."""
    rows, files = houses()
    content = next(iter(files.values()))
    numbered = {f"{n}.jpg": content for n in range(len(rows))}
    digits = [(f"{n}.jpg", str(n % 3), "any") for n in range(len(rows))]
    assert not are_whole_rows(entries(digits, numbered, ("file", "label", "by")), tmp_path, LIMITS)
