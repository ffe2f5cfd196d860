"""Tables whose cells hold pictures or recordings (Parquet and Arrow of the hub): each becomes a file, and the other cells a list beside them.

Parts by the names of the tables stay parts. Nothing is written by a name that stands in a cell.
"""

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.archive import Bounds
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry, Given
from bigmodel.data.parts import split_of
from bigmodel.data.tables.readers.parquet import class_names, media_columns
from bigmodel.data.tables.table import as_text

if TYPE_CHECKING:
    from bigmodel.core.datasets.dataset import Split

ENDINGS = (".parquet", ".pq", ".arrow")
ROWS = 64  # at once: pictures are large
SIGNS = {
    b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif", b"RIFF": ".wav", b"II*\0": ".tif", b"MM\0*": ".tif",
    b"BM": ".bmp", b"fLaC": ".flac", b"OggS": ".ogg", b"ID3": ".mp3", b"\xff\xfb": ".mp3", b"\xff\xf3": ".mp3",
}  # fmt: skip
WEBP = b"WEBP"
FILE = "file_name"


@dataclass
class Held:
    """The files that tables held, in a folder of the scratch, each with its part and what else its row says."""

    folder: Path
    bounds: Bounds
    rows: list[tuple[str, Path, Mapping[str, str]]] = field(default_factory=list)
    size: int = 0

    def add(self, values: Mapping[str, object], media: str, part: str) -> None:
        """Write the picture or recording of one row, and keep what else the row says.

        Raises:
            DatasetError: `archive_many`, `file_big`.
        """
        content = _content(values[media])
        if not content:
            return
        self.size += len(content)
        if len(self.rows) >= self.bounds.files:
            raise DatasetError("archive_many", count=len(self.rows), limit=self.bounds.files)
        if self.size > self.bounds.total:
            limit = self.bounds.total // 2**20
            raise DatasetError("file_big", mb=self.size // 2**20, limit=limit)
        place = self.folder / f"{len(self.rows):07d}{_ending(content)}"
        place.write_bytes(content)
        said = {key: as_text(value) for key, value in values.items() if key != media}
        self.rows.append((part, place, said))

    def files(self, name: str) -> list[Given]:
        """Return the files, in folders of their parts where there are several, with a list called like the table."""
        are_parts = len({part for part, _, _ in self.rows}) > 1
        given = [
            Given(f"{part}/{place.name}" if are_parts else place.name, place)
            for part, place, _ in self.rows
        ]
        told = ({FILE: each.name, **said} for each, (_, _, said) in zip(given, self.rows, strict=True))  # fmt: skip
        place = self.folder / "list.jsonl"
        lines = (f"{json.dumps(row, ensure_ascii=False)}\n" for row in told)
        place.write_text("".join(lines), "utf-8")
        return [*given, Given(f"{name}.jsonl", place)]


def unpack_held(entries: Sequence[Entry], bounds: Bounds, scratch: Path) -> list[Given]:
    """Return the files that tables among others hold; none where no table holds any.

    Raises:
        DatasetError: `parquet_broken`, or as of `Held`.
    """
    tables = [entry for entry in entries if entry.ending in ENDINGS]
    held = Held(scratch / "held", bounds)
    for number, entry in enumerate(tables):
        place = scratch / f"held-{number}{entry.ending}"
        with entry.open() as came, place.open("wb") as file:
            shutil.copyfileobj(came, file)
        try:
            _unpack(place, held, _part_of(entry))
        except (pa.ArrowException, OSError) as error:
            if held.rows:
                raise DatasetError("parquet_broken") from error
            # else whoever reads it as a table says what is wrong
        finally:
            place.unlink()
    return held.files(tables[0].base) if held.rows else []


def _unpack(place: Path, held: Held, part: str) -> None:
    schema, batches = _opened(place)
    first = next(batches, None)
    media = media_columns(schema, lambda name: first and first.select([name]))
    if first is None or len(media) != 1:
        return
    held.folder.mkdir(exist_ok=True)
    classes = class_names(schema)
    kept = [name for name in schema.names if name == media[0] or _is_told(schema.field(name).type)]
    for batch in chain([first], batches):
        for row in batch.select(kept).to_pylist():
            named = {k: classes.get(k, {}).get(v, v) if isinstance(v, int) else v for k, v in row.items()}  # fmt: skip
            held.add(named, media[0], part)


def _opened(place: Path) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    with place.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    if is_parquet:
        table = pq.ParquetFile(place)
        return table.schema_arrow, table.iter_batches(ROWS)
    source = pa.memory_map(str(place))
    try:
        stream = pa.ipc.open_stream(source)
        return stream.schema, (b.slice(at, ROWS) for b in stream for at in range(0, b.num_rows, ROWS))  # fmt: skip
    except pa.ArrowInvalid:
        source.seek(0)
        table = pa.ipc.open_file(source)
        batches = (table.get_batch(n) for n in range(table.num_record_batches))
        return table.schema, (b.slice(at, ROWS) for b in batches for at in range(0, b.num_rows, ROWS))  # fmt: skip


def _part_of(entry: Entry) -> str:
    """Return the part that the name of a table or its folder says, "train" where none does."""
    words = [*re.split(r"[-_.]", entry.base), *reversed(entry.parts[:-1])]
    found: Split | None = next(filter(None, map(split_of, words)), None)
    return str(found or "train")


def _is_told(kind: pa.DataType) -> bool:
    """Tell values that a list can say: texts, numbers and truths."""
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))  # fmt: skip


def _content(value: Any) -> bytes:  # Any: a cell
    if isinstance(value, dict):
        value = next((each for each in value.values() if isinstance(each, bytes)), b"")
    return value if isinstance(value, bytes) else b""


def _ending(content: bytes) -> str:
    if content[8:12] == WEBP:
        return ".webp"
    return next((ending for sign, ending in SIGNS.items() if content.startswith(sign)), ".m4a")
