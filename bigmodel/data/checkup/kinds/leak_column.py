"""Columns that give the answer away: the model would look there and learn nothing that holds tomorrow."""

from collections.abc import Iterator, Sequence

import numpy as np

from bigmodel.core.datasets.checkup import Example, Finding
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows
from bigmodel.data.versions.split_columns import numbered

PURE = 0.99  # share of rows whose class follows from the column
COMMON = 0.95  # share of the largest class above which everything follows from anything
ROWS_A_VALUE = 5  # values with fewer rows on average are ids
MEANT, UNUSED = 95, 30  # harm where the model reads the column, and where it does not


def _find(rows: CheckedRows) -> Iterator[Finding]:
    labels = rows.labels
    total = sum(labels.values())
    if len(labels) < 2 or max(labels.values()) > COMMON * total:
        return
    known = np.flatnonzero(rows.codes >= 0)
    for column in rows.columns:
        if column == rows.recipe.target:
            continue
        values = [text.strip() for text in rows.original(column)]
        share = _purity([values[at] for at in known], rows.codes[known])
        if share < PURE:
            continue
        harm = MEANT if column == rows.recipe.input else UNUSED
        shown = tuple(Example(values[at][:SHOWN], rows.targets[at]) for at in known[:3])
        args: dict[str, Arg] = {"column": column, "percent": round(100 * share)}
        kind = "leak_column" if harm == MEANT else "leak_other_column"
        yield Finding(kind, harm, len(known), shown, args)
        if harm == UNUSED:
            return


def _purity(values: Sequence[str], codes: np.typing.NDArray[np.int64]) -> float:
    """Return the share of rows that have the commonest class of their value; 0 for ids."""
    of = numbered(values)
    count = int(of.max()) + 1 if len(of) else 0
    if count < 2 or count * ROWS_A_VALUE > len(of):
        return 0.0
    pairs, sizes = np.unique(of * (int(codes.max()) + 1) + codes, return_counts=True)
    most = np.zeros(count, np.int64)
    np.maximum.at(most, pairs // (int(codes.max()) + 1), sizes)
    return float(most.sum() / len(of))


KIND = Kind(("text",), _find)
