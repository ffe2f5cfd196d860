"""Which of the first rows names the columns: a guess from what stands in them, which people can overrule. It reads no file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from bigmodel.core.datasets.workbook_preview import NO_HEADER
from bigmodel.data.tables.guess import LABEL_NAMES, OTHER_NAMES, TEXT_NAMES
from bigmodel.data.tables.moment import is_moment
from bigmodel.data.tables.number import as_number, is_measure

SEARCHED_ROWS = 25
NAME_CHARACTERS = 60
ONE_NAME_CHARACTERS = 20  # of the name of an only column
FULL_SHARE = 0.6  # of the columns that a row of names fills
NAMES_SHARE = 0.8  # of its cells that read as a name
LEAST_ROWS = 5  # below a first row, before what comes again in them says anything
AMOUNT_CHARACTERS = 45
IDS = 0.5  # of the next one that rises is at least the id before it
SHORTEST_NAME = 3  # characters; less is rather a hole in the data
FEWEST_SERIES = 3  # numbers, from which on one step between them says that they name columns
MOST_NAME_ROWS = 3  # below the names that say more of the columns
SURVEY = re.compile(r"(open-ended )?response", re.IGNORECASE)  # below the names of some surveys
HAN = re.compile(r"[\u3400-\u9fff]")
AMOUNT = re.compile(r"[\d\s.,:/%+\-¥$€£年月日时分秒]*\d[\d\s.,:/%+\-¥$€£年月日时分秒TZ]*")
YEAR = re.compile(r"(19|20)\d\d年?")
STATEMENT = re.compile(
    r"[，。！？；,!?;…]|\S+ \S+ \S+ \S+|[\u4e00-\u9fff]{9}"
)  # says more than a name does
ASIDES = (":", "：")
SENTENCE_ENDS = tuple("。！？!?….")


@dataclass(frozen=True)
class HeadRow:
    """One of the first rows: its number, its texts, and how merged cells tie it to others.

    `banners` are the columns in which a block begins that is merged across columns; `reach` is the
    last row of the blocks that begin in this row.
    """

    number: int
    cells: Sequence[str]
    banners: frozenset[int] = field(default_factory=frozenset)
    reach: int = 0

    @property
    def filled(self) -> int:
        return sum(bool(cell.strip()) for cell in self.cells)


def guess_header(rows: Sequence[HeadRow]) -> int:
    """Return the number of the row that names the columns, or `NO_HEADER`; empty rows are not among `rows`."""
    if not rows:
        return NO_HEADER
    lower = rows[len(rows) // 2 :] if len(rows) > 3 else rows[1:] or rows
    width = int(median(row.filled for row in lower))
    if width <= 1:
        return _of_one_column(rows)
    first = _first_full(rows, width)
    for place in range(first, min(len(rows), SEARCHED_ROWS)):
        row = rows[place]
        if row.filled >= FULL_SHARE * width and _is_names(
            row, rows[place + 1 :], is_sure=place > first
        ):
            return _lowest(rows, place).number
        if comes_again(row.cells, [other.cells for other in rows[place + 1 :]]):
            return NO_HEADER  # the table has begun
    return NO_HEADER


def _first_full(rows: Sequence[HeadRow], width: int) -> int:
    """Return the place of the first row that fills the columns; titles and notes above it do not."""
    needed = max(2, FULL_SHARE * width)
    return next((place for place, row in enumerate(rows) if row.filled >= needed), len(rows))


def _lowest(rows: Sequence[HeadRow], place: int) -> HeadRow:
    """Return the last row of a header of several rows: as deep as its merged cells go."""
    row = rows[place]
    below = rows[place + 1 : place + 2]
    reach = row.reach
    if row.banners and below and any(_cell(below[0], column) for column in row.banners):
        reach = max(reach, below[0].number)
    deeper = [other for other in rows[place:] if other.number <= reach]
    return deeper[-1] if deeper else row


def _is_names(row: HeadRow, below: Sequence[HeadRow], *, is_sure: bool) -> bool:
    """Tell a row of names from a row of data. `is_sure`: rows like it came before, so that it needs proof."""
    cells = [cell.strip() for cell in row.cells if cell.strip()]
    names = [c for c in cells if len(c) <= NAME_CHARACTERS and not is_amount(c)]
    known = sum(map(is_known_name, names))
    years = sum(map(is_year, cells)) if known else 0  # a column of each year is common
    if len(names) + years < NAMES_SHARE * len(cells) or len(set(cells)) < FULL_SHARE * len(cells):
        return False
    if any(name.endswith(ASIDES) for name in names):  # "Shop:" with its value beside it
        return False
    if _has_sure_name(row, below):
        return True
    if comes_again(row.cells, [other.cells for other in below]):
        return False
    return not is_sure or known >= 2 or _tops_amounts(row, below)


def names_pasted(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell the names of pasted columns from the first of the rows: people often copy the rows alone."""
    row, rows = HeadRow(1, first), [HeadRow(number, cells) for number, cells in enumerate(below, 2)]
    if len(first) == 1:
        return names_one_column(first[0], [cells[0] for cells in below])
    is_known = any(map(is_known_name, first)) and not comes_again(first, below)
    return _is_names(row, rows, is_sure=not is_known)


def _has_sure_name(row: HeadRow, below: Sequence[HeadRow]) -> bool:
    """Tell whether a cell is just what such columns are called, and no value of its own column."""
    return any(
        is_sure_name(cell) and cell.strip() not in {_cell(other, column) for other in below}
        for column, cell in enumerate(row.cells)
    )


def _tops_amounts(row: HeadRow, below: Sequence[HeadRow]) -> bool:
    """Tell whether a name stands over a column of nothing but numbers or dates."""
    for column, name in enumerate(row.cells):
        under = [cell for other in below if (cell := _cell(other, column))]
        if name.strip() and len(under) >= 2 and all(map(is_amount, under)):
            return True
    return False


def comes_again(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell a first row that is data: one of its cells comes again and again in that very column.

    Rows that are the same in every cell do not count: names come again where files were glued together.
    """
    if len(first) > 1:
        below = [row for row in below if list(row) != list(first)]
    if len(below) < LEAST_ROWS:
        return False
    for column, name in enumerate(first):
        under = [row[column] for row in below if column < len(row)]
        again = sum(cell == name for cell in under)
        if name.strip() and again >= max(2, 0.02 * len(under)) and again < len(under):
            return True
    return False


def is_first_row(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell a first line that is a row and no names: a cell comes again in its column, is an amount above amounts, or all are texts."""
    return comes_again(first, below) or _is_of_amounts(first, below) or _is_of_texts(first, below)


def _is_of_texts(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell a first row of sentences above sentences, as two languages beside each other have; questions of a survey name columns."""
    told = {at: c.strip() for at, c in enumerate(first) if c.strip() and not is_amount(c)}
    if len(below) < LEAST_ROWS or len(told) < 2 or any(map(is_known_name, told.values())):
        return False
    if any(_asks(cell) and not _asks_on([row[at] for row in below]) for at, cell in told.items()):
        return False
    are_long = any(STATEMENT.search(cell) for cell in told.values())
    return are_long and all(
        _is_sentence(cell) and sum(_is_sentence(row[at]) for row in below) >= 0.5 * len(below)
        for at, cell in told.items()
    )


def _asks(cell: str) -> bool:
    return cell.strip().endswith(("?", "？"))


def _asks_on(below: Sequence[str]) -> bool:
    """Tell questions with their answers beside them from a survey, below whose questions answers stand."""
    return sum(map(_asks, below)) >= 0.5 * len(below)


def _is_sentence(cell: str) -> bool:
    return bool(STATEMENT.search(cell)) or cell.strip().endswith(SENTENCE_ENDS)


def _is_of_amounts(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell a first row that is data by a number above numbers; columns are also named by years, and by their places."""
    amounts = {at: cell for at, cell in enumerate(first) if is_amount(cell) and not is_year(cell)}
    if len(below) < LEAST_ROWS or len(first) < 2 or any(map(is_sure_name, first)):
        return False
    counted = [cell.strip() for cell in amounts.values()]
    if counted in ([str(i) for i in range(k, k + len(counted))] for k in (0, 1)):
        return False
    under = {at: [row[at].strip() for row in below if row[at].strip()] for at in amounts}
    above = {at: first[at].strip() for at in amounts if _is_like(first[at].strip(), under[at])}
    return bool(above) and not _is_series(above, under)


def _is_like(cell: str, under: Sequence[str]) -> bool:
    """Tell an amount above amounts of its kind; a month, a span or a time above plain numbers names them."""
    is_number = as_number(cell) is not None
    numbers = sum(as_number(value) is not None for value in under)
    return (
        bool(cell)
        and all(map(is_amount, under))
        and (is_number or numbers < len(under) or not under)
    )


def _is_series(above: Mapping[int, str], under: Mapping[int, Sequence[str]]) -> bool:
    """Tell numbers that name columns: they rise by one step, and none stands in its own column; two are also of another size."""
    numbers = {at: value for at, cell in above.items() if (value := as_number(cell)) is not None}
    told = list(numbers.values())
    steps = {round(right - left, 6) for left, right in pairwise(told)}
    if len(numbers) < len(above) or len(steps) != 1 or max(steps) <= 0:
        return False
    if any(above[at] in under[at] for at in above):
        return False
    return len(told) >= FEWEST_SERIES or all(_is_apart(numbers[at], under[at]) for at in above)


def _is_apart(number: float, under: Sequence[str]) -> bool:
    """Tell a number of another size than those below; the first of ids that rise stands just before them."""
    others = [value for cell in under if (value := as_number(cell)) is not None]
    if not others or min(others) <= number <= max(others):
        return not others
    if any(left >= right for left, right in pairwise([number, *others])):
        return True
    is_next = len(others) > 1 and others[0] - number == others[1] - others[0]
    return not is_next and number < IDS * others[0]


def _of_one_column(rows: Sequence[HeadRow]) -> int:
    texts = [next((cell for cell in row.cells if cell.strip()), "") for row in rows]
    for place, row in enumerate(rows[:LEAST_ROWS]):
        if names_one_column(texts[place], texts[place + 1 :], is_first=place == 0):
            return row.number
    return NO_HEADER


def names_one_column(first: str, below: Sequence[str], *, is_first: bool = True) -> bool:
    """Tell the name of an only column from the first of its texts.

    Either it is a name that such columns have, or it is shorter than every text below it.
    """
    name = first.strip()
    if not name or len(name) > ONE_NAME_CHARACTERS or is_amount(name):
        return False
    if name.endswith(SENTENCE_ENDS) or not below:
        return False
    if is_sure_name(name):
        return True
    lengths = [len(text.strip()) for text in below if text.strip()]
    if not lengths:
        return False
    if is_known_name(name) and len(name) <= median(lengths):
        return True
    return is_first and len(lengths) >= LEAST_ROWS and 2 * len(name) <= min(lengths)


def is_known_name(name: str) -> bool:
    """Tell a short text that holds a word which columns are called by."""
    if len(name) > ONE_NAME_CHARACTERS or STATEMENT.search(name):
        return False
    return any(known.search(name) for known in (TEXT_NAMES, LABEL_NAMES, OTHER_NAMES))


def is_sure_name(name: str) -> bool:
    """Tell a cell that is one of the words which columns of texts or labels are called by, and nothing else."""
    word = name.strip().removesuffix("s")
    return any(known.fullmatch(word) for known in (TEXT_NAMES, LABEL_NAMES))


def is_year(text: str) -> bool:
    """Tell a year."""
    return bool(YEAR.fullmatch(text))


def is_amount(text: str) -> bool:
    """Tell a number, a date, a time, a share or a price from a name."""
    stripped = text.strip()
    if len(stripped) > AMOUNT_CHARACTERS:
        return False
    return (
        as_number(stripped) is not None or bool(AMOUNT.fullmatch(stripped)) or is_moment(stripped)
    )


def _cell(row: HeadRow, column: int) -> str:
    return row.cells[column].strip() if column < len(row.cells) else ""


def more_names(names: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Return how many rows below the names say more of the columns, as exports of surveys have: questions, ids of columns."""
    for place, row in enumerate(below[:MOST_NAME_ROWS]):
        if 2 * sum(cell.lstrip().startswith('{"ImportId"') for cell in row) >= len(row):
            return place + 1
    count = 0
    most = min(MOST_NAME_ROWS, len(below))
    while count < most and _says_more(names, below[count], below[count + 1 :]):
        count += 1
    return count


def _says_again(names: Sequence[str], row: Sequence[str]) -> bool:
    """Tell names in another language, or written otherwise ("Start Date" below "StartDate")."""
    pairs = [(a, b) for a, b in zip(names, row, strict=True) if a.strip() and b.strip()]
    same = [(a, b) for a, b in pairs if _bare(a) == _bare(b)]
    if len(same) > 1 and any(a.strip() != b.strip() for a, b in same):
        return True
    scripts = {(bool(HAN.search(a)), bool(HAN.search(b))) for a, b in pairs}
    is_other = len(pairs) == len(row) and scripts in ({(True, False)}, {(False, True)})
    known = sum(is_known_name(b) for _, b in pairs)
    return is_other and known >= 0.5 * len(pairs) and any(is_sure_name(b) for _, b in pairs)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def begins_another(row: HeadRow, below: Sequence[HeadRow], columns: Sequence[int]) -> bool:
    """Tell names of another table, in other columns than those of the table above."""
    filled = [at for at, cell in enumerate(row.cells) if cell.strip()]
    above = [at for at in columns if at <= max(filled, default=0)]
    is_elsewhere = filled != above or len(filled) != len(columns)
    is_named = len(filled) > 1 and any(is_known_name(row.cells[at]) for at in filled)
    return is_elsewhere and is_named and len(below) > 1 and _is_names(row, below, is_sure=True)


def _says_more(names: Sequence[str], row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell a row of words above columns of nothing but numbers, dates and times; two such columns are needed."""
    fitting = [other for other in below if len(other) == len(names)]
    if len(row) != len(names) or len(fitting) < LEAST_ROWS or comes_again(row, fitting):
        return False
    if any(row) and all(is_measure(cell) for cell in row if cell.strip()):
        return True
    if _says_again(names, row):
        return True
    wordy = 0
    for column, cell in enumerate(row):
        under = [other[column] for other in fitting if other[column].strip()]
        is_amounts = len(under) >= LEAST_ROWS and sum(map(is_amount, under)) >= 0.95 * len(under)
        if is_amounts and cell.strip():
            if is_amount(cell) or len(cell.strip()) < SHORTEST_NAME:
                return False
            wordy += 1
    return wordy > 1 or any(SURVEY.fullmatch(cell.strip()) for cell in row)
