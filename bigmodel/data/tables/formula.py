"""Which texts a spreadsheet would run as a formula, and how they are kept from it; it opens no file."""

import re

FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # the last four are full-width
A_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


def neutral(cell: str | float) -> str | float:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what looks like a formula."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    return cell if A_NUMBER.fullmatch(cell) else f"'{cell}"
