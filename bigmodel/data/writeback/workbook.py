"""An .xlsx or .xlsm with answers beside the rows of one sheet and a sheet that sums them up; it opens no other kind of file."""

from collections.abc import Callable, Iterator
from functools import partial

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.order import Order, Rows
from bigmodel.data.writeback.package import Package, Sheet, Write, open_package
from bigmodel.data.writeback.sheet import CellWriter, Plan, Survey, look
from bigmodel.data.writeback.splice import MAIN
from bigmodel.data.writeback.styles import with_percent
from bigmodel.data.writeback.summary import summary_sheet

LOOK_SHARE = 0.4  # of the work
FORBIDDEN = dict.fromkeys(map(ord, "[]:*?/\\'"), " ")  # in the name of a sheet


def write_workbook(order: Order, rows: Rows, progress: Callable[[float], None]) -> None:
    """Write the workbook of an order.

    Raises:
        DatasetError: `workbook_broken`, `workbook_unsafe`, `sheet_gone`, or `sheet_full`.
    """
    with open_package(order.source) as package:
        sheet, survey = _chosen(package, order)
        progress(LOOK_SHARE)
        share_style = _percent(package)
        plan = Plan(
            survey=survey,
            columns=order.columns,
            rows=rows,
            share_style=share_style,
            progress=lambda share: progress(LOOK_SHARE + (1 - LOOK_SHARE) * share),
        )
        package.change(sheet.part, partial(_with_cells, plan))
        if order.summary:
            space = package.workbook.root.space
            made = summary_sheet(
                order.summary,
                space=space if space in MAIN else MAIN[0],
                head_style=survey.header_style,
                share_style=share_style,
            )
            package.add_sheet(order.summary_title.translate(FORBIDDEN).strip() or "Summary", made)
        package.save(order.out)


def _chosen(package: Package, order: Order) -> tuple[Sheet, Survey]:
    """Return the sheet of an order, by its name, else the first one that holds anything."""
    sheets = package.sheets()
    for sheet in sheets:
        if order.sheet in ("", sheet.name):
            survey = look(package.chunks(sheet.part), order.header_row)
            if survey.last:
                return sheet, survey
    raise DatasetError("sheet_gone", sheet=order.sheet)


def _percent(package: Package) -> str:
    part = package.styles()
    if not part:
        return ""
    before = package.outline(part).content
    after, number = with_percent(before)
    if after != before:
        package.put(part, after)
    return number


def _with_cells(plan: Plan, chunks: Iterator[bytes], write: Write) -> None:
    CellWriter(write, plan).feed(chunks)
