"""What is wrong with an upload, every problem at once: it judges what the survey counted and reads no rows itself."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.tables.label import alike, joined, listed, several, shown
from bigmodel.data.versions.survey import Survey

FEWEST_ROWS = 2  # of a table; what has fewer is something else that was read as one
MAX_SHOWN_CLASSES = 1_000
MAX_LABEL_CHARACTERS = 100
MANY_CLASSES = 100
LOPSIDED = 0.9
SAME_SHARE = 0.9  # of the rows have the label as their text
SAID_OF_FILES = {
    "targets_missing", "duplicates_conflict", "duplicates", "texts_alike", "rows_few", "class_single",
    "labels_long", "classes_many", "labels_alike", "classes_lopsided", "test_overlap",
    "test_labels_unknown",
}  # fmt: skip
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
        classes={} if found.is_spoken else _classes(found),
        split_rows={},
        lengths=tuple(int(x) for x in np.percentile(lengths, POINTS, method="nearest")),
        length_histogram=_histogram(lengths),
        number_share=0.0 if found.is_spoken else found.number_share,
        number_range=(float(known.min()), float(known.max())) if len(known) else None,
        han_share=_han_share(found.texts),
        problems=tuple(warnings),
        unlabelled_rows=int((found.is_filled & (found.codes < 0)).sum()),
    )


def join_labels(found: Survey, relabel: Mapping[str, str]) -> dict[str, str]:
    """Return what labels stand for that are another one written differently: "1.0", "POS"."""
    if found.is_media or found.is_spoken or found.is_number or found.is_free_text:
        return {}
    return joined(found.classes(), relabel)


def _classes(found: Survey) -> dict[str, int]:
    rows = np.argsort(-found.label_rows, kind="stable")[:MAX_SHOWN_CLASSES]
    return {found.labels[i]: int(found.label_rows[i]) for i in rows}


def _errors(found: Survey, label: str) -> Iterator[Message]:
    if not label:  # labels come by hand, as many as there are by now
        if not found.is_filled.any():
            yield _error("inputs_none")
        elif not found.is_media and found.is_filled.sum() < FEWEST_ROWS and not found.usable:
            yield _error("table_none", rows=int(found.is_filled.sum()))
        return
    if found.is_begun:  # the rest is labelled by hand
        if found.is_free_text:
            yield _free_text(found, label)
        return
    if found.usable < found.fewest:
        key = "files_few" if found.is_media else "rows_unusable"
        yield _error(key, rows=found.usable, least=found.fewest)
    if len(found.labels) == 1 and not found.is_spoken:
        key = "one_folder" if found.is_media else "one_class"
        yield _error(key, label=shown(found.labels[0]), column=label)
    if found.is_free_text:
        yield _free_text(found, label)


def _free_text(found: Survey, label: str) -> Message:
    return _error("label_not_classes", column=label, count=len(found.labels), rows=found.usable)


def _warnings(found: Survey) -> Iterator[Message]:
    if found.counts.get("inputs_are_targets", 0) > SAME_SHARE * max(1, found.usable):
        yield remark(found, "inputs_are_targets", count=found.counts["inputs_are_targets"])
    for key in ("targets_missing", "inputs_missing", "characters_replaced", "texts_fast"):
        if found.counts.get(key):
            yield remark(found, key, count=found.counts[key])
    if found.is_filled.sum() > found.usable and not found.counts.get("targets_missing"):
        yield remark(
            found, "unlabelled", level="info", count=int(found.is_filled.sum()) - found.usable
        )
    yield from _duplicates(found)
    least = found.fewest_to_hold_out
    if found.fewest <= found.usable < least:
        yield remark(found, "rows_few", rows=found.usable, least=least)
    if found.is_spoken:
        return
    if found.is_number:
        yield from _number_remarks(found)
    elif not found.is_free_text:
        yield from _class_warnings(found)


def _number_remarks(found: Survey) -> Iterator[Message]:
    """Yield how the numbers were read, where that is not plain."""
    kind = found.format
    if text := kind.open_value:
        yield remark(found, "numbers_open", text=text, number=kind.plain(text))
    if text := kind.signed_value:
        yield remark(found, "numbers_signed", level="info", text=text, number=kind.plain(text))
    strange = found.usable - int(found.label_rows[np.isfinite(found.numbers)].sum())
    if strange:
        yield remark(found, "numbers_missing", count=strange)


def remark(found: Survey, key: str, *, level: Level = "warning", **args: Arg) -> Message:
    """Return what is to be said, in the words for this kind of rows: files are no texts."""
    if found.is_spoken and key == "targets_missing":
        key = "transcripts_missing"
    elif found.is_media and key in SAID_OF_FILES:
        key = f"files_{key}"
    return Message(f"data.problems.{key}", args, level)


def _class_warnings(found: Survey) -> Iterator[Message]:
    if found.is_code and not found.is_media:
        yield remark(found, "labels_codes", level="info", labels=listed(found.labels))
    kinds = None if found.is_media else several(found.classes())
    if kinds:
        yield remark(found, "labels_several", mark=kinds[0], labels=listed(kinds[1], 8))
    singles = [found.labels[i] for i in np.flatnonzero(found.label_rows == 1)]
    if singles:
        yield remark(found, "class_single", count=len(singles), labels=listed(singles))
    long = [label for label in found.labels if len(label) > MAX_LABEL_CHARACTERS]
    if long:
        yield remark(found, "labels_long", count=len(long), limit=MAX_LABEL_CHARACTERS)
    if len(found.labels) > MANY_CLASSES:
        yield remark(found, "classes_many", count=len(found.labels))
    same = alike(found.labels)
    if same:
        yield remark(found, "labels_alike", labels=listed(same))
    if len(found.labels) > 1:
        top = int(found.label_rows.argmax())
        share = found.label_rows[top] / found.usable
        if share >= LOPSIDED:
            label = shown(found.labels[top])
            yield remark(found, "classes_lopsided", label=label, percent=round(100 * share))


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
        yield remark(found, "duplicates_conflict", count=int(torn.sum()), rows=rows)
    repeated = len(codes) - len(keys)
    if repeated:
        yield remark(found, "duplicates", level="info", count=repeated)
    least = found.fewest_to_hold_out
    if len(keys) < least <= len(codes):
        yield remark(found, "texts_alike", count=len(keys), least=least)


def _histogram(lengths: NDArray[np.int32], bins: int = 20) -> tuple[tuple[int, int], ...]:
    top = max(bins, int(np.percentile(lengths, 99)) + 1)
    width = -(-top // bins)
    counts = np.bincount(np.minimum(lengths // width, bins - 1), minlength=bins)
    return tuple((i * width, int(count)) for i, count in enumerate(counts))


def _han_share(texts: Sequence[str]) -> float:
    letters = [c for text in texts for c in text if c.isalpha()]
    return sum("\u3400" <= c <= "\u9fff" for c in letters) / max(1, len(letters))


def _error(key: str, **args: Arg) -> Message:
    return Message(f"errors.{key}", args, "error")
