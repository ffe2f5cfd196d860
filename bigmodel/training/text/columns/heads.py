"""The outputs of a model of several columns: their scores, their rows, and the answers to them; it trains nothing."""

from collections.abc import Sequence

import numpy as np

from bigmodel.core.datasets.columns import Head, heads_of
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.training.ood.score import Floats


def scores_of(raw: Floats, heads: Sequence[Head]) -> list[list[float]]:
    """Return the scores of outputs, (rows, outputs): probabilities within each column of classes, numbers as they are, 0 for tags of words."""
    scores = np.array(raw, np.float64)
    for head in heads:
        if head.kinds:
            scores[:, head.outputs] = 0
        if head.classes:
            part = scores[:, head.outputs]
            raised = np.exp(part - part.max(axis=1, keepdims=True))
            scores[:, head.outputs] = raised / raised.sum(axis=1, keepdims=True)
    found: list[list[float]] = scores.tolist()
    return found


def column_of(data: TaskData, head: Head) -> TaskData:
    """Return the rows that say something in one column, as a model of this column alone learns them."""
    train, validation, test = (_known(p, head) for p in (data.train, data.validation, data.test))
    return TaskData(train, validation, test, head.names)


def marks_words(labels: Sequence[str]) -> bool:
    """Tell whether some of the columns of a model hold marked words."""
    return any(head.kinds for head in heads_of(labels))


def marked_rows(rows: Rows, head: Head) -> Rows:
    """Return the rows that say something in a column of marked words, with nothing but its marks."""
    kept = _known(rows, head)
    return Rows(kept.ids, kept.inputs, [head.value(cell) for cell in kept.targets])


def _known(rows: Rows, head: Head) -> Rows:
    kept = [place for place, cell in enumerate(rows.targets) if head.value(cell)]
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[place] for place in kept] for column in columns))
