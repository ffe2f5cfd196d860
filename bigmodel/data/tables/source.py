"""Where rows come from on their way into a version: a fresh table or an older version, streamed in batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bigmodel.core.datasets.columns import write_columns
from bigmodel.core.datasets.inputs import join_inputs, row_of
from bigmodel.data.tables.label import is_missing

BATCH_ROWS = 20_000
ORIGINAL = "col."  # prefix of the columns as they came, inside a version
TEST = "test"  # the origin of rows of a person's own test file
OF_VERSIONS = ("row_id", "origin")  # what a version keeps and a fresh table has not yet
HAND = "hand"  # the label that a person gave a row here, or ""
PLACE = "place"  # the row's number in its file, as a spreadsheet shows it
UPLOAD = "upload"  # which of the recipe's uploads the row came in, by its place among them
OF_ROWS = (HAND, PLACE, UPLOAD)
CAME = "came"  # the file of a row as it came, where the one it has now was made from it by cleaning
OF_MEDIA = (
    "input",
    "content_hash",
    "given",
    "envelope",
    "transform",
    "split",
    CAME,
)  # of pictures and recordings


@dataclass(frozen=True)
class Source:
    """A Parquet file of texts. `prefix` stands before the original columns; a version also keeps row ids and names.

    `origin` is what its rows are: "" for the dataset's own, `TEST` for an own test file. `only` picks
    the rows of one origin out of a version. `keeps_split`: rows stay in the part they are in.
    `upload` is the recipe's upload that fresh rows came in; `hand` are labels by row id that take the
    place of those given by hand before ("" takes one back).
    """

    path: Path
    prefix: str = ""
    origin: str = ""
    only: str | None = None
    keeps_split: bool = False
    upload: str = ""
    hand: Mapping[str, str] | None = None

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

    @property
    def kept(self) -> tuple[str, ...]:
        """What `batches` yields beside the original columns."""
        return (*self._kept, *OF_ROWS)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield batches of the named original columns (a column it lacks is empty) and what a version keeps.

        What rows keep (`hand`, `place`, `upload`) is always among it.
        """
        present = set(self.columns)
        wanted = [self.prefix + name for name in columns if name in present]
        stored = [name for name in OF_ROWS if self.prefix and name in self._names]
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=[*wanted, *self._kept, *stored]):
                picked = self._picked(batch)
                if picked.num_rows:
                    yield self._renamed(picked, columns)

    @property
    def _kept(self) -> list[str]:
        wanted = (
            *(OF_VERSIONS if self.is_version else ()),
            *(["name"] if self.prefix else ()),
            *(OF_MEDIA if self.is_media else ("split",) if self.keeps_split else ()),
        )
        return [name for name in wanted if name in self._names]

    def _picked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self.only is None:
            return batch
        return batch.filter(pc.equal(batch.column("origin"), self.only))

    def _renamed(self, batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
        names = set(batch.schema.names)
        empty = pa.array([""] * batch.num_rows, pa.string())

        def column(name: str) -> pa.Array:
            return batch.column(name) if name in names else empty

        arrays = [column(self.prefix + name) for name in columns]
        arrays += [batch.column(name) for name in self._kept]
        place = column(PLACE)
        upload = column(UPLOAD)
        if not self.is_version and self.upload:
            upload = pa.array([self.upload] * batch.num_rows, pa.string())
        arrays += [self._hand(batch, column(HAND)), place, upload]
        return pa.RecordBatch.from_arrays(
            arrays, names=[*(ORIGINAL + name for name in columns), *self.kept]
        )

    def _hand(self, batch: pa.RecordBatch, before: pa.Array) -> pa.Array:
        if self.hand is None or not self.is_version:
            return before
        ids = batch.column("row_id").to_pylist()
        labels = [
            self.hand.get(row_id, old) for row_id, old in zip(ids, before.to_pylist(), strict=True)
        ]
        return pa.array(labels, pa.string())


def inputs_of(
    batch: pa.RecordBatch, columns: Sequence[str], *, may_lack: bool = False
) -> list[str]:
    """Return what a task reads of each row: one column, or several as one text; `may_lack`: not all need be there."""
    cells = [batch.column(ORIGINAL + name).to_pylist() for name in columns]
    join = row_of if may_lack else join_inputs
    return [join([cell or "" for cell in row]) for row in zip(*cells, strict=True)]


def targets_of(
    batch: pa.RecordBatch, columns: Sequence[str], relabel: Mapping[str, str]
) -> list[str]:
    """Return the target of each row: its label by hand, else that of the column as `relabel` names it, or of several in one."""
    if len(columns) > 1:
        return together_of(columns, [batch.column(ORIGINAL + name).to_pylist() for name in columns])
    came = [text.strip() for text in batch.column(ORIGINAL + columns[0]).to_pylist()]
    by_hand = batch.column(HAND).to_pylist()
    if "envelope" not in batch.schema.names:  # a folder or a spoken word may well be called so
        came = [meant(text, relabel) for text in came]
    else:
        came = [relabel.get(text, text) for text in came]
    return [hand or text for text, hand in zip(came, by_hand, strict=True)]


def together_of(names: Sequence[str], cells: Sequence[Sequence[str | None]]) -> list[str]:
    """Return several columns as one target a row; what stands for no answer says nothing."""
    return [
        write_columns(
            {name: meant((text or "").strip(), {}) for name, text in zip(names, row, strict=True)}
        )
        for row in zip(*cells, strict=True)
    ]


def meant(label: str, relabel: Mapping[str, str]) -> str:
    """Return the class that a cell of a table stands for, "" for no answer."""
    if label in relabel:
        return relabel[label]
    return relabel.get("", "") if is_missing(label) else label


def sample_rows(source: Source, limit: int) -> dict[str, list[str]]:
    """Return rows spread evenly over a whole table, so that a file sorted by label shows every label."""
    names = [source.prefix + name for name in source.columns]
    with pq.ParquetFile(source.path) as file:
        step = max(1, -(-file.metadata.num_rows // limit))
        parts: list[pa.RecordBatch] = []
        seen = 0
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            places = [i for i in range(batch.num_rows) if (seen + i) % step == 0]
            seen += batch.num_rows
            parts.append(batch.take(pa.array(places, pa.int64())))
        table = pa.Table.from_batches(parts)
    return {name: table.column(source.prefix + name).to_pylist() for name in source.columns}
