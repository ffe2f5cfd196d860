"""A kept upload read anew: rows that stand where they stood keep their id and their label by hand. It writes no version."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.ids import new_id
from bigmodel.data.tables.source import (
    BATCH_ROWS,
    HAND,
    OF_VERSIONS,
    ORIGINAL,
    PLACE,
    UPLOAD,
    Source,
)
from bigmodel.data.versions.versions import ITEMS

NAME = "name"
FIRST = "0"  # the only upload, by its place among the recipe's


def hand_labels(folder: Path) -> int:
    """Return how many rows of a version have a label by hand."""
    with pq.ParquetFile(folder / ITEMS) as file:
        if HAND not in file.schema_arrow.names:
            return 0
        return sum(label != "" for label in file.read([HAND]).column(HAND).to_pylist())


def with_ids(fresh: Source, folder: Path, path: Path) -> Source:
    """Write the rows of a fresh table with the ids and labels by hand of a version's rows in the same places."""
    known = _known(folder)
    columns = [ORIGINAL + name for name in fresh.columns]
    names = [*columns, PLACE, *OF_VERSIONS, NAME, HAND, UPLOAD]
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetFile(fresh.path) as file, pq.ParquetWriter(path, schema) as writer:
        for batch in file.iter_batches(BATCH_ROWS, columns=[*columns, PLACE]):
            places = batch.column(PLACE)
            kept = [known.get(place) or (new_id(), "") for place in places.to_pylist()]
            blank = pa.array([""] * len(kept), pa.string())
            arrays = [
                *(batch.column(name) for name in columns),
                places,
                pa.array([row_id for row_id, _ in kept], pa.string()),
                blank,
                blank,
                pa.array([label for _, label in kept], pa.string()),
                pa.array([FIRST] * len(kept), pa.string()),
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return Source(path, ORIGINAL)


def _known(folder: Path) -> dict[str, tuple[str, str]]:
    """Return id and label by hand of the rows of a version by their place."""
    with pq.ParquetFile(folder / ITEMS) as file:
        stored = [name for name in (PLACE, HAND) if name in file.schema_arrow.names]
        if len(stored) < 2:
            return {}
        table = file.read([*OF_VERSIONS, PLACE, HAND])
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {place: (row_id, hand) for row_id, origin, place, hand in rows if place and not origin}
