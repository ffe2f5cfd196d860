"""A cell of a workbook as the text people see: no "1E+17" for an order number, no "0.85" for "85%". It opens no file."""

import datetime
import math
import re
from decimal import Decimal
from functools import lru_cache

from bigmodel.data.tables.table import as_text

LARGEST_EXPONENT = 25  # beyond, a number is no amount of anything and stays as it is written
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')  # what a number format shows as it stands
CONTROL = re.compile(r"_x00([01][0-9A-Fa-f])_")  # how a workbook writes a control character
SHOWN_CELLS = 8
FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # the last four are full-width
A_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


def neutral(cell: str | float) -> str | float:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what looks like a formula."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    return cell if A_NUMBER.fullmatch(cell) else f"'{cell}"


def text_of(value: object, number_format: str = "") -> str:
    """Return a value as text. `number_format` is that of its cell, in Excel's own notation."""
    if isinstance(value, str):
        return CONTROL.sub(_control, value) if "_x00" in value else value
    if isinstance(value, bool):
        return as_text(value)
    if isinstance(value, int | float):
        return number_text(value, number_format)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else _to_the_second(value).isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.replace(microsecond=0).isoformat()
    return _duration(value) if isinstance(value, datetime.timedelta) else as_text(value)


def number_text(value: float, number_format: str = "") -> str:
    """Return a number in full, as a percentage or with leading zeros where its format says so."""
    shape = _shape(number_format) if number_format else ""
    if shape == "%":
        return f"{_plain(value * 100)}%"
    text = _plain(value)
    return text.zfill(len(shape)) if shape and text.isdigit() else text


@lru_cache(maxsize=512)
def _shape(number_format: str) -> str:
    """Return "%" of a percentage, the zeros of a format that only pads, else nothing."""
    first = LITERAL.sub("", number_format.split(";")[0]).strip()
    if "%" in first:
        return "%"
    return first if len(first) > 1 and set(first) == {"0"} else ""


def _plain(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return ""
    is_whole = value.is_integer()
    text = repr(value) if is_whole else format(value, ".15g")  # Excel shows 15 digits
    if is_whole and abs(value) < 1e15:
        return str(int(value))
    if "e" in text and abs(int(text.partition("e")[2])) <= LARGEST_EXPONENT:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _to_the_second(moment: datetime.datetime) -> datetime.datetime:
    """Return a moment without the fractions that come from how workbooks count days."""
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


def _duration(span: datetime.timedelta) -> str:
    seconds = round(span.total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _control(match: "re.Match[str]") -> str:
    character = chr(int(match.group(1), 16))
    return character if character in "\t\n" else ""


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Places:
    """Cells of one kind: all are counted, the first few are named."""

    def __init__(self) -> None:
        self.count = 0
        self._names: list[str] = []

    def add(self, name: str) -> None:
        """Count one more cell, named like "B2"."""
        self.count += 1
        if len(self._names) < SHOWN_CELLS and name:
            self._names.append(name)

    @property
    def shown(self) -> str:
        """The first cells as one text."""
        text = ", ".join(self._names)
        return f"{text} …" if self.count > len(self._names) else text
