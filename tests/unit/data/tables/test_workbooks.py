"""Workbooks as people have them: the table in them is found, nothing is lost, and what is odd is said aloud."""

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bigmodel.core.datasets.workbook_preview import NO_HEADER
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import text_of
from bigmodel.data.tables.header import HeadRow, guess_header
from bigmodel.data.tables.table import ReadRequest
from tests.unit.data.tables.test_readers import LIMITS, Read, refused

HEAD = ["评论内容", "星级", "日期"]


def review(number: int) -> list[object]:
    text = f"这是第 {number} 条评论，东西不错，下次再来"
    return [text, number % 5 + 1, datetime.date(2026, 3, 1 + number % 28)]


def saved(folder: Path, book: Workbook) -> Path:
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def filled(sheet: Worksheet, rows: int = 12, *, above: Sequence[list[object]] = ()) -> Worksheet:
    for row in [*above, HEAD, *map(review, range(rows))]:
        sheet.append(row)
    return sheet


def test_sheet_with_most_texts_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["Please read this first"])
    for number in range(50):
        book.create_sheet("numbers" if not number else f"n{number}").append([number, number])
    filled(book.create_sheet("三月"))
    read = Read(saved(tmp_path, book))
    assert read.target.look.sheet == "三月"
    assert read.target.columns == tuple(HEAD)
    assert read.said["sheet_chosen"].args == {"sheet": "三月", "count": 52}


def test_hidden_sheet_is_only_read_where_nothing_else_is(tmp_path: Path) -> None:
    book = Workbook()
    filled(book.worksheets[0], rows=6)
    filled(book.create_sheet("old"), rows=80).sheet_state = "hidden"
    read = Read(saved(tmp_path, book))
    assert len(read.rows) == 6
    assert [sheet.is_hidden for sheet in read.target.look.sheets] == [False, True]


def test_title_rows_above_the_names_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    above: list[list[object]] = [["三月客户评论汇总"], ["导出时间：", "2026-03-31"], []]
    sheet = filled(book.worksheets[0], above=above)
    sheet.merge_cells("A1:C1")
    read = Read(saved(tmp_path, book))
    assert read.target.columns == tuple(HEAD)
    assert read.said["header_row"].args["row"] == 4
    assert read.rows[0] == ("这是第 0 条评论，东西不错，下次再来", "1", "2026-03-01")


def test_lowest_of_several_header_rows_names_the_columns(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["编号", "客户", None, "评论", None])
    sheet.append([None, "姓名", "城市", "内容", "星级"])
    for block in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(block)
    for number in range(8):
        sheet.append([number, f"客户{number}", "北京", f"第 {number} 次来了，很好", 5])
    read = Read(saved(tmp_path, book))
    assert read.target.columns == ("编号", "姓名", "城市", "内容", "星级")
    assert len(read.rows) == 8


def test_table_without_names_keeps_its_first_row(tmp_path: Path) -> None:
    book = Workbook()
    for number in range(20):
        book.worksheets[0].append([f"review number {number}", "good" if number % 2 else "bad"])
    read = Read(saved(tmp_path, book))
    assert len(read.rows) == 20
    assert read.target.look.header_row == NO_HEADER
    assert "header_missing" in read.said


@pytest.mark.parametrize(
    ("header_row", "columns", "rows"),
    [(2, ("a", "b"), 5), (NO_HEADER, ("column 1", "column 2"), 7)],
)
def test_asked_row_names_the_columns(
    tmp_path: Path, header_row: int, columns: tuple[str, ...], rows: int
) -> None:
    book = Workbook()
    for row in (["text", "label"], ["a", "b"], *[[f"words {i}", i] for i in range(5)]):
        book.worksheets[0].append(row)
    read = Read(saved(tmp_path, book), asked=ReadRequest(header_row=header_row))
    assert (read.target.columns, len(read.rows)) == (columns, rows)


def test_asked_sheet_is_read_or_named_as_missing(tmp_path: Path) -> None:
    book = Workbook()
    filled(book.worksheets[0])
    filled(book.create_sheet("small"), rows=2)
    path = saved(tmp_path, book)
    assert len(Read(path, asked=ReadRequest(sheet="small")).rows) == 2
    with pytest.raises(DatasetError) as caught:
        Read(path, asked=ReadRequest(sheet="none"))
    assert caught.value.args_of_words["known"] == "Sheet, small"


def test_empty_row_cannot_name_the_columns(tmp_path: Path) -> None:
    book = Workbook()
    filled(book.worksheets[0])
    with pytest.raises(DatasetError) as caught:
        Read(saved(tmp_path, book), asked=ReadRequest(header_row=400))
    assert caught.value.key == "header_row_empty"


def test_block_merged_down_a_column_belongs_to_each_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["店铺", "评论"],
        ["甲店", "好吃"],
        [None, "一般"],
        [None, "难吃"],
        ["乙店", "不错"],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    read = Read(saved(tmp_path, book))
    assert [row[0] for row in read.rows] == ["甲店", "甲店", "甲店", "乙店"]
    assert read.said["merged_filled"].args["count"] == 2


def test_headings_between_the_rows_and_the_total_are_left_out(tmp_path: Path) -> None:
    book = Workbook()
    sheet = filled(book.worksheets[0], rows=10)
    sheet.append(["四月"])
    sheet.merge_cells("A12:C12")
    sheet.append(review(3))
    sheet.append(["合计", 40])
    read = Read(saved(tmp_path, book))
    assert len(read.rows) == 11
    assert read.said["banners"].args["lines"] == "12"
    assert read.said["total_row"].args["row"] == 14


def test_row_that_only_begins_like_a_total_stays(tmp_path: Path) -> None:
    book = Workbook()
    sheet = filled(book.worksheets[0], rows=10)
    sheet.append(["Total disaster of a meal", 1])
    assert len(Read(saved(tmp_path, book)).rows) == 11


def test_hidden_rows_and_columns_are_read_and_counted(tmp_path: Path) -> None:
    book = Workbook()
    sheet = filled(book.worksheets[0], rows=10)
    for row in (3, 4, 9):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["B"].hidden = True
    read = Read(saved(tmp_path, book))
    assert len(read.rows) == 10
    assert read.said["rows_hidden"].args["count"] == 3
    assert read.said["columns_hidden"].args["columns"] == "B"


def test_formulas_without_result_are_named_by_their_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = filled(book.worksheets[0], rows=6)
    sheet["B2"], sheet["B3"] = "=1+1", "=2+2"
    read = Read(saved(tmp_path, book))
    assert read.said["formulas_empty"].args == {"count": 2, "cells": "B2, B3"}


def test_workbook_of_formulas_alone_is_refused_with_its_cells(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["text", "label"], ["=A1", "=B1"], ["=A2", "=B2"]):
        book.worksheets[0].append(row)
    with pytest.raises(DatasetError) as caught:
        Read(saved(tmp_path, book))
    assert caught.value.key == "workbook_formulas"
    assert caught.value.args_of_words == {"count": 4, "cells": "A2, B2, A3, B3"}


def test_places_are_rows_of_the_sheet(tmp_path: Path) -> None:
    book = Workbook()
    sheet = filled(book.worksheets[0], rows=3, above=[["title"], []])
    sheet["A9"], sheet["B9"] = "after two empty rows", 3
    read = Read(saved(tmp_path, book))
    assert read.places == [4, 5, 6, 9]


def test_table_may_begin_further_right_and_down(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for number, row in enumerate([HEAD, *map(review, range(8))], 5):
        for column, value in enumerate(row, 3):
            sheet.cell(number, column, value)
    sheet["J9"] = "a note beside"
    read = Read(saved(tmp_path, book))
    assert read.target.columns == tuple(HEAD)
    assert read.said["cells_outside"].args["lines"] == "9"


@pytest.mark.parametrize(
    ("value", "shape", "text"),
    [
        (0.85, "0%", "85%"),
        (0.0715, "0.00%", "7.15%"),
        (5.0, '0.0"%"', "5"),
        (1e17, "General", "100000000000000000"),
        (1.5e16, "0", "15000000000000000"),
        (4.1000000000000005, "General", "4.1"),
        (1.5e-7, "General", "0.00000015"),
        (42, "00000", "00042"),
        (1234.5, "#,##0.00", "1234.5"),
        (datetime.datetime.fromisoformat("2026-03-01"), "", "2026-03-01"),
        (datetime.datetime.fromisoformat("2026-03-01T09:30"), "", "2026-03-01 09:30:00"),
        (datetime.timedelta(hours=26, minutes=5), "", "26:05:00"),
        (True, "", "true"),
        ("00123", "", "00123"),
        ("one_x000D_\ntwo", "", "one\ntwo"),
    ],
)
def test_cells_read_as_people_see_them(value: object, shape: str, text: str) -> None:
    assert text_of(value, shape) == text


def test_numbers_survive_a_real_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["text", "order", "share", "code"])
    sheet.append(["very good", 1e17, 0.5, "007"])
    sheet["C2"].number_format = "0.0%"
    assert Read(saved(tmp_path, book)).rows == [("very good", "100000000000000000", "50%", "007")]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["text", "stars"], ["good", "5"]], 1),
        (
            [
                ["客户", "", "评论", ""],
                ["姓名", "城市", "内容", "星级"],
                *[[f"客{i}", "北京", f"好{i}", "5"] for i in range(6)],
            ],
            2,
        ),
        (
            [
                ["Please fill in one line each and do not change the header, thank you very much"],
                ["No", "Note"],
                ["1", "fine"],
                ["2", "bad"],
            ],
            2,
        ),
        (
            [
                ["Timestamp", "What could we improve?"],
                *[[f"2026/01/0{i} 10:00", f"more of {i}"] for i in range(1, 7)],
            ],
            1,
        ),
        ([[f"{i}", f"remark {i}", "good" if i % 2 else "bad"] for i in range(8)], NO_HEADER),
        ([["2024", "2025", "text"], ["1", "2", "good"]], 1),
        ([["2024", "2025", "2026"], ["1", "2", "3"]], NO_HEADER),
        (
            [["价格太高了", "价格"], *[[f"第{i}次问题", "价格"] for i in range(6)], ["慢", "物流"]],
            NO_HEADER,
        ),
        ([["text", "spam"], *[[f"words {i}", "spam"] for i in range(6)], ["more", "ham"]], 1),
        (
            [
                ["店铺：", "城北店"],
                ["单号", "评价", "时间"],
                *[[f"A{i}", f"好用{i}", "9:30"] for i in range(6)],
            ],
            2,
        ),
        ([["评论"], ["很好用，推荐"], ["不太好，退货了"]], 1),
        ([["very nice"], ["really quite bad"], ["I liked it"]], NO_HEADER),
        ([["Shop", "X", "2026-01-01"], ["text", "label", "date"], ["nice", "a", "2026-01-02"]], 2),
        ([["a title"], ["text", "label"], *[[f"words {i}", "x"] for i in range(6)]], 2),
    ],
)
def test_header_is_guessed_from_the_first_rows(rows: list[list[str]], header: int) -> None:
    assert guess_header([HeadRow(number, row) for number, row in enumerate(rows, 1)]) == header


def old_workbook(folder: Path, name: str = "table.xls") -> Path:
    book = xlwt.Workbook()
    book.add_sheet("empty")
    sheet = book.add_sheet("评论")
    sheet.write_merge(0, 0, 0, 3, "三月汇总")
    date, share = xlwt.XFStyle(), xlwt.XFStyle()
    date.num_format_str, share.num_format_str = "YYYY-MM-DD", "0.0%"
    for column, title in enumerate(["店铺", "评论", "日期", "占比"]):
        sheet.write(2, column, title)
    sheet.write_merge(3, 5, 0, 0, "甲店")
    for row in range(3, 9):
        sheet.write(row, 1, f"第 {row} 条，很好")
        sheet.write(row, 2, datetime.date(2026, 3, row), date)
        sheet.write(row, 3, 0.125, share)
    sheet.row(5).hidden = True
    book.save(str(folder / name))
    return folder / name


def test_old_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    read = Read(old_workbook(tmp_path))
    assert read.format == "xls"
    assert read.target.columns == ("店铺", "评论", "日期", "占比")
    assert read.rows[:2] == [
        ("甲店", "第 3 条，很好", "2026-03-03", "12.5%"),
        ("甲店", "第 4 条，很好", "2026-03-04", "12.5%"),
    ]
    assert read.said["rows_hidden"].args["count"] == 1
    assert read.places[0] == 4


def test_old_workbook_with_another_name_is_read_by_content(tmp_path: Path) -> None:
    assert "format_by_content" in Read(old_workbook(tmp_path, "table.xlsx")).said
    assert Read(old_workbook(tmp_path, "table.et")).format == "xls"


def test_locked_old_workbook_says_so(tmp_path: Path) -> None:
    path = old_workbook(tmp_path)
    content = bytearray(path.read_bytes())
    begin = 512 + 4 + int.from_bytes(content[514:516], "little")  # the record after the first
    content[begin : begin + 2] = b"\x2f\x00"  # FilePass: what follows is encrypted
    path.write_bytes(content)
    assert refused(path) == "workbook_locked"


def test_damaged_old_workbook_is_refused(tmp_path: Path) -> None:
    path = old_workbook(tmp_path)
    path.write_bytes(path.read_bytes()[:2_500])
    assert refused(path) == "workbook_broken"
    assert refused(path.rename(path.with_suffix(".et"))) == "workbook_et"


def test_web_page_named_workbook_gets_its_own_sentence(tmp_path: Path) -> None:
    for name, content in (
        ("a.xls", "<html><table><tr><td>x"),
        ("b.xls", "<?xml version='1.0'?><Workbook>"),
    ):
        (tmp_path / name).write_text(content)
        assert refused(tmp_path / name) == "workbook_web"


def test_looking_copies_nothing(tmp_path: Path) -> None:
    book = Workbook()
    filled(book.worksheets[0], rows=40)
    read = Read(saved(tmp_path, book), only_looks=True)
    assert read.rows == []
    assert len(read.target.look.rows) == 15
    assert read.target.look.rows[1].number == 2
    assert LIMITS.max_rows > len(read.target.look.rows)
