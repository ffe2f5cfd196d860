"""One speaker, patient or shop in training and held out: the score then says how well these are known, not others."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.kinds.leak_rows import kept_together, torn_rows
from bigmodel.data.checkup.rows import CheckedRows, numbered

GROUPS = re.compile(
    r"speaker|patient|client|user|author|subject|shop|store|seller|session|participant|donor|site|client_id|person"
    r"|说话人|发音人|患者|病人|用户|作者|店铺|商家|门店|受试者|被试|会话|账号",
    re.IGNORECASE,
)
PARTS = re.compile(r"[_\-. ]+")
ROWS_A_GROUP = 2  # on average at least
MOST_SHARE = 0.8  # of the rows, in one group
NAMED = 0.95  # share of the files whose names have as many parts
MOST_NAMES = 200


def _find(rows: CheckedRows) -> Iterator[Finding]:
    for column, values in _candidates(rows):
        groups = _groups(values)
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
        yield from _parts_of_names(rows)


def _parts_of_names(rows: CheckedRows) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the words that file names have in one place, where they are few and not the class."""
    split = [PARTS.split(PurePosixPath(name).stem) for name in rows.names]
    sizes = np.bincount([len(parts) for parts in split]) if split else np.zeros(1)
    usual = int(sizes.argmax())
    if usual < 2 or sizes[usual] < NAMED * len(split):
        return
    for place in range(usual):
        words = [parts[place] if len(parts) == usual else "" for parts in split]
        names = set(words)
        is_named = all(word.isalpha() for word in names if word)
        if is_named and 2 <= len(names) <= MOST_NAMES and not names <= {*rows.labels, ""}:
            yield f"{PurePosixPath(rows.names[0]).name} → {words[0]}", words


def _groups(values: Sequence[str]) -> np.typing.NDArray[np.int64] | None:
    """Return a number for each row's group, alone where it has none; nothing where the values are no groups."""
    filled = [value for value in values if value]
    if not filled or len(filled) < ROWS_A_GROUP * len(set(filled)) or len(set(filled)) < 2:
        return None
    of = numbered(values)
    counts = np.bincount(of)
    if counts.max() > MOST_SHARE * len(values):
        return None
    empty = np.array([not value for value in values], np.bool_)
    return np.where(empty, len(counts) + np.arange(len(values)), of).astype(np.int64)


KIND = Kind(("text", "image", "audio"), _find)
