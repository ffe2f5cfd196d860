"""Several tables that were brought together: parts of one that are joined, or a choice that is left to the person. No table is dropped unsaid."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.datasets.workbook_preview import RowPreview, SheetPreview, WorkbookPreview
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import written
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.sniff import choose_reader
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.tables.table import Findings, ReadRequest, Target

OWN = (
    "csv",
    "xlsx",
    "xls",
)  # formats that answers are written back into, which is not done inside a ZIP
HELD_OUT = (Split.VALIDATION, Split.TEST)
SHOWN_ROWS = 5
LABEL, PART = "label", "split"
SUMS = ("rows", "turns", "words", "marks")  # what readers count in a table


@dataclass(frozen=True)
class Part:
    """A table by its name in the upload, where its bytes lie now, and the part its name says."""

    name: str
    place: Path
    part: Split | None = None


@dataclass(frozen=True)
class _Read:
    """A table that was read, as a Parquet file of texts."""

    part: Part
    target: Target
    format: str

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.target.columns)


def read_tables(parts: Sequence[Part], target: Target, scratch: Path) -> str:
    """Read one table, or those that belong together, into the target and return the format.

    Raises:
        DatasetError: `tables_many`, where it is open which is meant, with a look at them; or as of a reader.
    """
    asked = next((part for part in parts if part.name == target.asked.sheet), None)
    if asked is not None or len(parts) == 1:
        if asked is not None:
            target.asked = replace(target.asked, sheet="")
        return _read_one(asked or parts[0], target)
    read = [_read_apart(part, target, scratch / f"part-{n}") for n, part in enumerate(parts)]
    together = _together(read)
    if not together:
        raise _which(read)
    _tell_others(read, together, target)
    _join(together, target)
    return "tables"


def _read_one(part: Part, target: Target) -> str:
    reader = choose_reader(
        part.place, part.name, find_readers(), target.findings, target.asked.kind
    )
    reader.read(part.place, target)
    target.findings.note("table_inside", level="info", name=part.name, format=reader.name.upper())
    return "tables" if reader.name in OWN else reader.name


def _read_apart(part: Part, target: Target, place: Path) -> _Read:
    own = Target(
        place, target.limits, Findings(), lambda _: None, asked=ReadRequest(kind=target.asked.kind)
    )
    reader = choose_reader(part.place, part.name, find_readers(), own.findings, own.asked.kind)
    reader.read(part.place, own)
    own.close()
    return _Read(part, own, reader.name)


def _together(read: Sequence[_Read]) -> list[_Read]:
    """Return the tables that are parts of one, none where that is open.

    Those with the same columns are: all of them, or those of the one that its name calls for training.
    """
    if len({each.columns for each in read}) == 1:
        return list(read)
    trained = {each.columns for each in read if each.part.part == Split.TRAIN}
    if len(trained) == 1:
        columns = trained.pop()
        return [each for each in read if each.columns == columns]
    return []


def _tell_others(read: Sequence[_Read], together: Sequence[_Read], target: Target) -> None:
    """Say which tables were read, and which were not and why."""
    names = [each.part.name for each in together]
    if len(together) == 1:
        name, form = names[0], together[0].format.upper()
        target.findings.note("table_inside", level="info", name=name, format=form)
    else:
        count = len(together)
        target.findings.note("tables_joined", level="info", count=count, names=listed(names, 8))
    columns = together[0].columns
    for each in read:
        if each in together:
            continue
        lacks = sorted(columns - each.columns)
        is_part = each.part.part in HELD_OUT and each.columns < columns
        key = "table_without" if is_part else "table_apart"
        target.findings.note(key, name=each.part.name, columns=listed(lacks))


def _join(read: Sequence[_Read], target: Target) -> None:
    columns = read[0].target.columns
    parts = {each.part.part for each in read}
    has_parts = Split.TRAIN in parts and any(part in parts for part in HELD_OUT)
    has_classes = len(columns) == 1 and not has_parts and len(read) > 1
    more = [PART] if has_parts else [LABEL] if has_classes else []
    target.encoding = ", ".join(dict.fromkeys(each.target.encoding for each in read))
    target.delimiter = read[0].target.delimiter
    if has_classes:
        target.findings.note("files_are_classes", names=listed([_stem(each) for each in read], 8))
    target.start([*columns, *more])
    number = 0
    target.findings.messages += _told_once(read)
    for each in read:
        own = written(each.part.part or Split.TRAIN) if has_parts else _stem(each)
        with pq.ParquetFile(each.target.path) as file:
            for batch in file.iter_batches(columns=[ORIGINAL + name for name in columns]):
                cells = [batch.column(ORIGINAL + name).to_pylist() for name in columns]
                for row in zip(*cells, strict=True):
                    number += 1
                    target.add([*row, own] if more else list(row), number)
    _tell_differences(read, target)


def _told_once(read: Sequence[_Read]) -> list[Message]:
    """Return what the readers of all tables said; what differs in sums alone is said once of all of them."""
    said: dict[tuple[Any, ...], Message] = {}
    for told in (message for each in read for message in each.target.findings.all()):
        like = (told.key, *(pair for pair in told.args.items() if pair[0] not in SUMS))
        before: Mapping[str, Any] = said[like].args if like in said else {}
        sums = {name: before[name] + told.args[name] for name in SUMS if name in before}
        said[like] = replace(told, args={**told.args, **sums})
    return list(said.values())


def _tell_differences(read: Sequence[_Read], target: Target) -> None:
    """Say it where parts were read in different formats, for then one of them may be misread."""
    formats = Counter(each.format for each in read)
    if len(formats) > 1:
        target.findings.note("tables_formats", names=listed(sorted(formats)))


def _stem(each: _Read) -> str:
    """Return what a file is called after: `pos` of `pos.txt` and of `rt-polarity.pos`."""
    path = PurePosixPath(each.part.name)
    is_told = path.suffix and path.suffix not in (".txt", ".text", ".csv", ".tsv", ".tab", ".md")
    return path.suffix[1:] if is_told else path.stem


def _which(read: Sequence[_Read]) -> DatasetError:
    """Return the question which table is meant, with a look at the first rows of the largest."""
    largest = max(read, key=lambda each: each.target.rows)
    with pq.ParquetFile(largest.target.path) as file:
        batch = next(file.iter_batches(SHOWN_ROWS))
    names = [ORIGINAL + name for name in largest.target.columns]
    rows = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
    shown = [RowPreview(1, largest.target.columns)]
    shown += [RowPreview(number, row) for number, row in enumerate(rows, 2)]
    error = DatasetError(
        "tables_many",
        count=len(read),
        names="; ".join(f"{each.part.name} ({listed(each.target.columns)})" for each in read[:8]),
        example=largest.part.name,
    )
    sheets = tuple(SheetPreview(each.part.name, each.target.rows) for each in read)
    error.look = WorkbookPreview(sheets, "", 1, tuple(shown))
    return error
