"""Workbooks as people export them: a title above the header, several sheets, styles, dates, formulas, no labels."""

import csv
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
TITLE_ROWS = 2
HEADER_ROW = TITLE_ROWS + 1


@dataclass(frozen=True)
class Wording:
    """What one language puts into the workbook, and where its texts and true labels come from."""

    sample: str
    text: str
    label: str
    title: str
    sheet: str
    notes: str
    header: tuple[str, ...]  # the third one is the text
    shops: tuple[str, ...]


WORDINGS = {
    "en": Wording(
        "stars_en.csv", "review", "stars", "Reviews, October 2026", "October", "Notes",
        ("date", "order", "review", "shop", "amount", "with tax"), ("North", "South"),
    ),
    "zh": Wording(
        "sentiment_zh.csv", "评论", "情感", "2026 年 10 月评论导出", "十月", "说明",
        ("日期", "订单号", "评论", "门店", "金额", "含税"), ("城北店", "城南店"),
    ),
}  # fmt: skip


def read_texts(language: str, count: int) -> dict[str, str]:
    """Return texts of a sample with what a person would say of each: good or bad."""
    words = WORDINGS[language]
    found: dict[str, str] = {}
    with (SAMPLES / words.sample).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            opinion = _opinion(row[words.label])
            if opinion and len(found) < count:
                found.setdefault(row[words.text], opinion)
    return found


def _opinion(label: str) -> str:
    if label in ("正面", "负面"):
        return label
    try:
        stars = float(label)
    except ValueError:
        return ""
    return "good" if stars >= 3.5 else "bad" if stars <= 2.5 else ""


def write_reviews(path: Path, language: str, texts: Sequence[str]) -> Path:
    """Write an unlabelled workbook with a title row, styles, a hidden row, dates, formulas and a second sheet."""
    words = WORDINGS[language]
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = words.notes
    notes.append([words.title])
    notes.append([words.notes, "2026"])
    sheet = book.create_sheet(words.sheet)
    sheet.append([words.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(words.header))
    sheet["A1"].font = Font(size=16, bold=True)
    sheet.append([])
    sheet.append(list(words.header))
    for cell in sheet[HEADER_ROW]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEEFF")
    day = datetime.date(2026, 10, 1)
    for number, text in enumerate(texts):
        place = HEADER_ROW + 1 + number
        row: list[Any] = [
            day + datetime.timedelta(days=number % 30), f"0020261001{number:04d}", text,
            words.shops[number % 2], 12.5 + number, f"=E{place}*1.06",
        ]  # fmt: skip
        sheet.append(row)
        sheet.cell(place, 1).number_format = "yyyy-mm-dd"
        sheet.cell(place, 3).alignment = Alignment(wrap_text=True)
        sheet.cell(place, 5).number_format = "#,##0.00"
    sheet.column_dimensions["C"].width = 60
    sheet.row_dimensions[HEADER_ROW + 5].hidden = True
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    amounts = f"E{HEADER_ROW + 1}:E{HEADER_ROW + len(texts)}"
    red = PatternFill("solid", bgColor="FFFFCCCC")
    sheet.conditional_formatting.add(amounts, CellIsRule("lessThan", ["20"], fill=red))
    book.active = 1
    book.save(path)
    return path


def contents(path: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    """Return every filled cell of every sheet with its value, format, font, fill and alignment."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {
            cell.coordinate: _seen(cell)
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell, Cell) and cell.value is not None
        }
        for sheet in book.worksheets
    }


def frame(path: Path, sheet: str) -> tuple[object, ...]:
    """Return what a sheet has beside its cells: merged ranges, panes, widths, hidden rows, rules."""
    found = openpyxl.load_workbook(path)[sheet]
    widths = {name: size.width for name, size in found.column_dimensions.items() if name <= "F"}
    hidden = [number for number, row in found.row_dimensions.items() if row.hidden]
    rules = [str(each.sqref) for each in found.conditional_formatting]
    return sorted(map(str, found.merged_cells)), found.freeze_panes, widths, hidden, rules


def _seen(cell: Cell) -> tuple[Any, ...]:
    return (
        cell.value, cell.data_type, cell.number_format, cell.font.b, cell.font.sz,
        cell.fill.fgColor.rgb, cell.alignment.wrap_text,
    )  # fmt: skip
