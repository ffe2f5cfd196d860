"""LibreOffice opens what comes back, finds the answers, and finds everything else as it was; it is started three times in all."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.data.writeback.formats import write
from bigmodel.data.writeback.order import Column, Head, Order, Share
from tests.fakes.workbook import HEADER, TEXTS, cells_of, make_workbook
from tests.office import convert

pytestmark = pytest.mark.slow

LABELS = ["=1+1", "书 & <b>", " spaced "]
ROWS = range(HEADER + 1, HEADER + 1 + len(TEXTS))
SUMMARY = ((Head("Class"), Head("Rows")), ("=1+1", 4, Share(0.25)))


@dataclass(frozen=True)
class Opened:
    """A workbook before and after answers came in, each as LibreOffice opened and saved it."""

    before: Path
    after: Path

    def books(self) -> tuple[Any, Any]:
        return openpyxl.load_workbook(self.before), openpyxl.load_workbook(self.after)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    folder = tmp_path_factory.mktemp("office")
    made = make_workbook(folder / "made.xlsx")
    (folder / "by office").mkdir()
    [saved] = convert([made], "xlsx", folder / "by office")  # with shared strings, spans and styles
    saved = saved.rename(folder / "saved.xlsx")
    [old] = convert([made], "xls", folder)
    sources = {"made": made, "saved": saved, "old": old}
    afters = {name: answered(path, folder) for name, path in sources.items()}
    seen = folder / "seen"
    seen.mkdir()
    given = [made, saved, *afters.values()]
    paths = dict(zip(map(str, given), convert(given, "xlsx", seen), strict=True))
    beside = {"made": made, "saved": saved, "old": made}
    return {
        name: Opened(paths[str(beside[name])], paths[str(after)]) for name, after in afters.items()
    }


def answered(source: Path, folder: Path) -> Path:
    place = folder / f"{source.stem}.parquet"
    labels = [LABELS[row % len(LABELS)] for row in ROWS]
    columns: dict[str, Any] = {"place": list(ROWS), "0": labels}
    pq.write_table(pa.table(columns | {"1": [row / 20 for row in ROWS]}), place)
    out = folder / f"{source.stem}-{source.suffix[1:]}-answers.xlsx"
    columns_of = (Column("类别", "text"), Column("把握", "share"))
    order = Order(
        source, out, source.suffix[1:], place, columns_of, "Reviews", HEADER,
        summary_title="Summary", summary=SUMMARY,
    )  # fmt: skip
    write(order, lambda _: None)
    return out


@pytest.mark.parametrize("name", ["made", "saved", "old"])
def test_office_finds_the_answers_in_place(opened: dict[str, Opened], name: str) -> None:
    book = openpyxl.load_workbook(opened[name].after)
    sheet = book["Reviews"]
    assert [sheet.cell(HEADER, column).value for column in (6, 7)] == ["类别", "把握"]
    found = [(sheet.cell(row, 6).value, sheet.cell(row, 7).value) for row in ROWS]
    assert found == [(LABELS[row % len(LABELS)], row / 20) for row in ROWS]
    assert {sheet.cell(row, 6).data_type for row in ROWS} == {"s"}
    assert sheet["G5"].number_format == "0%"
    assert book.sheetnames[-1] == "Summary"
    assert [cell.value for cell in book["Summary"][2]][:3] == ["=1+1", 4, 0.25]


@pytest.mark.parametrize("name", ["made", "saved"])
def test_office_finds_every_other_cell_as_it_was(opened: dict[str, Opened], name: str) -> None:
    for values in (False, True):
        pair = (cells_of(path, values=values) for path in (opened[name].before, opened[name].after))
        before, after = ({key: _shown(cell) for key, cell in cells.items()} for cells in pair)
        assert {key: after.get(key) for key in before} == before


@pytest.mark.parametrize("name", ["made", "saved"])
def test_office_finds_the_shape_of_the_sheet_as_it_was(
    opened: dict[str, Opened], name: str
) -> None:
    before, after = (book["Reviews"] for book in opened[name].books())
    for sheet in (before, after):
        assert str(sheet.merged_cells) == str(before.merged_cells)
        assert sheet.auto_filter.ref == "A3:E15"
        assert sheet.row_dimensions[7].hidden
        assert sheet["B5"].comment
        assert (len(sheet._charts), len(sheet._images)) == (1, 1)
        assert sheet.column_dimensions["B"].width == before.column_dimensions["B"].width
    assert len(opened[name].books()[1]["Table"].tables) == 1


def test_old_workbook_keeps_values_and_types(opened: dict[str, Opened]) -> None:
    before, after = (book["Reviews"] for book in _values(opened["old"]))
    for row in ROWS:
        kept = [
            [sheet.cell(row, column).value for column in range(1, 6)] for sheet in (before, after)
        ]
        assert kept[1] == kept[0]
    assert after["C4"].number_format == before["C4"].number_format


def _values(pair: Opened) -> list[Any]:
    return [openpyxl.load_workbook(path, data_only=True) for path in (pair.before, pair.after)]


def _shown(cell: tuple[Any, ...]) -> tuple[Any, ...]:
    value, kind, _style, shown, fill = cell  # LibreOffice numbers styles anew
    return value, kind, shown, fill
