"""Which columns of a table are targets where a task learns several; a guess that people can always overrule, and it opens no file."""

from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.columns import MOST_COLUMNS, is_marked
from bigmodel.core.datasets.spans import spans_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.tables.guess import Guess, guess_columns, likeliest_labels
from bigmodel.data.tables.label import listed

COLUMNS = "columns"  # the target kind of several columns
FITTING = 0.9  # of the filled cells of a column list marks, where it holds marked words


def guess_targets(
    sample: Mapping[str, Sequence[str]], *, text: str = "", targets: Sequence[str] = ()
) -> Guess:
    """Return the text and the columns to learn; those that are given are only checked, further ones never added to them.

    Args:
        sample: some values of each column.
        text: the column to read, if somebody said which.
        targets: the columns to learn, if somebody said which; one alone is not enough.

    Raises:
        DatasetError: `column_unknown`, `columns_same`, `columns_several`, `columns_count`.
    """
    named = list(dict.fromkeys(targets))
    marked = (
        [] if named else [name for name in sample if name != text and lists_marks(sample[name])]
    )
    taken = named or marked  # they are no texts, however long they are
    found = guess_columns(sample, text=text, label=taken[0] if taken else "", more=taken[1:])
    if found.text in named:
        raise DatasetError("columns_same", column=found.text)
    left = {name: values for name, values in sample.items() if name != found.text}
    chosen = named or _likeliest(left, marked)
    if len(chosen) < 2:
        known, seen = ", ".join(sample), listed(chosen) or "–"
        raise DatasetError("columns_several", found=seen, known=known)
    if len(chosen) > MOST_COLUMNS:
        raise DatasetError("columns_count", count=len(chosen), most=MOST_COLUMNS)
    args = {"columns": listed(chosen, MOST_COLUMNS), "text": found.text}
    told = () if named else (Message("data.problems.columns_found", args, "info"),)
    return Guess(found.text, chosen[0], told, also=tuple(chosen[1:]), kind=COLUMNS)


def lists_marks(values: Sequence[str]) -> bool:
    """Tell whether a column holds marked words: lists of marks, some of which mark something."""
    filled = [value for value in values if value.strip()]
    if not filled or not filled[0].lstrip().startswith(("[", "{")):
        return False
    fitting = sum(map(is_marked, filled))
    return fitting >= FITTING * len(filled) and any(map(spans_of, filled))


def _likeliest(left: Mapping[str, Sequence[str]], marked: Sequence[str]) -> list[str]:
    """Return the columns of marked words and those that look like classes or amounts, in the order of the table."""
    others = {name: values for name, values in left.items() if name not in marked}
    most = MOST_COLUMNS - len(marked)
    chosen = {*marked[:MOST_COLUMNS], *(likeliest_labels(others, most) if most > 0 else ())}
    return [name for name in left if name in chosen]
