"""Rows with more cells than columns because a text holds delimiters that no quotes enclose: which column they belong to; it opens no file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bigmodel.data.tables.header import comes_again, is_amount

LEAST_ROWS = 5
OVER_SHARE = 0.1  # of the rows are too wide
FITTING_SHARE = 0.95  # of the rows have at least as many cells as columns
FEW_SHARE = 0.2  # of the rows: a column of labels has no more different values
LONGEST_LABEL = 40
NATURAL = 0.5  # of the joined pieces begin with a blank, as after a comma in a sentence

Cells = Sequence[str]


@dataclass(frozen=True)
class Surplus:
    """How many columns there are and which of them cells beyond them belong to; `is_padded`: blank ones at the end are none."""

    width: int
    place: int
    is_padded: bool

    def is_over(self, cells: Cells) -> bool:
        """Tell a row that has more cells than columns."""
        return len(self._told(cells)) > self.width

    def joined(self, cells: Cells, delimiter: str) -> list[str]:
        """Return a row that is as wide as the table, its surplus cells in the text."""
        return _joined(self._told(cells), delimiter, self.width, self.place)

    def _told(self, cells: Cells) -> Cells:
        return _unpadded(cells, self.width) if self.is_padded else cells


def text_place(rows: Sequence[Cells]) -> Surplus | None:
    """Return which column surplus cells belong to, None where that is not clear.

    Every other column must be tidy once they are joined: few values that come again, or numbers and dates.

    Args:
        rows: the first records of a file, that of the names among them if there is one.
    """
    width, below = _columns(rows)
    is_padded = all(row[-1].strip() for row in below if len(row) == width)
    below = [_unpadded(row, width) for row in below] if is_padded else below
    over = [row for row in below if len(row) > width]
    fitting = [row for row in below if len(row) >= width]
    if width < 2 or len(over) < max(2, OVER_SHARE * len(below)) or len(below) < LEAST_ROWS:
        return None
    if len(fitting) < FITTING_SHARE * len(below):
        return None
    found = [(_natural(over, width, k), k) for k in range(width) if _are_tidy(fitting, width, k)]
    if not found:
        return None
    best, place = max(found)
    is_only = len(found) == 1 or best > sorted(found)[-2][0]
    is_index = len(over) == len(below)  # else a column of row names may come first
    return (
        Surplus(width, place, is_padded) if is_only and (best >= NATURAL or not is_index) else None
    )


def _unpadded(cells: Cells, width: int) -> Cells:
    """Return a row without the blank cells at its end that lie beyond the columns: delimiters trailed there."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _joined(cells: Cells, delimiter: str, width: int, place: int) -> list[str]:
    end = place + 1 + len(cells) - width
    return [*cells[:place], delimiter.join(cells[place:end]), *cells[end:]]


def _columns(rows: Sequence[Cells]) -> tuple[int, Sequence[Cells]]:
    """Return how many columns there are, and the rows below their names."""
    if not rows:
        return 0, ()
    widths = Counter(map(len, rows))
    if widths[len(rows[0])] == 1 or not _is_row(rows):
        return len(rows[0]), rows[1:]
    usual = [width for width, count in widths.items() if count >= OVER_SHARE * len(rows)]
    return min(usual, default=0), rows


def _is_row(rows: Sequence[Cells]) -> bool:
    return any(
        comes_again([cell], [row[column : column + 1 or None] for row in rows[1:]])
        for column, cell in ((0, rows[0][0]), (-1, rows[0][-1]))
    )


def _are_tidy(rows: Sequence[Cells], width: int, place: int) -> bool:
    """Tell whether all columns but one hold labels, numbers or dates, at least one of them labels or numbers."""
    whole = [_joined(row, "", width, place) for row in rows]
    return all(_is_tidy([row[at] for row in whole]) for at in range(width) if at != place)


def _is_tidy(values: Sequence[str]) -> bool:
    filled = [value.strip() for value in values if value.strip()]
    if not filled or max(map(len, filled)) > LONGEST_LABEL:
        return False
    is_few = len(set(filled)) <= max(2, FEW_SHARE * len(filled))
    return is_few or sum(map(is_amount, filled)) >= FITTING_SHARE * len(filled)


def _natural(rows: Sequence[Cells], width: int, place: int) -> float:
    """Return the share of pieces that begin with a blank, were they joined here."""
    pieces = [piece for row in rows for piece in row[place + 1 : place + 1 + len(row) - width]]
    return sum(piece.startswith(" ") for piece in pieces) / max(1, len(pieces))
