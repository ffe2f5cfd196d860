"""Parquet and Arrow (Feather): the footer is checked by hand and texts are weighed as dictionary codes before any is unpacked."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.nested import MOST_LEVELS, cell
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target, as_text

MAGIC = b"PAR1"
ARROW, STREAM = b"ARROW1", b"\xff\xff\xff\xff"
BATCH_ROWS = 5_000
MEDIA_ROWS = 20  # looked at for pictures and recordings
MEDIA_SIGNS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM", b"fLaC", b"OggS", b"ID3",
    b"\xff\xfb", b"\xff\xf3", b"\x1aE\xdf\xa3", b"\0\0\0\x18ftyp", b"\0\0\0\x1cftyp", b"\0\0\0\x20ftyp",
)  # fmt: skip


def _read(path: Path, target: Target) -> None:
    _check_footer(path)
    try:
        file = _open(path)
        names = _flat(file.schema_arrow.empty_table()).column_names
        _refuse_media(
            file.schema_arrow,
            lambda name: next(file.iter_batches(MEDIA_ROWS, columns=[name]), None),
        )
        target.start(names)
        target.encoding = "UTF-8"
        _weigh(file, target)
        rows = max(1, file.metadata.num_rows)
        _copy(file.iter_batches(BATCH_ROWS), file.schema_arrow, target, rows)
    except (pa.ArrowException, OSError) as error:
        raise DatasetError("parquet_broken") from error


def _read_arrow(path: Path, target: Target) -> None:
    """Read a Feather or Arrow file: its batches are checked and weighed one by one, as no footer vouches for them."""
    try:
        with pa.memory_map(str(path)) as source:
            schema, batches = _arrow(source, target)
            first = next(batches, None)
            _refuse_media(schema, lambda name: first and first.slice(0, MEDIA_ROWS).select([name]))
            target.start(_flat(schema.empty_table()).column_names)
            target.encoding = "UTF-8"
            whole = chain([first] if first else [], batches)
            _copy(whole, schema, target, target.limits.max_rows)
    except (pa.ArrowException, OSError) as error:
        raise DatasetError("arrow_broken") from error


def _arrow(source: pa.NativeFile, target: Target) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return the schema and the batches of an Arrow file or stream, in small parts."""
    is_file = source.read(len(ARROW)) == ARROW
    source.seek(0)
    file = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)

    def parts() -> Iterator[pa.RecordBatch]:
        whole = map(file.get_batch, range(file.num_record_batches)) if is_file else file
        total, limit = 0, target.limits.max_text_mb
        for batch in whole:
            batch.validate(full=True)
            total += sum(map(_weight, batch.columns))
            if total > limit * 2**20:
                raise DatasetError("table_big", mb=total // 2**20, limit=limit)
            yield from (batch.slice(at, BATCH_ROWS) for at in range(0, batch.num_rows, BATCH_ROWS))

    return file.schema, parts()


def _copy(batches: Iterator[pa.RecordBatch], schema: pa.Schema, target: Target, rows: int) -> None:
    classes = class_names(schema)
    for batch in batches:
        table = _flat(pa.Table.from_batches([batch]))
        columns = [
            _texts(column.combine_chunks(), classes.get(name, {}))
            for name, column in zip(table.column_names, table.columns, strict=True)
        ]
        for values in zip(*columns, strict=True):
            target.add(values, target.rows + 1)
        target.progress(min(0.95, target.rows / rows))
        if target.is_full:
            return


def _open(path: Path) -> pq.ParquetFile:
    plain = pq.ParquetFile(path)
    texts = [field.name for field in plain.schema_arrow if _is_text(field.type)]
    return pq.ParquetFile(path, read_dictionary=texts)


def _weigh(file: pq.ParquetFile, target: Target) -> None:
    """Refuse a table whose texts would not fit, while they still are codes into a dictionary.

    Raises:
        DatasetError: `table_big`.
    """
    limit = target.limits.max_text_mb * 2**20
    metadata = file.metadata
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    stored = sum(group.total_byte_size for group in groups)
    if stored > limit:
        raise DatasetError("table_big", mb=stored // 2**20, limit=target.limits.max_text_mb)
    total = 0
    for batch in file.iter_batches(BATCH_ROWS):
        total += sum(_weight(column) for column in batch.columns)
        if total > limit:
            mb = int(total / limit * target.limits.max_text_mb)
            raise DatasetError("table_big", mb=mb, limit=target.limits.max_text_mb)


def _weight(column: pa.Array) -> int:
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0)


def _flat(table: pa.Table) -> pa.Table:
    """Return a table in which the parts of objects are columns "a.b", as they are in JSON."""
    for _ in range(MOST_LEVELS):
        if any(pa.types.is_struct(kind) for kind in table.schema.types):
            table = table.flatten()
    return table


def _texts(column: pa.Array, classes: Mapping[object, str]) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    named = {str(number): name for number, name in classes.items()}
    return [named.get(text, text) for text in _cells(column, classes)]


def _cells(column: pa.Array, classes: Mapping[object, str]) -> Iterator[str]:
    for value in column.to_pylist():
        if isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
        elif isinstance(value, dict | list):
            told = _told(value, classes)
            yield cell(json.loads(json.dumps(told, ensure_ascii=False, default=str)))
        else:
            yield as_text(value)


def _told(value: object, classes: Mapping[object, str]) -> object:
    """Return a list with the names of its classes in place of their numbers."""
    if isinstance(value, list):
        return [_told(each, classes) for each in value]
    return classes.get(value, value) if isinstance(value, int) else value


def class_names(schema: pa.Schema) -> dict[str, dict[object, str]]:
    """Return the names of classes that stand as numbers, as the hub writes them into the schema (ClassLabel); -1 is none."""
    try:
        record = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        return dict(_named(record["info"]["features"], ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _named(features: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, dict[object, str]]]:
    """Yield the columns of classes with their names by number: of single ones, of lists, and of parts of objects."""
    for name, feature in features.items():
        kind = feature
        while isinstance(kind, list) or (isinstance(kind, dict) and "feature" in kind):
            kind = kind[0] if isinstance(kind, list) else kind["feature"]
        if kind.get("_type") == "ClassLabel" and kind.get("names"):
            yield prefix + name, {**dict(enumerate(map(str, kind["names"]))), -1: ""}
        elif "_type" not in kind:
            yield from _named(kind, f"{prefix}{name}.")


def _refuse_media(schema: pa.Schema, head: Callable[[str], pa.RecordBatch | None]) -> None:
    """Refuse a table whose cells are pictures or recordings: they would be read as texts.

    Raises:
        DatasetError: `table_of_media`.
    """
    for name in media_columns(schema, head):
        raise DatasetError("table_of_media", column=name)


def media_columns(schema: pa.Schema, head: Callable[[str], pa.RecordBatch | None]) -> list[str]:
    """Return the columns whose first cells are pictures or recordings."""
    found = []
    for name in [field.name for field in schema if _holds_bytes(field.type)]:
        first = head(name)
        values = map(_bytes_of, first.column(0).to_pylist() if first else ())
        if any(value.startswith(MEDIA_SIGNS) for value in values):
            found.append(name)
    return found


def _holds_bytes(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(_holds_bytes(kind.field(i).type) for i in range(kind.num_fields))
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _bytes_of(value: object) -> bytes:
    if isinstance(value, dict):
        value = next((each for each in value.values() if isinstance(each, bytes)), b"")
    return value if isinstance(value, bytes) else b""


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_footer(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 8))
        tail = file.read()
    length = int.from_bytes(tail[:4], "little")
    if size < 12 or tail[4:] != MAGIC or length > size - 12:
        raise DatasetError("parquet_broken")


PARQUET = Reader(
    name="parquet",
    order=1,
    endings=(".parquet", ".pq"),
    claims=lambda head, path: head.startswith(MAGIC),  # noqa: ARG005
    read=_read,
)
FEATHER = Reader(
    name="arrow",
    order=-5,
    endings=(".feather", ".arrow", ".ipc"),
    claims=lambda head, path: (
        head.startswith(ARROW)
        or (head.startswith(STREAM) and path.suffix.lower() in (".arrow", ".arrows", ".ipc"))
    ),
    read=_read_arrow,
)
READERS = (PARQUET, FEATHER)
