"""A mark that stands in nearly all texts of one class and in no other: a template, a signature, the label itself."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from bigmodel.core.datasets.checkup import Finding, Repair
from bigmodel.core.message import Arg
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import CheckedRows

MARK = re.compile(r"\[[^\[\]]{1,20}\]|【[^【】]{1,20}】|#\w{1,30}|\w{1,30}")
LOOKED_AT = 600  # characters from either end
COVERED, PURE = 0.8, 0.98  # share of the class with the mark, and of the mark's rows in the class
FEWEST, COMMON = 20, 0.9  # rows of a class, and its largest share


def _find(rows: CheckedRows) -> Iterator[Finding]:
    total = sum(rows.labels.values())
    classes = {c: n for c, n in rows.labels.items() if n >= FEWEST and n <= COMMON * total}
    if len(rows.labels) < 2 or not classes:
        return
    by_class: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, label in zip(rows.inputs, rows.targets, strict=True):
        if label:
            by_class[label].update(set(MARK.findall(_ends(text).casefold())))
    for label in classes:
        counted, least = by_class[label], COVERED * classes[label]
        for mark, count in counted.most_common(5):
            if count < least:
                break
            if count >= PURE * sum(each[mark] for each in by_class.values()):
                yield _finding(mark, label, count, rows)
                return


def _ends(text: str) -> str:
    return text if len(text) <= 2 * LOOKED_AT else f"{text[:LOOKED_AT]} {text[-LOOKED_AT:]}"


def _finding(mark: str, label: str, count: int, rows: CheckedRows) -> Finding:
    places = [
        at
        for at, (text, target) in enumerate(zip(rows.inputs, rows.targets, strict=True))
        if target == label and mark in text.casefold()
    ]
    args: dict[str, Arg] = {
        "mark": mark,
        "label": label,
        "percent": round(100 * count / rows.labels[label]),
    }
    steps = (f"remove:{mark}",)
    return Finding("leak_token", 86, count, rows.examples(places), args, Repair.CLEAN, steps=steps)


KIND = Kind(("text",), _find)
