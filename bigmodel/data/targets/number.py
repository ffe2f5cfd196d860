"""Targets that are a number; it opens no file."""

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe, Summary
from bigmodel.core.message import Message
from bigmodel.core.target import Chart, TargetKind
from bigmodel.data.tables.number import as_number, find_format
from bigmodel.data.targets.survey import NUMBER_SHARE, Survey, error

FEWEST_AMOUNTS = 20  # different whole numbers up to which they may be names of classes
ROWS_PER_BIN = 20
MOST_BINS = 10
MAX_SHOWN = 1_000
BARS = 10
CODES = (-1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0)
CODE_SHARE = 0.01  # of the rows
LISTED = re.compile(r"\d{1,3}(,\d{1,3})+")
FEWEST_ENDS = 3  # different ones behind the comma: halves have one


class NumberKind(TargetKind):
    """One number a row."""

    name = "number"
    most_names = 20

    def fit(self, found: Survey) -> float:
        """Return 1 for an amount, 0 for names that happen to be digits."""
        known = found.numbers[np.isfinite(found.numbers)]
        has_steps = len(known) > 2 and (known % 1 != 0).any()
        is_amount = len(known) > FEWEST_AMOUNTS or has_steps
        if found.is_media or found.number_share < NUMBER_SHARE or not is_amount:
            return 0.0
        return float(not _are_lists(found.labels))

    def classes(self, found: Survey) -> dict[str, int]:
        rows = np.argsort(-found.label_rows, kind="stable")[:MAX_SHOWN]
        return {found.labels[i]: int(found.label_rows[i]) for i in rows}

    def errors(self, found: Survey) -> Iterator[Message]:
        if len(found.labels) == 1 and not found.is_begun:
            yield error("one_class", label=found.labels[0], column=found.column)

    def warnings(self, found: Survey) -> Iterator[Message]:
        """Yield how the numbers were read, where that is not plain."""
        kind = found.format
        if text := kind.open_value:
            yield found.remark("numbers_open", text=text, number=kind.plain(text))
        if text := kind.signed_value:
            yield found.remark("numbers_signed", level="info", text=text, number=kind.plain(text))
        if text := kind.sized_value:
            yield found.remark("numbers_sized", level="info", text=text, number=kind.plain(text))
        if text := kind.measured_value:
            yield found.remark("numbers_measured", level="info", text=text, number=kind.plain(text))
        if text := kind.other_value:
            number = kind.plain(text)
            key = "numbers_left" if number == text else "numbers_units"
            yield found.remark(key, text=text, unit=kind.unit, number=number)
        if text := kind.about_value:
            yield found.remark("numbers_about", text=text, number=kind.plain(text))
        strange = found.usable - int(found.label_rows[np.isfinite(found.numbers)].sum())
        if strange:
            yield found.remark("numbers_missing", count=strange)
        if (code := _code_among(found)) is not None:
            rows = int(found.label_rows[found.numbers == code].sum())
            column = found.column
            yield found.remark("numbers_codes", number=code, count=rows, column=column)

    def strata(self, found: Survey) -> NDArray[np.int32]:
        """Return the bin of each number, at most ten by quantiles."""
        values = found.values
        codes = np.full(len(values), -1, np.int32)
        known = np.isfinite(values)
        bins = max(1, min(MOST_BINS, int(known.sum()) // ROWS_PER_BIN))
        if known.any():
            edges = np.unique(np.quantile(values[known], np.linspace(0, 1, bins + 1)[1:-1]))
            codes[known] = np.searchsorted(edges, values[known], side="right")
        return codes

    def written(self, found: Survey, targets: Sequence[str]) -> Sequence[str]:
        return [found.format.plain(text) for text in targets]

    def plain(self, targets: Sequence[str]) -> Sequence[str]:
        """Return numbers as programs write them, as their whole column tells which mark parts the decimals."""
        column = find_format(targets)
        return [column.plain(target) for target in targets]

    def is_known(self, truth: str, labels: Collection[str]) -> bool:
        return as_number(truth) is not None

    def chart(self, summary: Summary, recipe: Recipe) -> Chart:
        """Return the rows in equal steps."""
        if not summary.number_range:
            return Chart()
        low, high = summary.number_range
        width = (high - low) / BARS or 1.0
        counts = [0] * BARS
        read = find_format(summary.classes, delimiter=recipe.delimiter, decimal=recipe.decimal)
        for label, rows in summary.classes.items():
            value = read.number(label)
            if value is not None:
                counts[min(BARS - 1, max(0, int((value - low) / width)))] += rows
        bars = tuple(
            (f"{low + i * width:.3g} - {low + (i + 1) * width:.3g}", count)
            for i, count in enumerate(counts)
        )
        return Chart(bars, Message("pages.data.number_target", {"low": low, "high": high}))


def _are_lists(labels: Sequence[str]) -> bool:
    """Tell ids of several classes in a cell ("3,17" beside "3" and "17") from numbers with a decimal comma."""
    alone = {label for label in labels if label.isdecimal()}
    lists = [label.split(",") for label in labels if LISTED.fullmatch(label)]
    parts = {part for parts in lists for part in parts}
    return len({tuple(parts[1:]) for parts in lists}) >= FEWEST_ENDS and parts <= alone


def _code_among(found: Survey) -> float | None:
    """Return a number that programs write for no answer (999), where it is common and far from all others."""
    for code in CODES:
        is_code = found.numbers == code
        others = found.numbers[np.isfinite(found.numbers) & ~is_code]
        rows = int(found.label_rows[is_code].sum())
        if rows < max(2, CODE_SHARE * found.usable) or len(others) < FEWEST_AMOUNTS:
            continue
        low, high = float(others.min()), float(others.max())
        if not low - (high - low) <= code <= high + (high - low):
            return code
    return None


KIND = NumberKind()
