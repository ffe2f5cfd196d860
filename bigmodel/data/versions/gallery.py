"""Rows, pictures and recordings of a version for people to look at; it finds files by name only within the dataset's own folder."""

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.datasets.attached import called, file_of
from bigmodel.data.media.entry import THUMB_ENDING
from bigmodel.data.tables.source import ORIGINAL, Source
from bigmodel.data.versions.versions import ITEMS, media_folder

FILE = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}\.(?:jpg|png|flac)")
SIZES = ("width", "height", "seconds")


@dataclass(frozen=True)
class Item:
    """One picture or recording. `file` is its name below `media/`, `label` its class or what is said in it.

    `envelope` is the shape of a recording: how loud each of its equal stretches is, 0 to 99.
    """

    row_id: str
    file: str
    name: str
    label: str
    split: str
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    envelope: tuple[int, ...] = ()


@dataclass(frozen=True)
class Preview:
    """Some rows as they came, and how many there are in all; of a row the files that its cells stand for, "" for a text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    files: tuple[tuple[str, ...], ...] = ()


def items_of(folder: Path, *, label: str | None, limit: int, offset: int) -> tuple[Item, ...]:
    """Return some items of a version in the order of their rows, of one class or of all."""
    path = folder / ITEMS
    present = pq.read_schema(path).names
    sizes = [name for name in SIZES if ORIGINAL + name in present]
    kept = ["row_id", "input", "name", "target", "split", "envelope"]
    table = pq.read_table(
        path,
        columns=[*kept, *(ORIGINAL + name for name in sizes)],
        filters=None if label is None else [("target", "=", label)],
    ).slice(offset, limit)
    return tuple(_item(row, sizes) for row in _rows(table))


def _rows(table: pa.Table) -> list[dict[str, str]]:
    found: list[dict[str, str]] = table.to_pylist()
    return found


def _item(row: dict[str, str], sizes: list[str]) -> Item:
    size = {name: row[ORIGINAL + name] for name in sizes}
    return Item(
        row_id=row["row_id"],
        file=row["input"],
        name=row["name"],
        label=row["target"],
        split=row["split"],
        width=int(size.get("width") or 0),
        height=int(size.get("height") or 0),
        seconds=float(size.get("seconds") or 0),
        envelope=tuple(map(int, row["envelope"].split())),
    )


def preview(
    folder: Path, *, limit: int = 20, offset: int = 0, label: str = "", words: str = ""
) -> Preview:
    """Return some rows as they came: of all, or of those of one class and with these words in what a model reads.

    Without a filter only the parts of the file that hold the rows are read.
    """
    source = Source(folder / ITEMS, ORIGINAL)
    names = [ORIGINAL + column for column in source.columns]
    with pq.ParquetFile(source.path) as file:
        if label or words:
            total, table = _found(file, names, label, words)
            table = table.slice(offset, limit)
        else:
            total = file.metadata.num_rows
            groups, skip = _row_groups(file.metadata, limit, offset)
            table = file.read_row_groups(groups, columns=names).slice(skip, limit)
    cells = [[cell or "" for cell in table.column(name).to_pylist()] for name in names]
    rows, files = (
        tuple(zip(*(map(part, column) for column in cells), strict=True))
        for part in (called, file_of)
    )
    return Preview(source.columns, rows, total, files)


def _found(file: pq.ParquetFile, names: list[str], label: str, words: str) -> tuple[int, pa.Table]:
    """Return how many rows a filter leaves, and these, reading one part of the file after another."""
    found = []
    for index in range(file.metadata.num_row_groups):
        part = file.read_row_group(index, columns=list(dict.fromkeys([*names, "target", "input"])))
        if label:
            part = part.filter(pc.equal(part.column("target"), label))
        if words:
            texts = part.column("input")
            part = part.filter(pc.match_substring(texts, words, ignore_case=True))
        found.append(part.select(names))
    table = pa.concat_tables(found)
    return table.num_rows, table


def _row_groups(metadata: pq.FileMetaData, limit: int, offset: int) -> tuple[list[int], int]:
    """Return which row groups hold the rows, and how many rows of the first one to skip."""
    groups: list[int] = []
    skip = seen = 0
    for index in range(metadata.num_row_groups):
        rows = metadata.row_group(index).num_rows
        if seen < offset + limit and seen + rows > offset:
            if not groups:
                skip = offset - seen
            groups.append(index)
        seen += rows
    return groups, skip


def media_file(folder: Path, file: str, *, thumb: bool = False) -> Path | None:
    """Return where a file of the dataset of a version lies, None where it has no such file.

    A picture no larger than a thumbnail is its own.
    """
    if not FILE.fullmatch(file):
        return None
    place = media_folder(folder) / file
    small = place.with_name(place.stem + THUMB_ENDING)
    found = small if thumb and small.is_file() else place
    return found if found.is_file() else None
