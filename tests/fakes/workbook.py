"""A workbook with everything that people put into one, made with openpyxl; and what stands in it, cell by cell."""

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Drawing
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from PIL import Image

TITLE, HEADER, ROWS = 1, 3, 12
TEXTS = [f"书很好 good {number} <&> \"'" for number in range(ROWS)]


def make_workbook(path: Path) -> Path:
    """Write a workbook whose second sheet, "Reviews", holds a title, a header in row 3 and rows below."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Notes"
    first["B2"] = "=SUM(Reviews!C4:C15)"
    sheet = book.create_sheet("Reviews")
    sheet["A1"] = "Reviews of November"
    sheet.merge_cells("A1:H1")
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment("center")
    for place, name in enumerate(("Date", "Text", "Price", "Share", "Doubled"), 1):
        cell = sheet.cell(HEADER, place, name)
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", "336699")
        cell.border = Border(bottom=Side("thick"))
    for number, text in enumerate(TEXTS):
        row = HEADER + 1 + number
        values = (datetime.date(2026, 11, 1), text, 19.9 + number, number / 10, f"=C{row}*2")
        for place, value in enumerate(values, 1):
            sheet.cell(row, place, value)
        sheet.cell(row, 1).number_format = "yyyy-mm-dd"
        sheet.cell(row, 3).number_format = '"¥"#,##0.00'
        sheet.cell(row, 4).number_format = "0.0%"
    sheet.merge_cells("C15:D15")
    sheet.column_dimensions["B"].width = 48
    sheet.row_dimensions[6].height, sheet.row_dimensions[7].hidden = 40, True
    sheet.freeze_panes, sheet.auto_filter.ref = "B4", "A3:E15"
    sheet["B5"].comment = Comment("Ask them.", "someone")
    sheet.conditional_formatting.add(
        "C4:C15", ColorScaleRule("min", None, "FFFFFF", end_type="max", end_color="00AA00")
    )
    choice = DataValidation("list", formula1='"a,b"')
    choice.add("D4:D15")
    sheet.add_data_validation(choice)
    _draw(book, sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _draw(book: openpyxl.Workbook, sheet: Any) -> None:
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=3, max_row=15), titles_from_data=True)
    sheet.add_chart(chart, "J2")
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    sheet.add_image(Drawing(picture), "J20")
    other = book.create_sheet("Table")
    for row in (("name", "value"), ("a", 1), ("b", 2)):
        other.append(row)
    other.add_table(Table(displayName="Small", ref="A1:B3"))
    book.defined_names["prices"] = DefinedName("prices", attr_text="Reviews!$C$4:$C$15")


def cells_of(path: Path, *, values: bool = False) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return value, type, style number, number format and fill of every cell."""
    book = openpyxl.load_workbook(path, data_only=values)
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            cell.data_type,
            cell.style_id,
            cell.number_format,
            cell.fill.fgColor.rgb if cell.has_style else None,
        )
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.has_style
    }
