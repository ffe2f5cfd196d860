"""Reads every row of an upload once and counts what it holds; it keeps no text but a sample, and judges nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.datasets.inputs import each_part
from bigmodel.core.target import TargetKind
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.sound_steps import PIECES
from bigmodel.data.tables.source import CAME, HAND, ORIGINAL, Source, inputs_of, targets_of
from bigmodel.data.targets.survey import Survey
from bigmodel.data.versions.split import NAMES

FASTEST_SPEECH = 40.0  # letters a second; nobody speaks more
SCRIPT_SAMPLE = 2_000
HELD_OUT = (Split.VALIDATION, Split.TEST)


@dataclass(frozen=True)
class Fitting:
    """How texts are cleaned, and the kind whose targets have to suit the cleaned ones."""

    kind: TargetKind | None
    cleaning: tuple[str, ...]
    counts: Counter[str] | None = None

    def rows(
        self, batch: pa.RecordBatch, columns: Sequence[str], targets: Sequence[str]
    ) -> tuple[list[str], Sequence[str]]:
        """Return inputs after cleaning and the targets that suit them."""
        may_lack = self.kind is not None and self.kind.reads_all
        rows = inputs_of(batch, columns, may_lack=may_lack)
        change = partial(clean_texts, steps=self.cleaning)
        inputs = each_part(rows, change, may_lack=may_lack)
        if self.kind is None or not (self.kind.reads_inputs or self.kind.learns_several):
            return inputs, targets
        cells = [cell or "" for cell in batch.column(ORIGINAL + columns[0]).to_pylist()]
        return inputs, self.kind.fitted(targets, cells, inputs, self.counts)


@dataclass(frozen=True)
class _Row:
    """What the survey sees of a row; `content` stands for the input, `length` is -1 where the input has none."""

    origin: str
    input: str
    target: str
    content: bytes
    length: int
    given: str = ""
    together: bytes = b""  # "": as the content


@dataclass
class _Counted:
    """What was counted of rows so far, and a value for each."""

    kind: TargetKind | None
    has_label: bool
    is_media: bool
    codes: list[int] = field(default_factory=list)
    groups: bytearray = field(default_factory=bytearray)
    together: bytearray = field(default_factory=bytearray)
    lengths: list[int] = field(default_factory=list)
    tests: list[bool] = field(default_factory=list)
    given: list[int] = field(default_factory=list)
    filled: list[bool] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)

    def add(self, row: _Row) -> None:
        """Count a row."""
        kind, counts = self.kind, self.counts
        is_spoken = self.is_media and kind is not None and kind.tells_language
        is_given = kind is None or kind.is_given
        sample = row.target if is_spoken else row.input
        if len(self.texts) < SCRIPT_SAMPLE:
            self.texts.append(sample[:500])
        counts["inputs_missing"] += not row.input
        counts["targets_missing"] += self.has_label and is_given and not row.target
        counts["inputs_are_targets"] += bool(row.input) and row.input == row.target
        counts["characters_replaced"] += "\ufffd" in sample
        counts["texts_fast"] += is_spoken and len(row.target) * 1000 > FASTEST_SPEECH * row.length
        self.filled.append(bool(row.input))
        is_usable = bool(row.input and (row.target or not is_given))
        name = kind.value(row.target) if kind else row.target
        self.codes.append(self.known.setdefault(name, len(self.known)) if is_usable else -1)
        self.groups += row.content
        self.together += row.together or row.content
        self.lengths.append(row.length)
        self.tests.append(bool(row.origin))
        self.given.append(NAMES.index(row.given) if row.given in NAMES else -1)


def survey(
    sources: Sequence[Source],
    *,
    text: str | Sequence[str],
    label: str | Sequence[str],
    kind: TargetKind | None = None,
    relabel: Mapping[str, str] | None = None,
    delimiter: str = "",
    decimal: str = "",
    cleaning: Sequence[str] = (),
) -> Survey:
    """Look at every row once. Without a label column, rows have at most a label by hand; without a kind, the values tell it."""
    is_media = any(source.is_media for source in sources)
    columns = (text,) if isinstance(text, str) else text
    learned = (label,) if isinstance(label, str) else label
    counted = _Counted(kind, bool(learned[0]), is_media)
    fitting = Fitting(kind, tuple(cleaning), counted.counts)
    for row in _rows(sources, columns, learned, relabel or {}, fitting):
        counted.add(row)
    return Survey(
        labels=list(counted.known),
        codes=np.array(counted.codes, np.int32),
        groups=np.frombuffer(bytes(counted.groups), np.uint64),
        lengths=np.array(counted.lengths, np.int32),
        is_test=np.array(counted.tests, np.bool_),
        counts=counted.counts,
        texts=counted.texts,
        given=np.array(counted.given, np.int8),
        is_media=is_media,
        keeps_split=any(source.keeps_split for source in sources),
        asked=kind,
        column=", ".join(learned),
        delimiter=delimiter,
        decimal=decimal,
        is_filled=np.array(counted.filled, np.bool_),
        together=np.frombuffer(bytes(counted.together), np.uint64),
    )


def _rows(
    sources: Sequence[Source],
    text: Sequence[str],
    label: Sequence[str],
    relabel: Mapping[str, str],
    fitting: Fitting,
) -> Iterator[_Row]:
    for source in sources:
        if source.is_media:
            yield from _media_rows(source, label[0], relabel, fitting)
        else:
            yield from _text_rows(source, text, label, relabel, fitting)


def _text_rows(
    source: Source,
    text: Sequence[str],
    label: Sequence[str],
    relabel: Mapping[str, str],
    fitting: Fitting,
) -> Iterator[_Row]:
    """Yield rows of texts. One that was left out so far (it had no label) is free to join any part."""
    for batch in source.batches((*text, *label)):
        inputs, targets = fitting.rows(batch, text, targets_of(batch, label, relabel))
        parts = batch.column("split").to_pylist() if source.keeps_split else [""] * len(inputs)
        for found, target, part in zip(inputs, targets, parts, strict=True):
            content, together = _hash(found), _together(fitting.kind, found, target)
            given = "" if part == Split.NONE else part
            yield _Row(source.origin, found, target, content, len(found), given, together)


def _together(kind: TargetKind | None, text: str, target: str) -> bytes:
    """Return what stands for what a row shares with others, nothing where that is its content."""
    shared = kind.together(text, target) if kind else text
    return b"" if shared == text else _hash(shared)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:8]


def _media_rows(
    source: Source, label: str, relabel: Mapping[str, str], fitting: Fitting
) -> Iterator[_Row]:
    """Yield rows of files: the content is the hash of the file, the length its shorter side or its milliseconds."""
    given = "split" if source.keeps_split else "given"
    is_cut = any(step.startswith(PIECES) for step in fitting.cleaning)
    for batch in source.batches((label, "width", "height", "seconds")):
        columns = [
            batch.column(name).to_pylist()
            for name in (
                "input", "content_hash", ORIGINAL + "width", ORIGINAL + "height",
                ORIGINAL + "seconds", "given", given, HAND,
            )
        ]  # fmt: skip
        columns.append(targets_of(batch, (label,), relabel))
        columns.append(
            batch.column(CAME).to_pylist() if CAME in batch.schema.names else [""] * batch.num_rows
        )
        for name, digest, width, height, seconds, came, part, hand, target, came_as in zip(
            *columns, strict=True
        ):
            length = round(1000 * float(seconds)) if seconds else min(int(width), int(height))
            content = bytes.fromhex(digest[:16])
            bound = part if source.keeps_split or part != Split.TRAIN else ""
            if hand and part == Split.NONE:  # it had no label until now
                bound = came if came in HELD_OUT else ""
            together = _together(fitting.kind, name, target)
            if is_cut and came_as:  # pieces of one recording stay together
                together = bytes.fromhex(came_as[3:19])
            yield _Row(source.origin, name, target, content, length, bound, together)
