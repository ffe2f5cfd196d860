"""Every row of an upload in a few numbers: labels, contents, lengths, given parts; it keeps no text but a sample, and judges nothing."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.data.tables.label import are_codes
from bigmodel.data.tables.number import find_format
from bigmodel.data.tables.source import HAND, ORIGINAL, Source, targets_of
from bigmodel.data.versions.split import NAMES

FEWEST_USABLE = 10
FEWEST_TO_HOLD_OUT = 50
FEWEST_FILES = 5
FEWEST_CLIPS_TO_HOLD_OUT = 20
FEWEST_A_LABEL = 5  # rows each of very many labels has on average, else they are ids
MANY_IDS = 1_000
CODE_NAMES = re.compile(
    r"code|categor|class|species|\bicd|\bsku|zip|postal|department|topic|intent|\bid\b|_id\b|编码|代码|编号|类别|类型|分类|邮编|科室",
    re.IGNORECASE,
)
INTEGER = re.compile(r"[+-]?\d+")
FASTEST_SPEECH = 40.0  # letters a second; nobody speaks more
NUMBER_SHARE = 0.95
SCRIPT_SAMPLE = 2_000


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
    column: str = ""  # of the labels
    delimiter: str = ""
    is_amount: bool = False  # somebody said that the labels are numbers
    is_filled: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def __post_init__(self) -> None:
        used = self.codes[self.codes >= 0]
        self.label_rows = np.bincount(used, minlength=len(self.labels))
        self.format = find_format(self.labels, delimiter=self.delimiter)
        # (labels,) the number each label stands for, NaN for words and codes
        numbers = [None if self.is_code else self.format.number(label) for label in self.labels]
        self.numbers = np.array([np.nan if n is None else n for n in numbers], np.float64)
        if not len(self.given):
            self.given = np.full(len(self.codes), -1, np.int8)
        if not len(self.is_filled):
            self.is_filled = self.codes >= 0

    @property
    def is_spoken(self) -> bool:
        """Whether the targets are transcripts."""
        return self.form == Form.TRANSCRIPTS

    @cached_property
    def is_code(self) -> bool:
        """Whether the labels are digits that name classes: with zeros in front, or in a column called so."""
        if self.is_amount or self.is_spoken or len(self.labels) > 0.5 * self.usable:
            return False
        is_named = bool(CODE_NAMES.search(self.column)) and len(self.labels) > 1
        return are_codes(self.labels) or (is_named and all(map(INTEGER.fullmatch, self.labels)))

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
        many = len(self.labels) > max(20, 0.5 * self.usable) or self.are_ids
        return not self.is_media and many and self.number_share < NUMBER_SHARE

    @property
    def are_ids(self) -> bool:
        """Whether there are very many labels with hardly a row each."""
        return len(self.labels) > max(MANY_IDS, self.usable / FEWEST_A_LABEL)

    def classes(self) -> dict[str, int]:
        """Return the labels and how many rows have each."""
        return dict(zip(self.labels, self.label_rows.tolist(), strict=True))

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
    delimiter: str = "",
    is_amount: bool = False,
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
        counts["inputs_are_targets"] += bool(row.input) and row.input == row.target
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
        column=label,
        delimiter=delimiter,
        is_amount=is_amount,
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
