"""What an upload holds and what is wrong with it, every problem at once; it reads texts and keeps only counts of them."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form, Split, Summary
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Arg, Level, Message
from bigmodel.data.tables.number import as_number
from bigmodel.data.tables.source import HAND, ORIGINAL, Source, targets_of
from bigmodel.data.versions.split import NAMES

FEWEST_USABLE = 10
FEWEST_TO_HOLD_OUT = 50
FEWEST_FILES = 5
FEWEST_CLIPS_TO_HOLD_OUT = 20
FASTEST_SPEECH = 40.0  # letters a second; nobody speaks more
MAX_SHOWN_CLASSES = 1_000
MAX_LABEL_CHARACTERS = 100
SHOWN_CHARACTERS = 40
SHOWN_LABELS = 5
NUMBER_SHARE = 0.95
MANY_CLASSES = 100
LOPSIDED = 0.9
SCRIPT_SAMPLE = 2_000
SAID_OF_FILES = {
    "targets_missing", "duplicates_conflict", "duplicates", "texts_alike", "rows_few", "class_single",
    "labels_long", "classes_many", "labels_alike", "classes_lopsided", "test_overlap",
    "test_labels_unknown",
}  # fmt: skip
POINTS = (0, 25, 50, 75, 95, 100)


@dataclass
class Survey:
    """Every row in a few numbers.

    `codes` of labels (-1: none), `groups` by content, `lengths` of inputs (characters, pixels or
    milliseconds), `given` splits (-1: none), `is_filled`: there is an input. Transcripts are no labels:
    theirs all have the code 0.
    """

    labels: list[str]
    codes: NDArray[np.int32]
    groups: NDArray[np.uint64]
    lengths: NDArray[np.int32]
    is_test: NDArray[np.bool_]
    counts: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    given: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    is_media: bool = False
    keeps_split: bool = False
    form: str = Form.TABLE
    is_filled: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def __post_init__(self) -> None:
        # (labels,) the number each label stands for, NaN for words
        numbers = [as_number(label) for label in self.labels]
        self.numbers = np.array([np.nan if n is None else n for n in numbers], np.float64)
        used = self.codes[self.codes >= 0]
        self.label_rows = np.bincount(used, minlength=len(self.labels))

        if not len(self.given):
            self.given = np.full(len(self.codes), -1, np.int8)
        if not len(self.is_filled):
            self.is_filled = self.codes >= 0

    @property
    def is_spoken(self) -> bool:
        """Whether the targets are transcripts."""
        return self.form == Form.TRANSCRIPTS

    @property
    def fewest(self) -> int:
        """Usable rows below which the dataset is refused."""
        return FEWEST_FILES if self.is_media else FEWEST_USABLE

    @property
    def fewest_to_hold_out(self) -> int:
        return FEWEST_CLIPS_TO_HOLD_OUT if self.is_spoken else FEWEST_TO_HOLD_OUT

    @property
    def usable(self) -> int:
        return int((self.codes >= 0).sum())

    @property
    def is_begun(self) -> bool:
        """Whether a few rows have a label and enough others have none: somebody began to sort them."""
        unlabelled = int(self.is_filled.sum()) - self.usable
        has_few = self.usable < self.fewest or len(self.labels) == 1
        return not self.is_media and bool(self.usable) and has_few and unlabelled >= self.fewest

    @property
    def number_share(self) -> float:
        return float(self.label_rows[np.isfinite(self.numbers)].sum() / max(1, self.usable))

    @property
    def is_number(self) -> bool:
        """Whether the labels are an amount rather than names that happen to be digits."""
        known = self.numbers[np.isfinite(self.numbers)]
        return (
            not self.is_media
            and self.number_share >= NUMBER_SHARE
            and bool(len(known) > 20 or (len(known) > 2 and (known % 1 != 0).any()))
        )

    @property
    def is_free_text(self) -> bool:
        """Whether the labels hardly ever repeat and are no numbers: then they are not labels."""
        many = len(self.labels) > max(20, 0.5 * self.usable)
        return not self.is_media and many and self.number_share < NUMBER_SHARE

    @property
    def values(self) -> NDArray[np.float64]:
        """(rows,) the number of each row's label, NaN where there is none."""
        return np.where(self.codes >= 0, np.append(self.numbers, np.nan)[self.codes], np.nan)


@dataclass(frozen=True)
class _Row:
    """What the survey sees of a row; `content` stands for the input, `length` is -1 where the input has none."""

    origin: str
    input: str
    target: str
    content: bytes
    length: int
    given: str = ""


def survey(
    sources: Sequence[Source],
    *,
    text: str,
    label: str,
    form: str = Form.TABLE,
    relabel: Mapping[str, str] | None = None,
) -> Survey:
    """Look at every row once. Without a label column, rows have at most a label by hand."""
    codes: list[int] = []
    groups = bytearray()
    lengths: list[int] = []
    tests: list[bool] = []
    given: list[int] = []
    filled: list[bool] = []
    known: dict[str, int] = {}
    counts: Counter[str] = Counter()
    texts: list[str] = []
    is_spoken = form == Form.TRANSCRIPTS
    for row in _rows(sources, text, label, relabel or {}):
        sample = row.target if is_spoken else row.input
        if len(texts) < SCRIPT_SAMPLE:
            texts.append(sample[:500])
        counts["inputs_missing"] += not row.input
        counts["targets_missing"] += bool(label) and not row.target
        counts["characters_replaced"] += "\ufffd" in sample
        counts["texts_fast"] += is_spoken and len(row.target) * 1000 > FASTEST_SPEECH * row.length
        filled.append(bool(row.input))
        is_usable = bool(row.input and row.target)
        name = "" if is_spoken else row.target
        codes.append(known.setdefault(name, len(known)) if is_usable else -1)
        groups += row.content
        lengths.append(row.length)
        tests.append(bool(row.origin))
        given.append(NAMES.index(row.given) if row.given in NAMES else -1)
    return Survey(
        labels=list(known),
        codes=np.array(codes, np.int32),
        groups=np.frombuffer(bytes(groups), np.uint64),
        lengths=np.array(lengths, np.int32),
        is_test=np.array(tests, np.bool_),
        counts=counts,
        texts=texts,
        given=np.array(given, np.int8),
        is_media=any(source.is_media for source in sources),
        keeps_split=any(source.keeps_split for source in sources),
        form=form,
        is_filled=np.array(filled, np.bool_),
    )


def _rows(
    sources: Sequence[Source], text: str, label: str, relabel: Mapping[str, str]
) -> Iterator[_Row]:
    for source in sources:
        if source.is_media:
            yield from _media_rows(source, label, relabel)
        else:
            yield from _text_rows(source, text, label, relabel)


def _text_rows(source: Source, text: str, label: str, relabel: Mapping[str, str]) -> Iterator[_Row]:
    """Yield rows of texts. One that was left out so far (it had no label) is free to join any part."""
    for batch in source.batches((text, label)):
        inputs = batch.column(ORIGINAL + text).to_pylist()
        targets = targets_of(batch, label, relabel)
        parts = batch.column("split").to_pylist() if source.keeps_split else [""] * len(inputs)
        for row_input, target, part in zip(inputs, targets, parts, strict=True):
            found = row_input.strip()
            content = hashlib.sha256(found.encode()).digest()[:8]
            given = "" if part == Split.NONE else part
            yield _Row(source.origin, found, target, content, len(found), given)


def _media_rows(source: Source, label: str, relabel: Mapping[str, str]) -> Iterator[_Row]:
    """Yield rows of files: the content is the hash of the file, the length its shorter side or its milliseconds."""
    given = "split" if source.keeps_split else "given"
    for batch in source.batches((label, "width", "height", "seconds")):
        columns = [
            batch.column(name).to_pylist()
            for name in (
                "input", "content_hash", ORIGINAL + "width", ORIGINAL + "height",
                ORIGINAL + "seconds", given, HAND,
            )
        ]  # fmt: skip
        columns.append(targets_of(batch, label, relabel))
        for name, digest, width, height, seconds, part, hand, target in zip(*columns, strict=True):
            length = round(1000 * float(seconds)) if seconds else min(int(width), int(height))
            content = bytes.fromhex(digest[:16])
            bound = part if source.keeps_split or part != Split.TRAIN else ""
            if hand and part == Split.NONE:  # it had no label until now
                bound = ""
            yield _Row(source.origin, name, target, content, length, bound)


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


def _classes(found: Survey) -> dict[str, int]:
    rows = np.argsort(-found.label_rows, kind="stable")[:MAX_SHOWN_CLASSES]
    return {found.labels[i]: int(found.label_rows[i]) for i in rows}


def _errors(found: Survey, label: str) -> Iterator[Message]:
    if not label:  # labels come by hand, as many as there are by now
        if not found.is_filled.any():
            yield _error("inputs_none")
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
        strange = found.usable - int(found.label_rows[np.isfinite(found.numbers)].sum())
        if strange:
            yield remark(found, "numbers_missing", count=strange)
    elif not found.is_free_text:
        yield from _class_warnings(found)


def remark(found: Survey, key: str, *, level: Level = "warning", **args: Arg) -> Message:
    """Return what is to be said, in the words for this kind of rows: files are no texts."""
    if found.is_spoken and key == "targets_missing":
        key = "transcripts_missing"
    elif found.is_media and key in SAID_OF_FILES:
        key = f"files_{key}"
    return Message(f"data.problems.{key}", args, level)


def _class_warnings(found: Survey) -> Iterator[Message]:
    singles = [found.labels[i] for i in np.flatnonzero(found.label_rows == 1)]
    if singles:
        yield remark(found, "class_single", count=len(singles), labels=_listed(singles))
    long = [label for label in found.labels if len(label) > MAX_LABEL_CHARACTERS]
    if long:
        yield remark(found, "labels_long", count=len(long), limit=MAX_LABEL_CHARACTERS)
    if len(found.labels) > MANY_CLASSES:
        yield remark(found, "classes_many", count=len(found.labels))
    alike = _alike(found.labels)
    if alike:
        yield remark(found, "labels_alike", labels=_listed(alike))
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
