"""An old workbook (.xls) as a new one with answers: values, types and number formats of every sheet; styles cannot be kept."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.order import Cell, Head, Order, Rows, Share
from bigmodel.data.writeback.outline import free_name
from bigmodel.data.writeback.sheet import MAX_CELL_CHARACTERS
from bigmodel.data.writeback.splice import ILLEGAL
from bigmodel.data.writeback.summary import WIDTHS

TEXT, NUMBER, DATE, TRUTH, ERROR = 1, 2, 3, 4, 5  # kinds of cells, as xlrd numbers them
CHARACTER_UNITS = 256  # of a column's width
PERCENT = "0%"


def write_old(order: Order, rows: Rows, progress: Callable[[float], None]) -> None:
    """Write the workbook of an order as .xlsx.

    Raises:
        DatasetError: `workbook_broken` or `sheet_gone`.
    """
    import xlrd  # noqa: PLC0415  (only old workbooks need it)

    try:
        old = xlrd.open_workbook(str(order.source), logfile=io.StringIO(), formatting_info=True)
    except (xlrd.XLRDError, ValueError, LookupError, TypeError, AssertionError) as error:
        raise DatasetError("workbook_broken") from error
    new = Workbook(write_only=True)
    sheets = old.sheets()
    chosen = _chosen(sheets, order)
    for number, sheet in enumerate(sheets):
        made = new.create_sheet(sheet.name)
        made.sheet_state = "visible" if sheet.visibility == 0 else "hidden"
        for column, info in sheet.colinfo_map.items():
            if info.width:
                made.column_dimensions[get_column_letter(column + 1)].width = (
                    info.width / CHARACTER_UNITS
                )
        for cells in _Copy(old, sheet, made, order if sheet is chosen else None, rows).rows():
            made.append(cells)
        progress((number + 1) / (len(sheets) + 1))
    if order.summary:
        _summarise(new, order, [sheet.name for sheet in sheets])
    new.save(order.out)


def _chosen(sheets: list[Any], order: Order) -> Any:  # xlrd is untyped
    for sheet in sheets:
        if order.sheet in ("", sheet.name) and any(
            map(any, map(sheet.row_types, range(sheet.nrows)))
        ):
            return sheet
    raise DatasetError("sheet_gone", sheet=order.sheet)


class _Copy:
    """The rows of one sheet with the cells to add; `order` is None for the others of the workbook."""

    def __init__(self, book: Any, sheet: Any, made: Any, order: Order | None, rows: Rows) -> None:
        self._book, self._sheet, self._made = book, sheet, made
        self._order, self._rows = order, rows
        filled = [row for row in range(sheet.nrows) if any(sheet.row_types(row))]
        self._header = (order.header_row if order else 0) or (filled[0] + 1 if filled else 0)
        self._width = max((self._used(row) for row in filled if row + 1 >= self._header), default=0)

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of each row."""
        for row in range(self._sheet.nrows):
            cells = [self._cell(row, column) for column in range(self._sheet.row_len(row))]
            added = self._added(row + 1)
            if added:
                cells = (cells + [None] * self._width)[: self._width]
            yield [*cells, *added]

    def _added(self, place: int) -> list[Any]:
        if self._order is None:
            return []
        columns = self._order.columns
        if place == self._header:
            return [_written(self._made, column.heading) for column in columns]
        found = zip(self._rows.get(place, ()), columns, strict=False)
        return [_written(self._made, v, PERCENT if c.kind == "share" else "") for v, c in found]

    def _used(self, row: int) -> int:
        kinds = self._sheet.row_types(row)
        return max(
            (column + 1 for column, kind in enumerate(kinds) if kind in range(1, 6)), default=0
        )

    def _cell(self, row: int, column: int) -> Any:
        kind, value = self._sheet.cell_type(row, column), self._sheet.cell_value(row, column)
        if kind in (TEXT, TRUTH):
            return _written(self._made, str(value) if kind == TEXT else bool(value))
        if kind in (NUMBER, DATE):
            style = self._book.xf_list[self._sheet.cell_xf_index(row, column)]
            shown = self._book.format_map[style.format_key].format_str
            return _written(self._made, self._moment(value) if kind == DATE else value, shown)
        return None

    def _moment(self, value: float) -> datetime | time | float:
        from xlrd import xldate  # noqa: PLC0415

        try:
            moment = xldate.xldate_as_datetime(value, self._book.datemode)
        except (xldate.XLDateError, OverflowError, ValueError):
            return value
        found: datetime | time = moment.time() if 0 <= value < 1 else moment
        return found


def _summarise(book: Any, order: Order, taken: list[str]) -> None:
    sheet = book.create_sheet(free_name(order.summary_title, taken))
    for place, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row in order.summary:
        sheet.append([_plain(sheet, cell) for cell in row])


def _plain(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, Share):
        return _written(sheet, cell.value, PERCENT)
    return _written(sheet, cell.text if isinstance(cell, Head) else cell)


def _written(sheet: Any, value: object, shown: str = "") -> Any:
    """Return a cell; a text is typed as one, whatever it begins with."""
    if value is None:
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL.sub("", value)[:MAX_CELL_CHARACTERS])
        cell.data_type = "s"
        return cell
    cell = WriteOnlyCell(sheet, value)
    if shown and shown != "General":
        cell.number_format = shown
    return cell
