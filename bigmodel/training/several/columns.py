"""What the columns of rows hold, told by the training rows: texts, numbers, pictures or recordings; it opens no file."""

from collections.abc import Sequence

from bigmodel.core.datasets.attached import SOUND_ENDING, ending_of, file_of
from bigmodel.core.datasets.inputs import LACKING, parts_of
from bigmodel.training.several.blocks import NUMBER, PICTURE, SOUND, TEXT, Column, number_in

NUMBER_SHARE = 0.95  # of the filled cells read as numbers: then they are


def columns_of(inputs: Sequence[str], names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of training rows; those without a name are numbered."""
    rows = [parts_of(text) for text in inputs]
    width = max(map(len, rows), default=0)
    called = [*names[:width], *(f"column {at + 1}" for at in range(len(names), width))]
    cells = [[row[at] for row in rows if at < len(row)] for at in range(width)]
    return tuple(Column(name, _medium(part)) for name, part in zip(called, cells, strict=True))


def cells_of(inputs: Sequence[str], columns: Sequence[Column]) -> list[list[str]]:
    """Return the cells of rows in step with the columns, "" for what they lack; of files their paths."""
    return [
        [_cell(row, at, column) for at, column in enumerate(columns)]
        for row in map(parts_of, inputs)
    ]


def _cell(row: Sequence[str], at: int, column: Column) -> str:
    cell = row[at] if at < len(row) else ""
    if column.medium in (PICTURE, SOUND):  # only names that say their content are files
        is_sound = ending_of(cell) == SOUND_ENDING
        return file_of(cell) if is_sound == (column.medium == SOUND) else ""
    return "" if cell == LACKING or file_of(cell) else cell


def _medium(cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell and cell != LACKING]
    endings = [ending for cell in filled if (ending := ending_of(cell))]
    if 2 * len(endings) > len(filled):
        return SOUND if 2 * endings.count(SOUND_ENDING) > len(endings) else PICTURE
    are_numbers = sum(number_in(cell) == number_in(cell) for cell in filled)
    return NUMBER if filled and are_numbers >= NUMBER_SHARE * len(filled) else TEXT
