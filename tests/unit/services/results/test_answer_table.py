"""No cell of a written table may be run by a spreadsheet."""

from pathlib import Path

import openpyxl
import pytest

from bigmodel.data.tables.cell import neutral
from bigmodel.services.results.answer_table import open_table


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1"])
def test_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "good", "-5", "+1.5", "-1,234.5", "-3%", -5.0, "a=b"])
def test_harmless_cell_stays_as_it_is(cell: str | float) -> None:
    assert neutral(cell) == cell


def test_header_of_a_sheet_is_text(tmp_path: Path) -> None:
    with open_table(tmp_path / "a.xlsx", ["=cmd|'/c calc'!A1"]) as table:
        table.add(["bell \x07"], [0.5])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet
    assert sheet["A1"].data_type == "s"
    assert [cell.value for cell in sheet[2]] == ["bell ", 0.5]


def test_tab_separated_table_stays_so(tmp_path: Path) -> None:
    with open_table(tmp_path / "a.tsv", ["text", "predicted"]) as table:
        table.add(["one"], ["good"])
    assert (tmp_path / "a.tsv").read_text("utf-8-sig").splitlines() == [
        "text\tpredicted",
        "one\tgood",
    ]
