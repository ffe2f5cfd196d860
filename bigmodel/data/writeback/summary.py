"""The sheet that says in numbers what the answers are: texts as inline texts, numbers as numbers, never a formula."""

from collections.abc import Sequence

from bigmodel.data.writeback.order import Cell, Head, Share
from bigmodel.data.writeback.sheet import cell, inline, letters
from bigmodel.data.writeback.splice import MAIN

WIDTHS = (34, 16, 16, 90)


def summary_sheet(
    rows: Sequence[Sequence[Cell]], *, space: str = MAIN[0], head_style: str, share_style: str
) -> bytes:
    """Return the part of a sheet with these rows."""
    columns = b"".join(
        b'<col min="%d" max="%d" width="%d" customWidth="1"/>' % (place, place, width)
        for place, width in enumerate(WIDTHS, 1)
    )
    body = b"".join(
        b'<row r="%d">%s</row>' % (number, _cells(row, number, head_style, share_style))
        for number, row in enumerate(rows, 1)
        if any(value is not None for value in row)
    )
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<worksheet xmlns="%s"><cols>%s</cols><sheetData>%s</sheetData></worksheet>'
    ) % (space.encode("ascii"), columns, body)


def _cells(row: Sequence[Cell], number: int, head_style: str, share_style: str) -> bytes:
    cells = []
    for place, value in enumerate(row, 1):
        at = f"{letters(place)}{number}"
        if isinstance(value, Share):
            cells.append(cell(b"", at, share_style, repr(float(value.value))))
        elif isinstance(value, Head):
            cells.append(cell(b"", at, head_style, inline(value.text)))
        elif isinstance(value, str):
            cells.append(cell(b"", at, "", inline(value)))
        elif value is not None:
            cells.append(cell(b"", at, "", repr(value)))
    return b"".join(cells)
