"""Targets that are one class a row; it opens no file."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form, Recipe, Summary
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.tables.label import alike, are_codes, joined, listed, no_answers, several, shown
from bigmodel.data.tables.number import as_number
from bigmodel.data.targets.survey import Survey, error

MAX_SHOWN_CLASSES = 1_000
MAX_LABEL_CHARACTERS = 100
MANY_CLASSES = 100
MANY_AMOUNTS = 20  # different numbers that are hardly names of classes
LOPSIDED = 0.9
BARS = 12
CODE_NAMES = re.compile(
    r"code|categor|class|species|\bicd|\bsku|zip|postal|department|topic|intent|\bid\b|_id\b|编码|代码|编号|类别|类型|分类|邮编|科室",
    re.IGNORECASE,
)
INTEGER = re.compile(r"[+-]?\d+")


class LabelKind(TargetKind):
    """One class a row."""

    name = "label"
    forms: ClassVar[tuple[str, ...]] = (Form.FOLDERS,)
    most_names = 200

    def fit(self, found: Survey) -> float:
        return 0.1  # what looks like nothing else

    def reads_numbers(self, found: Survey) -> bool:
        """Tell whether digits are no codes: with zeros in front, in a column called so, or because somebody said so."""
        if found.asked is self:
            return False
        if len(found.labels) > 0.5 * found.usable:
            return True
        is_named = bool(CODE_NAMES.search(found.column)) and len(found.labels) > 1
        is_code = is_named and all(map(INTEGER.fullmatch, found.labels))
        return not (is_code or are_codes(found.labels))

    def classes(self, found: Survey) -> dict[str, int]:
        rows = np.argsort(-found.label_rows, kind="stable")[:MAX_SHOWN_CLASSES]
        return {found.labels[i]: int(found.label_rows[i]) for i in rows}

    def joined(self, found: Survey, relabel: Mapping[str, str]) -> dict[str, str]:
        """Return what labels stand for that are another one written differently: "1.0", "POS"."""
        if found.is_media:
            return {}
        return joined(dict(zip(found.labels, found.label_rows.tolist(), strict=True)), relabel)

    def errors(self, found: Survey) -> Iterator[Message]:
        if len(found.labels) == 1 and not found.is_begun:
            key = "one_folder" if found.is_media else "one_class"
            yield error(key, label=shown(found.labels[0]), column=found.column)

    def warnings(self, found: Survey) -> Iterator[Message]:
        labels = found.labels
        if not found.is_media:
            yield from _of_tables(self, found)
        if kinds := several(self.classes(found)):
            yield found.remark("labels_several", mark=kinds[0], labels=listed(kinds[1], 8))
        if found.is_media and _are_amounts(labels):
            yield found.remark("labels_amounts", count=len(labels), labels=listed(labels))
        singles = [labels[i] for i in np.flatnonzero(found.label_rows == 1)]
        if singles:
            yield found.remark("class_single", count=len(singles), labels=listed(singles))
        long = [label for label in labels if len(label) > MAX_LABEL_CHARACTERS]
        if long:
            yield found.remark("labels_long", count=len(long), limit=MAX_LABEL_CHARACTERS)
        if len(labels) > MANY_CLASSES:
            yield found.remark("classes_many", count=len(labels))
        same = alike(labels)
        if same:
            yield found.remark("labels_alike", labels=listed(same))
        if len(labels) > 1:
            top = int(found.label_rows.argmax())
            share = found.label_rows[top] / found.usable
            if share >= LOPSIDED:
                label, percent = shown(labels[top]), round(100 * share)
                yield found.remark("classes_lopsided", label=label, percent=percent)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        return found.codes.copy()

    def stratum(self, target: str) -> str:
        return target

    def unknown(
        self, found: Survey, is_test: NDArray[np.bool_], is_train: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        strange: NDArray[np.bool_] = is_test & ~np.isin(found.codes, found.codes[is_train])
        return strange

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        return tuple(sorted(set(targets)))

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return truth in labels

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        bars = tuple(summary.classes.items())
        return Chart(bars[:BARS], more=max(0, len(bars) - BARS))


def _of_tables(kind: LabelKind, found: Survey) -> Iterator[Message]:
    """Yield how labels of a table were read: digits as names, several in one cell."""
    are_digits = any(as_number(label) is not None for label in found.labels)
    if are_digits and not kind.reads_numbers(found):
        yield found.remark("labels_codes", level="info", labels=listed(found.labels))
    _, maybe = no_answers(kind.classes(found))
    if maybe and found.column:
        yield found.remark("labels_maybe_no_answer", level="info", labels=listed(maybe))


def _are_amounts(labels: Sequence[str]) -> bool:
    """Tell many different numbers of various lengths, as ages or prices: no names of classes."""
    return (
        len(labels) >= MANY_AMOUNTS
        and all(as_number(label) is not None for label in labels)
        and not are_codes(labels)
    )


KIND = LabelKind()
