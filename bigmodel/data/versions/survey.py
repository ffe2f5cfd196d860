"""Reads every row of an upload once and counts what it holds; it keeps no text but a sample, and judges nothing."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.datasets.inputs import each_part
from bigmodel.core.target import TargetKind
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.tables.source import HAND, ORIGINAL, Source, inputs_of, targets_of
from bigmodel.data.targets.survey import Survey
from bigmodel.data.versions.split import NAMES

FASTEST_SPEECH = 40.0  # letters a second; nobody speaks more
SCRIPT_SAMPLE = 2_000


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
    text: str | Sequence[str],
    label: str,
    kind: TargetKind | None = None,
    relabel: Mapping[str, str] | None = None,
    delimiter: str = "",
    decimal: str = "",
    cleaning: Sequence[str] = (),
) -> Survey:
    """Look at every row once. Without a label column, rows have at most a label by hand; without a kind, the values tell it."""
    codes: list[int] = []
    groups = bytearray()
    lengths: list[int] = []
    tests: list[bool] = []
    given: list[int] = []
    filled: list[bool] = []
    known: dict[str, int] = {}
    counts: Counter[str] = Counter()
    texts: list[str] = []
    is_spoken = kind is not None and kind.tells_language
    is_given = kind is None or kind.is_given
    columns = (text,) if isinstance(text, str) else text
    for row in _rows(sources, columns, label, relabel or {}, cleaning):
        sample = row.target if is_spoken else row.input
        if len(texts) < SCRIPT_SAMPLE:
            texts.append(sample[:500])
        counts["inputs_missing"] += not row.input
        counts["targets_missing"] += bool(label) and is_given and not row.target
        counts["inputs_are_targets"] += bool(row.input) and row.input == row.target
        counts["characters_replaced"] += "\ufffd" in sample
        counts["texts_fast"] += is_spoken and len(row.target) * 1000 > FASTEST_SPEECH * row.length
        filled.append(bool(row.input))
        is_usable = bool(row.input and (row.target or not is_given))
        name = kind.value(row.target) if kind else row.target
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
        asked=kind,
        column=label,
        delimiter=delimiter,
        decimal=decimal,
        is_filled=np.array(filled, np.bool_),
    )


def _rows(
    sources: Sequence[Source],
    text: Sequence[str],
    label: str,
    relabel: Mapping[str, str],
    cleaning: Sequence[str],
) -> Iterator[_Row]:
    for source in sources:
        if source.is_media:
            yield from _media_rows(source, label, relabel)
        else:
            yield from _text_rows(source, text, label, relabel, cleaning)


def _text_rows(
    source: Source,
    text: Sequence[str],
    label: str,
    relabel: Mapping[str, str],
    cleaning: Sequence[str],
) -> Iterator[_Row]:
    """Yield rows of texts. One that was left out so far (it had no label) is free to join any part."""
    for batch in source.batches((*text, label)):
        inputs = each_part(inputs_of(batch, text), partial(clean_texts, steps=cleaning))
        targets = targets_of(batch, label, relabel)
        parts = batch.column("split").to_pylist() if source.keeps_split else [""] * len(inputs)
        for found, target, part in zip(inputs, targets, parts, strict=True):
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
