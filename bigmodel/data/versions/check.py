"""What is wrong with an upload, every problem at once: it judges what the survey counted and reads no rows itself."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.language import language_of
from bigmodel.data.targets.survey import Survey, error

FEWEST_ROWS = 2  # of a table; what has fewer is something else that was read as one
SAME_SHARE = 0.9  # of the rows have the label as their text
POINTS = (0, 25, 50, 75, 95, 100)


def check(
    found: Survey, *, label: str, columns: Sequence[str], problems: Sequence[Message] = ()
) -> Summary:
    """Return what the table holds, its problems after those already known; the split is not counted yet.

    Raises:
        DatasetError: the table cannot be trained on; all its problems are carried.
    """
    errors = list(_errors(found, label))
    warnings = [*problems, *_warnings(found)]
    if errors:
        first = errors[0]
        raise DatasetError(
            first.key.removeprefix("errors."),
            [*errors, *(w for w in warnings if w.level != "info")],
            **first.args,
        )
    lengths = found.lengths[found.codes >= 0 if found.usable else found.is_filled]
    known = found.numbers[np.isfinite(found.numbers)]
    return Summary(
        rows=len(found.codes),
        usable_rows=found.usable,
        columns=tuple(columns),
        classes=found.kind.classes(found),
        split_rows={},
        lengths=tuple(int(x) for x in np.percentile(lengths, POINTS, method="nearest")),
        length_histogram=_histogram(lengths),
        number_share=found.number_share,
        number_range=(float(known.min()), float(known.max())) if len(known) else None,
        han_share=_han_share(found.texts),
        language=language_of(found.texts),
        problems=tuple(warnings),
        unlabelled_rows=int((found.is_filled & (found.codes < 0)).sum()),
        target=found.kind.name,
    )


def _errors(found: Survey, label: str) -> Iterator[Message]:
    if not label and found.kind.is_given:  # labels come by hand, as many as there are by now
        if not found.is_filled.any():
            yield error("inputs_none")
        elif not found.is_media and found.is_filled.sum() < FEWEST_ROWS and not found.usable:
            yield error("table_none", rows=int(found.is_filled.sum()))
        return
    if found.is_unsorted and found.is_filled.sum() >= found.fewest:
        return
    if found.is_begun:  # the rest is labelled by hand
        yield from found.kind.errors(found)
        return
    if found.usable < found.fewest:
        key = "files_few" if found.is_media else "rows_unusable"
        yield error(key, rows=found.usable, least=found.fewest)
    yield from found.kind.errors(found)


def _warnings(found: Survey) -> Iterator[Message]:
    same = 0 if found.kind.is_file else found.counts.get("inputs_are_targets", 0)
    if same > SAME_SHARE * max(1, found.usable):
        yield found.remark("inputs_are_targets", count=same)
    is_start = found.is_unsorted or (found.is_media and found.is_begun)
    for key in ("targets_missing", "inputs_missing", "characters_replaced", "texts_fast"):
        if found.counts.get(key) and not (key == "targets_missing" and is_start):
            yield found.remark(key, count=found.counts[key])
    if (
        found.kind.by_hand
        and found.is_filled.sum() > found.usable
        and (is_start or not found.counts.get("targets_missing"))
    ):
        count = int(found.is_filled.sum()) - found.usable
        yield found.remark("unlabelled", level="info", count=count)
    yield from _duplicates(found)
    least = found.kind.fewest_to_hold_out
    if found.fewest <= found.usable < least:
        yield found.remark("rows_few", rows=found.usable, least=least)
    yield from found.kind.warnings(found)


def _duplicates(found: Survey) -> Iterator[Message]:
    usable = found.codes >= 0
    if not usable.any():
        return
    groups, codes = found.groups[usable], found.codes[usable]
    keys, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    pairs = np.unique(np.stack([inverse.astype(np.int64), codes.astype(np.int64)]), axis=1)
    answers = np.bincount(pairs[0], minlength=len(keys))
    torn = answers > 1
    if torn.any():
        rows = int(sizes[torn].sum())
        yield found.remark("duplicates_conflict", count=int(torn.sum()), rows=rows)
    repeated = len(codes) - len(keys)
    if repeated:
        yield found.remark("duplicates", level="info", count=repeated)
    least = found.kind.fewest_to_hold_out
    if len(keys) < least <= len(codes):
        yield found.remark("texts_alike", count=len(keys), least=least)


def _histogram(lengths: NDArray[np.int32], bins: int = 20) -> tuple[tuple[int, int], ...]:
    top = max(bins, int(np.percentile(lengths, 99)) + 1)
    width = -(-top // bins)
    counts = np.bincount(np.minimum(lengths // width, bins - 1), minlength=bins)
    return tuple((i * width, int(count)) for i, count in enumerate(counts))


def _han_share(texts: Sequence[str]) -> float:
    letters = [c for text in texts for c in text if c.isalpha()]
    return sum("\u3400" <= c <= "\u9fff" for c in letters) / max(1, len(letters))
