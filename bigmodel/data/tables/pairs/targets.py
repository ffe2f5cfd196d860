"""Which columns of a table are targets where a task learns several; a guess that people can always overrule, and it opens no file."""

from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.columns import MOST_COLUMNS
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.tables.guess import Guess, guess_columns, likeliest_labels
from bigmodel.data.tables.label import listed

COLUMNS = "columns"  # the target kind of several columns


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
    found = guess_columns(sample, text=text, label=named[0] if named else "", more=named[1:])
    if found.text in named:
        raise DatasetError("columns_same", column=found.text)
    left = {name: values for name, values in sample.items() if name != found.text}
    chosen = named or likeliest_labels(left, MOST_COLUMNS)
    if len(chosen) < 2:
        known, seen = ", ".join(sample), listed(chosen) or "–"
        raise DatasetError("columns_several", found=seen, known=known)
    if len(chosen) > MOST_COLUMNS:
        raise DatasetError("columns_count", count=len(chosen), most=MOST_COLUMNS)
    args = {"columns": listed(chosen, MOST_COLUMNS), "text": found.text}
    told = () if named else (Message("data.problems.columns_found", args, "info"),)
    return Guess(found.text, chosen[0], told, also=tuple(chosen[1:]), kind=COLUMNS)
