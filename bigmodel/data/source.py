"""Where rows come from on their way into a version: a fresh table or an older version, streamed in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BATCH_ROWS = 20_000
ORIGINAL = "col."  # prefix of the columns as they came, inside a version
TEST = "test"  # the origin of rows of a person's own test file
OF_VERSIONS = ("row_id", "origin")  # what a version keeps and a fresh table has not yet
OF_MEDIA = ("input", "content_hash", "given", "envelope", "split")  # of pictures and recordings


@dataclass(frozen=True)
class Source:
    """A Parquet file of texts. `prefix` stands before the original columns; a version also keeps row ids and names.

    `origin` is what its rows are: "" for the dataset's own, `TEST` for an own test file. `only` picks
    the rows of one origin out of a version. `keeps_split`: rows stay in the part they are in.
    """

    path: Path
    prefix: str = ""
    origin: str = ""
    only: str | None = None
    keeps_split: bool = False

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(pq.read_schema(self.path).names)

    @property
    def is_version(self) -> bool:
        return OF_VERSIONS[0] in self._names and bool(self.prefix)

    @property
    def is_media(self) -> bool:
        """Whether its rows are files of pictures or recordings."""
        return "envelope" in self._names and bool(self.prefix)

    @property
    def columns(self) -> tuple[str, ...]:
        """The original column names."""
        return tuple(
            name.removeprefix(self.prefix) for name in self._names if name.startswith(self.prefix)
        )

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield batches of the named original columns (a column it lacks is empty) and what a version keeps."""
        present = set(self.columns)
        wanted = [self.prefix + name for name in columns if name in present]
        kept = self._kept
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=[*wanted, *kept]):
                picked = self._picked(batch)
                if picked.num_rows:
                    yield self._renamed(picked, columns, kept)

    @property
    def _kept(self) -> list[str]:
        wanted = (
            *(OF_VERSIONS if self.is_version else ()),
            *(["name"] if self.prefix else ()),
            *(OF_MEDIA if self.is_media else ()),
        )
        return [name for name in wanted if name in self._names]

    def _picked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.only is None:
            return batch
        return batch.filter(pc.equal(batch.column("origin"), self.only))

    def _renamed(
        self, batch: pa.RecordBatch, columns: Sequence[str], kept: Sequence[str]
    ) -> pa.RecordBatch:
        names = set(batch.schema.names)
        empty = pa.array([""] * batch.num_rows, pa.string())
        arrays = [
            batch.column(self.prefix + name) if self.prefix + name in names else empty
            for name in columns
        ]
        arrays += [batch.column(name) for name in kept]
        return pa.RecordBatch.from_arrays(
            arrays, names=[*(ORIGINAL + name for name in columns), *kept]
        )


def sample_rows(path: Path, limit: int) -> dict[str, list[str]]:
    """Return rows spread evenly over a whole table, so that a file sorted by label shows every label."""
    with pq.ParquetFile(path) as file:
        step = max(1, -(-file.metadata.num_rows // limit))
        parts: list[pa.RecordBatch] = []
        seen = 0
        for batch in file.iter_batches(BATCH_ROWS):
            places = [i for i in range(batch.num_rows) if (seen + i) % step == 0]
            seen += batch.num_rows
            parts.append(batch.take(pa.array(places, pa.int64())))
        table = pa.Table.from_batches(parts, file.schema_arrow)
    return {name: table.column(name).to_pylist() for name in table.column_names}
