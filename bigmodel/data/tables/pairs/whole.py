"""Rows that are read whole: one column is learned and all others are read, whatever they hold; it opens no file."""

import re
from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.attached import file_of
from bigmodel.core.message import Message
from bigmodel.data.parts import parts_in
from bigmodel.data.tables.guess import Guess, guess_columns
from bigmodel.data.tables.label import listed

TARGETS = re.compile(
    r"label|class|target|category|y|price|value|rating|score|amount|outcome|result|标签|类别|分类|目标|价格|评分|数值|结果",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"id|nr|no|row|index|key|.*[_ ]id|编号|序号|行号", re.IGNORECASE)


def whole_rows_of(
    sample: Mapping[str, Sequence[str]],
    *,
    text: str = "",
    label: str = "",
    more: Sequence[str] = (),
) -> Guess:
    """Return what is learned and what is read: of what is not given, the column called so, else the last that names no files.

    A column that only numbers the rows, or says which of them are tested on, is read where somebody names it.

    Raises:
        DatasetError: `column_unknown`, `columns_same`.
    """
    parts = {
        name
        for name, cells in sample.items()
        if name not in (text, *more) and parts_in(cells, name)
    }
    texts = {n: c for n, c in sample.items() if n not in parts and not any(map(file_of, c))}
    if not label:
        free = [name for name in texts if name not in (text, *more)]
        called = [name for name in free if TARGETS.fullmatch(name.strip())]
        label = (called or free or list(sample))[-1]
    numbered = [
        n for n in texts if n != label and NUMBERED.fullmatch(n.strip()) and _differ(texts[n])
    ]
    inputs = (
        [text, *more]
        if text and more
        else [n for n in sample if n == text or n not in (label, *numbered, *parts)]
    )
    guess_columns(
        dict.fromkeys(sample, ()), text=inputs[0] if inputs else text, label=label, more=more
    )
    told = [
        Message("data.problems.whole_rows", {"label": label, "columns": listed(inputs)}, "info")
    ]
    if left := [name for name in numbered if name not in inputs]:
        told.append(Message("data.problems.numbers_of_rows", {"columns": listed(left)}, "info"))
    return Guess(inputs[0], label, tuple(told), tuple(inputs[1:]))


def _differ(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return len(set(filled)) == len(filled)
