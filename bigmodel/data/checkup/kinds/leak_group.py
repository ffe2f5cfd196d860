"""One speaker, patient or shop in training and held out: the score then says how well these are known, not others."""

from collections.abc import Iterator, Sequence

import numpy as np

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.kinds.leak_rows import kept_together, torn_rows
from bigmodel.data.checkup.rows import CheckedRows
from bigmodel.data.versions.split_columns import GROUPS, group_numbers, parts_of_names


def _find(rows: CheckedRows) -> Iterator[Finding]:
    for column, values in _candidates(rows):
        groups = group_numbers(values)
        if groups is None:
            continue
        held = torn_rows(rows, groups)
        if not len(held):
            continue
        args = {
            "column": column,
            "groups": len(np.unique(groups[held])),
            "example": values[held[0]],
        }
        notes = [values[at] for at in held[:3].tolist()]
        examples = rows.examples(held, notes)
        yield Finding(
            "leak_group", 84, len(held), examples, args, Repair.SPLIT, *kept_together(groups)
        )
        return


def _candidates(rows: CheckedRows) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what may be groups: columns called so, and parts of the names of files."""
    used = (rows.recipe.input, rows.recipe.target)
    for column in rows.columns:
        if column not in used and GROUPS.search(column):
            yield column, [cell.strip() for cell in rows.original(column)]
    if rows.medium != "text":
        for _, example, words in parts_of_names(rows.names, frozenset(rows.labels)):
            yield example, words


KIND = Kind(("text", "image", "audio"), _find)
