"""Each format is read as people meant it, and what does not fit is named by its line."""

import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.sniff import choose_reader
from bigmodel.data.tables.table import Findings, Limits, ReadRequest, Target

LIMITS = Limits(max_rows=1_000, max_columns=50, max_field_characters=10_000, max_text_mb=10)

GUESS = ReadRequest()


class Read:
    """A file read in this process, with what was found."""

    def __init__(
        self,
        path: Path,
        limits: Limits = LIMITS,
        *,
        asked: ReadRequest = GUESS,
        only_looks: bool = False,
    ) -> None:
        findings = Findings()
        reader = choose_reader(path, path.name, find_readers(), findings)
        self.target = Target(
            path.with_suffix(".out"),
            limits,
            findings,
            lambda share: None,
            asked=asked,
            only_looks=only_looks,
        )
        reader.read(path, self.target)
        self.format = reader.name
        self.rows: list[tuple[str, ...]] = []
        if not only_looks:
            self.target.close()
            read = pq.read_table(self.target.path)
            columns = [read.column(f"col.{name}").to_pylist() for name in self.target.columns]
            self.rows = list(zip(*columns, strict=True))
            self.places = [int(place) for place in read.column("place").to_pylist()]
        self.said: dict[str, Message] = {m.key.split(".")[-1]: m for m in findings.all()}


def write(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        Read(path)
    return caught.value.key


@pytest.mark.parametrize(
    ("sign", "text"), [(",", "a;b"), (";", "a,b"), ("\t", "a,b"), ("|", "a,b")]
)
def test_delimiter_is_found_on_content(tmp_path: Path, sign: str, text: str) -> None:
    read = Read(write(tmp_path, f"text{sign}label\n" + f"{text}{sign}x\n{text}{sign}y\n" * 5))
    assert read.target.delimiter == sign
    assert read.rows[0] == (text, "x")


def test_line_that_excel_adds_names_the_delimiter(tmp_path: Path) -> None:
    read = Read(write(tmp_path, "sep=;\ntext;label\na,b;x\nc,d;y\n"))
    assert read.target.columns == ("text", "label")
    assert len(read.rows) == 2


@pytest.mark.parametrize(
    ("pasted", "columns", "first"),
    [
        ("好吃，下次再来\n一般般, 不推荐\n很差\n", ("column 1",), ("好吃，下次再来",)),
        ("评论\n好吃，下次再来\n不推荐给朋友们\n", ("评论",), ("好吃，下次再来",)),
        ("very good\ta\nnot good\tb\n", ("column 1", "column 2"), ("very good", "a")),
        ("text\tlabel\nvery good\ta\nnot good\tb\n", ("text", "label"), ("very good", "a")),
        (
            'review\tkind\r\n"two\r\nlines, ""so"""\tx\r\nfine\ty\r\n',
            ("review", "kind"),
            ('two\nlines, "so"', "x"),
        ),
        ("one line\na line with\ta slip\nthe last one\n", ("column 1",), ("one line",)),
        ("first only\nsecond\tb\nthird\tc\n", ("column 1", "column 2"), ("first only", "")),
    ],
)
def test_pasted_rows_are_read_as_copied(
    tmp_path: Path, pasted: str, columns: tuple[str, ...], first: tuple[str, ...]
) -> None:
    read = Read(write(tmp_path, f"sep=\t\n{pasted}", "pasted.tsv"))
    assert (read.target.columns, read.rows[0]) == (columns, first)
    assert read.places[0] == (2 if first[0] == pasted.split("\t")[0].split("\n")[0] else 3)


def test_quoted_text_may_span_lines(tmp_path: Path) -> None:
    read = Read(write(tmp_path, 'text,label\n"one\r\ntwo, ""three""",x\nfour,y\n'))
    assert read.rows == [('one\ntwo, "three"', "x"), ("four", "y")]


def test_open_quotes_swallow_no_rows(tmp_path: Path) -> None:
    lines = ['"open,x' if i % 3 == 0 else f"row {i},y" for i in range(300)]
    read = Read(write(tmp_path, "text,label\n" + "\n".join(lines)))
    assert len(read.rows) == 300
    assert read.said["quote_open"].args["count"] == 100
    assert read.said["quote_open"].args["line"] == 2


def test_open_quote_before_a_good_one_is_named(tmp_path: Path) -> None:
    read = Read(write(tmp_path, 'text,label\n"oops,x\nfine,y\n"good, quoted",x\n'))
    assert read.rows[1:] == [("fine", "y"), ("good, quoted", "x")]
    assert read.said["quote_open"].args["line"] == 2


def test_quote_inside_a_word_is_text(tmp_path: Path) -> None:
    read = Read(write(tmp_path, 'text,label\na 5" disk,x\nb,y\n'))
    assert read.rows[0] == ('a 5" disk', "x")


def test_labels_that_look_like_holes_stay(tmp_path: Path) -> None:
    read = Read(write(tmp_path, "text,label\na,NA\nb,None\nc,null\nd,nan\n"))
    assert [row[1] for row in read.rows] == ["NA", "None", "null", "nan"]


def test_first_row_without_header_is_kept(tmp_path: Path) -> None:
    rows = "".join(f"{'ham' if i % 2 else 'spam'}\tmessage {i}\n" for i in range(20))
    read = Read(write(tmp_path, rows))
    assert len(read.rows) == 20
    assert read.target.columns == ("column 1", "column 2")
    assert "header_missing" in read.said


def test_rows_past_the_limit_are_told(tmp_path: Path) -> None:
    read = Read(write(tmp_path, "text,label\n" + "a,x\n" * 1_200))
    assert len(read.rows) == 1_000
    assert "rows_many" in read.said


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "utf-32"]
)
def test_chinese_text_survives_each_encoding(tmp_path: Path, codec: str) -> None:
    text = "text,label\n" + "这家店的菜很好吃，下次再来,好评\nordinary words,差评\n" * 20
    read = Read(write(tmp_path, text.encode(codec)))
    assert read.rows[0] == ("这家店的菜很好吃，下次再来", "好评")
    assert not read.said


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = "text,label\n" + "Le café était très agréable à Genève,bon\n" * 20
    read = Read(write(tmp_path, text.encode("cp1252")))
    assert read.rows[0][0] == "Le café était très agréable à Genève"
    assert read.said["encoding_mixed"].args["line"] == 2


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file_empty"),
        (b" \n\n ", "file_empty"),
        (b"\x1f\x8b\x08\x00rest", "archive_format"),
        (b"%PDF-1.7 rest", "file_format"),
        (b"PK\x03\x04 not a zip", "file_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "workbook_old"),
        (b"  <!DOCTYPE html><html>", "file_web_page"),
        (b"<?xml version='1.0'?><a/>", "file_format"),
        (bytes(range(1, 32)) * 50, "file_format"),
        (b"PAR1 and nothing more", "parquet_broken"),
        (b"text,label\n", "rows_none"),
        (b"\xff\xfea", "encoding_broken"),
        (b"[" * 5_000 + b"]" * 5_000, "json_deep"),
        (b'{"a": ' + b"[" * 5_000, "json_deep"),
        (b'{"broken\n', "json_no_rows"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, key: str) -> None:
    assert refused(write(tmp_path, content)) == key


def test_json_values_stay_as_written(tmp_path: Path) -> None:
    lines = ['{"text": "a", "label": 1.50}', '{"text": "b", "label": null, "more": [1, "x"]}']
    read = Read(write(tmp_path, "\n".join(lines), "table.jsonl"))
    assert read.rows == [("a", "1.50", ""), ("b", "", '[1, "x"]')]


def test_half_a_character_is_no_crash(tmp_path: Path) -> None:
    read = Read(write(tmp_path, json.dumps({"text": "a\ud800", "label": "x"}), "t.jsonl"))
    assert read.rows == [("a?", "x")]
    assert "characters_lost" in read.said


def workbook(folder: Path, *sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def test_first_filled_sheet_is_read(tmp_path: Path) -> None:
    table = [["text", "stars"], ["a", 5], ["b", 4.5], ["c", True]]
    read = Read(workbook(tmp_path, [], table, [["other", "sheet"], ["x", "y"]]))
    assert read.rows == [("a", "5"), ("b", "4.5"), ("c", "true")]
    assert read.said["sheet_chosen"].args["count"] == 2


def test_workbook_that_inflates_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["text", "label"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * (40 * 2**20))
    assert refused(path) == "workbook_bomb"


def test_damaged_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [["text", "label"], ["a", "x"]]).read_bytes()
    assert refused(write(tmp_path, whole[: len(whole) // 2], "half.xlsx")) == "workbook_broken"
    flipped = whole[:300] + b"XXXX" + whole[304:]
    assert refused(write(tmp_path, flipped, "flipped.xlsx")) == "workbook_broken"


def test_zero_bytes_are_removed_and_told(tmp_path: Path) -> None:
    read = Read(write(tmp_path, "text,label\n" + "some words,x\n" * 50 + "a\0b,y\n"))
    assert read.rows[-1] == ("ab", "y")
    assert read.said["zeros"].args["line"] == 52


def test_formulas_without_results_are_told(tmp_path: Path) -> None:
    read = Read(workbook(tmp_path, [["text", "label"], ["a", "=1+1"], ["b", "=2+2"]]))
    assert read.said["formulas_empty"].args["count"] == 2


def test_parquet_of_all_kinds_becomes_text(tmp_path: Path) -> None:
    table = pa.table({"t": ["a", None], "n": [1, 2], "f": [1.5, 2.0], "l": [[1], [2, 3]]})
    pq.write_table(table, tmp_path / "table.parquet")
    read = Read(tmp_path / "table.parquet")
    assert read.rows == [("a", "1", "1.5", "1"), ("", "2", "2", "[2, 3]")]
