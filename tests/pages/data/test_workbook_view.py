"""The card of a workbook shows its rows as texts, marks the row of names, and reads again what was pressed."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from openpyxl import Workbook

from bigmodel.core.datasets.workbook_preview import (
    NO_HEADER,
    RowPreview,
    SheetPreview,
    WorkbookPreview,
)
from pages.data import DataTab
from pages.shared.data.workbook_view import grid
from tests.pages.data.test_data_tab import BAD, request, tab
from tests.pages.data.test_intake import named, quiet

__all__ = ["tab"]
LOOK = WorkbookPreview(
    (SheetPreview("a", 3), SheetPreview("b", 1, is_hidden=True)),
    "a",
    2,
    (RowPreview(1, (BAD,)), RowPreview(2, ("text", "label")), RowPreview(4, ("good", "x"))),
)


def said(key: str, **args: Any) -> str:
    return f"{key} {args}"


def workbook(folder: Path, rows: int = 12, label: str = "good") -> Path:
    book = Workbook()
    for row in (["a title"], ["text", "label"]):
        book.worksheets[0].append(row)
    for number in range(rows):
        book.worksheets[0].append([f"remark {number} {BAD}", label if number % 2 else "bad"])
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def pressed(row: int) -> gr.EventData:
    return gr.EventData(None, {"row": row})


def test_rows_are_pressed_by_their_number_and_no_cell_is_markup() -> None:
    drawn = grid(LOOK, said)
    assert 'data-row="4" aria-pressed="false"' in drawn
    assert 'data-row="2" aria-pressed="true"' in drawn
    assert f'data-row="{NO_HEADER}"' in drawn
    assert "<img" not in drawn


@pytest.mark.slow
def test_pressed_row_is_read_as_names_at_once(tab: DataTab, tmp_path: Path) -> None:
    path = str(workbook(tmp_path))
    taken = named(tab, tab.intake.upload(path, "", request(), progress=quiet))
    book = tab.intake.workbook
    shown: Any = book.show(taken["dataset"], request())
    assert shown[book.card].open
    assert 'class="is-on" data-row="2"' in shown[book.grid]
    again = tab.intake.use_row(
        taken["dataset"], None, "Sheet", pressed(3), request(), progress=quiet
    )
    assert named(tab, again)["changed"] == f"{taken['dataset']} 2"
    dataset = tab.ctx.services.datasets.get("local", taken["dataset"])
    assert dataset.version.summary.columns[1] == "bad"


@pytest.mark.slow
def test_refused_workbook_offers_its_rows(tab: DataTab, tmp_path: Path) -> None:
    path = str(workbook(tmp_path, label="bad"))
    refused = named(tab, tab.intake.upload(path, "", request(), progress=quiet))
    assert "Two or more classes are needed" in refused["refused"].value
    assert 'data-row="2" aria-pressed="true"' in refused["grid"]
    again = named(
        tab,
        tab.intake.use_row(
            "", refused["pending"], "Sheet", pressed(400), request("zh"), progress=quiet
        ),
    )
    assert "第 400 行是空的" in again["refused"].value
    assert again["pending"].path == path


@pytest.mark.slow
def test_pasted_text_becomes_a_dataset_and_leaves_the_box(tab: DataTab) -> None:
    lines = "\n".join(f"a remark, number {number}" for number in range(12))
    taken = named(tab, tab.intake.take_pasted(lines, "", request(), progress=quiet))
    made = tab.ctx.services.datasets.get("local", taken["dataset"])
    assert (made.name[:6], made.version.summary.rows, taken["box"]) == ("Pasted", 12, "")
    assert not list(tab.ctx.services.settings.scratch.iterdir())
