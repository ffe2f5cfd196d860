"""What a table holds and what is wrong with it, every problem at once; it reads texts and keeps only counts of them."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.dataset import Summary
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.number import as_number
from bigmodel.data.source import ORIGINAL, Source

FEWEST_USABLE = 10
FEWEST_TO_HOLD_OUT = 50
MAX_SHOWN_CLASSES = 1_000
MAX_LABEL_CHARACTERS = 100
SHOWN_CHARACTERS = 40
SHOWN_LABELS = 5
NUMBER_SHARE = 0.95
MANY_CLASSES = 100
LOPSIDED = 0.9
SCRIPT_SAMPLE = 2_000
POINTS = (0, 25, 50, 75, 95, 100)


@dataclass
class Survey:
    """Every row in a few numbers: `codes` of labels (-1: none), `groups` by content, `lengths` of inputs."""

    labels: list[str]
    codes: NDArray[np.int32]
    groups: NDArray[np.uint64]
    lengths: NDArray[np.int32]
    is_test: NDArray[np.bool_]
    counts: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # (labels,) the number each label stands for, NaN for words
        numbers = [as_number(label) for label in self.labels]
        self.numbers = np.array([np.nan if n is None else n for n in numbers], np.float64)
        used = self.codes[self.codes >= 0]
        self.label_rows = np.bincount(used, minlength=len(self.labels))

    @property
    def usable(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def number_share(self) -> float:
        return float(self.label_rows[np.isfinite(self.numbers)].sum() / max(1, self.usable))

    @property
    def is_number(self) -> bool:
        """Whether the labels are an amount rather than names that happen to be digits."""
        known = self.numbers[np.isfinite(self.numbers)]
        return self.number_share >= NUMBER_SHARE and bool(
            len(known) > 20 or (len(known) > 2 and (known % 1 != 0).any())
        )

    @property
    def is_free_text(self) -> bool:
        """Whether the labels hardly ever repeat and are no numbers: then they are not labels."""
        many = len(self.labels) > max(20, 0.5 * self.usable)
        return many and self.number_share < NUMBER_SHARE

    @property
    def values(self) -> NDArray[np.float64]:
        """(rows,) the number of each row's label, NaN where there is none."""
        return np.where(self.codes >= 0, np.append(self.numbers, np.nan)[self.codes], np.nan)


def survey(sources: Sequence[Source], *, text: str, label: str) -> Survey:
    """Look at every row once."""
    codes: list[int] = []
    groups = bytearray()
    lengths: list[int] = []
    tests: list[bool] = []
    known: dict[str, int] = {}
    counts: Counter[str] = Counter()
    texts: list[str] = []
    for origin, row_input, row_target in _rows(sources, text, label):
        if len(texts) < SCRIPT_SAMPLE:
            texts.append(row_input[:500])
        counts["inputs_missing"] += not row_input
        counts["targets_missing"] += not row_target
        counts["characters_replaced"] += "\ufffd" in row_input
        is_usable = bool(row_input and row_target)
        codes.append(known.setdefault(row_target, len(known)) if is_usable else -1)
        groups += hashlib.sha256(row_input.encode()).digest()[:8]
        lengths.append(len(row_input))
        tests.append(bool(origin))
    return Survey(
        labels=list(known),
        codes=np.array(codes, np.int32),
        groups=np.frombuffer(bytes(groups), np.uint64),
        lengths=np.array(lengths, np.int32),
        is_test=np.array(tests, np.bool_),
        counts=counts,
        texts=texts,
    )


def _rows(sources: Sequence[Source], text: str, label: str) -> Iterator[tuple[str, str, str]]:
    for source in sources:
        for batch in source.batches((text, label)):
            inputs = batch.column(ORIGINAL + text).to_pylist()
            targets = batch.column(ORIGINAL + label).to_pylist()
            for row_input, row_target in zip(inputs, targets, strict=True):
                yield source.origin, row_input.strip(), row_target.strip()


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
    rows = np.argsort(-found.label_rows, kind="stable")[:MAX_SHOWN_CLASSES]
    lengths = found.lengths[found.codes >= 0]
    known = found.numbers[np.isfinite(found.numbers)]
    return Summary(
        rows=len(found.codes),
        usable_rows=found.usable,
        columns=tuple(columns),
        classes={found.labels[i]: int(found.label_rows[i]) for i in rows},
        split_rows={},
        lengths=tuple(int(x) for x in np.percentile(lengths, POINTS, method="nearest")),
        length_histogram=_histogram(lengths),
        number_share=found.number_share,
        number_range=(float(known.min()), float(known.max())) if len(known) else None,
        han_share=_han_share(found.texts),
        problems=tuple(warnings),
    )


def _errors(found: Survey, label: str) -> Iterator[Message]:
    if found.usable < FEWEST_USABLE:
        yield _error("rows_unusable", rows=found.usable, least=FEWEST_USABLE)
    if len(found.labels) == 1:
        yield _error("one_class", label=shown(found.labels[0]), column=label)
    if found.is_free_text:
        yield _error("label_not_classes", column=label, count=len(found.labels), rows=found.usable)


def _warnings(found: Survey) -> Iterator[Message]:
    for key in ("targets_missing", "inputs_missing", "characters_replaced"):
        if found.counts.get(key):
            yield _warning(key, count=found.counts[key])
    yield from _duplicates(found)
    if FEWEST_USABLE <= found.usable < FEWEST_TO_HOLD_OUT:
        yield _warning("rows_few", rows=found.usable, least=FEWEST_TO_HOLD_OUT)
    if found.is_number:
        strange = found.usable - int(found.label_rows[np.isfinite(found.numbers)].sum())
        if strange:
            yield _warning("numbers_missing", count=strange)
    elif not found.is_free_text:
        yield from _class_warnings(found)


def _class_warnings(found: Survey) -> Iterator[Message]:
    singles = [found.labels[i] for i in np.flatnonzero(found.label_rows == 1)]
    if singles:
        yield _warning("class_single", count=len(singles), labels=_listed(singles))
    long = [label for label in found.labels if len(label) > MAX_LABEL_CHARACTERS]
    if long:
        yield _warning("labels_long", count=len(long), limit=MAX_LABEL_CHARACTERS)
    if len(found.labels) > MANY_CLASSES:
        yield _warning("classes_many", count=len(found.labels))
    alike = _alike(found.labels)
    if alike:
        yield _warning("labels_alike", labels=_listed(alike))
    if len(found.labels) > 1:
        top = int(found.label_rows.argmax())
        share = found.label_rows[top] / found.usable
        if share >= LOPSIDED:
            yield _warning(
                "classes_lopsided", label=shown(found.labels[top]), percent=round(100 * share)
            )


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
        yield _warning("duplicates_conflict", count=int(torn.sum()), rows=int(sizes[torn].sum()))
    repeated = len(codes) - len(keys)
    if repeated:
        yield _warning("duplicates", level="info", count=repeated)
    if len(keys) < FEWEST_TO_HOLD_OUT <= len(codes):
        yield _warning("texts_alike", count=len(keys), least=FEWEST_TO_HOLD_OUT)


def _alike(labels: Sequence[str]) -> list[str]:
    """Return labels that differ from another one in case, width or spaces only."""
    forms: dict[str, list[str]] = {}
    for label in labels:
        plain = "".join(unicodedata.normalize("NFKC", label).casefold().split())
        forms.setdefault(plain, []).append(label)
    return [" / ".join(map(shown, same)) for same in forms.values() if len(same) > 1]


def _histogram(lengths: NDArray[np.int32], bins: int = 20) -> tuple[tuple[int, int], ...]:
    top = max(bins, int(np.percentile(lengths, 99)) + 1)
    width = -(-top // bins)
    counts = np.bincount(np.minimum(lengths // width, bins - 1), minlength=bins)
    return tuple((i * width, int(count)) for i, count in enumerate(counts))


def _han_share(texts: Sequence[str]) -> float:
    letters = [c for text in texts for c in text if c.isalpha()]
    return sum("\u3400" <= c <= "\u9fff" for c in letters) / max(1, len(letters))


def shown(label: str) -> str:
    """Return a label short enough for a sentence."""
    return label if len(label) <= SHOWN_CHARACTERS else f"{label[:SHOWN_CHARACTERS]}…"


def _listed(labels: Sequence[str]) -> str:
    text = ", ".join(map(shown, labels[:SHOWN_LABELS]))
    return f"{text} …" if len(labels) > SHOWN_LABELS else text


def _error(key: str, **args: Arg) -> Message:
    return Message(f"errors.{key}", args, "error")


def _warning(key: str, *, level: Level = "warning", **args: Arg) -> Message:
    return Message(f"data.problems.{key}", args, level)
