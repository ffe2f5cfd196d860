"""Parquet: the footer is checked by hand and texts are weighed as dictionary codes before any is unpacked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target, as_text

MAGIC = b"PAR1"
BATCH_ROWS = 5_000


def _read(path: Path, target: Target) -> None:
    _check_footer(path)
    try:
        file = _open(path)
        names = file.schema_arrow.names
        target.start(names)
        target.encoding = "UTF-8"
        _weigh(file, target)
        _copy(file, target)
    except (pa.ArrowException, OSError) as error:
        raise DatasetError("parquet_broken") from error


def _copy(file: pq.ParquetFile, target: Target) -> None:
    rows = max(1, file.metadata.num_rows)
    for batch in file.iter_batches(BATCH_ROWS):
        columns = [_texts(column) for column in batch.columns]
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


def _texts(column: pa.Array) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return list(_cells(column))


def _cells(column: pa.Array) -> Iterator[str]:
    for value in column.to_pylist():
        if isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
        elif isinstance(value, dict | list):
            yield json.dumps(value, ensure_ascii=False, default=str)
        else:
            yield as_text(value)


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


READER = Reader(
    name="parquet",
    order=1,
    endings=(".parquet", ".pq"),
    claims=lambda head, path: head.startswith(MAGIC),  # noqa: ARG005
    read=_read,
)
