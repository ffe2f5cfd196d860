"""Targets of rows that are read whole, whatever their columns hold: one class or one number each, as the values tell; it opens no file."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.attached import file_of
from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.tables.number import as_number
from bigmodel.data.targets import label, number
from bigmodel.data.targets.survey import Survey

AMOUNT = re.compile(r"[+-]\d+(\.\d+)?e[+-]?\d+")  # as `written` writes numbers to be learned


class FusedKind(TargetKind):
    """Classes, or numbers where nearly all values are amounts; every other column is an input, files too."""

    name = "fused"
    most_names = 200
    reads_all = True

    def _of(self, found: Survey) -> TargetKind:
        return number.KIND if number.KIND.fit(found) else label.KIND

    def reads_numbers(self, found: Survey) -> bool:
        return found.asked is not self or label.KIND.reads_numbers(found)

    def together(self, text: str, target: str = "") -> str:
        """Return the first picture or recording of a row: rows that share it must not be learned from and tested on."""
        return next(filter(None, map(file_of, parts_of(text))), text)

    def classes(self, found: Survey) -> dict[str, int]:
        return self._of(found).classes(found)

    def joined(self, found: Survey, relabel: Mapping[str, str]) -> dict[str, str]:
        return self._of(found).joined(found, relabel)

    def errors(self, found: Survey) -> Iterator[Message]:
        yield from self._of(found).errors(found)

    def warnings(self, found: Survey) -> Iterator[Message]:
        yield from self._of(found).warnings(found)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        codes: NDArray[np.int32] = self._of(found).strata(found)
        return codes

    def stratum(self, target: str) -> str:
        return "" if AMOUNT.fullmatch(target) else target

    def unknown(
        self, found: Survey, is_test: NDArray[np.bool_], is_train: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        strange: NDArray[np.bool_] = self._of(found).unknown(found, is_test, is_train)
        return strange

    def written(self, found: Survey, targets: Sequence[str]) -> Sequence[str]:
        """Return targets as a version keeps them; numbers to be learned have a sign and an exponent, for classes may be called -1, 0 and +1."""
        if self._of(found) is label.KIND:
            return targets
        return [_marked(found.format.number(text), text) for text in targets]

    def plain(self, targets: Sequence[str]) -> Sequence[str]:
        return targets

    def labels_of(self, targets: Sequence[str]) -> tuple[str, ...]:
        return () if _are_amounts(targets) else tuple(sorted(set(targets)))

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return truth in labels if labels else as_number(truth) is not None

    def said(self, target: str) -> str:
        return f"{float(target):.12g}" if AMOUNT.fullmatch(target) else target

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        kind = number.KIND if summary.number_range else label.KIND
        return kind.chart(summary, recipe)


def _are_amounts(targets: Sequence[str]) -> bool:
    return any(map(AMOUNT.fullmatch, targets)) and not any(
        as_number(target) is None for target in targets
    )


def _marked(value: float | None, text: str) -> str:
    """Return a number with its sign and an exponent, any other text as it is."""
    if value is None:
        return text
    number = f"{value:+.12g}"
    return number if "e" in number else f"{number}e+0"


KIND = FusedKind()
