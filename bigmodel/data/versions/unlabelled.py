"""The rows of a version as sorting by hand sees them: one for each content, with the label it came with; it writes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.data.tables.source import BATCH_ROWS, ORIGINAL, meant
from bigmodel.data.versions.versions import ITEMS, is_media, media_folder

GOLDEN = (5**0.5 - 1) / 2

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Contents:
    """Own rows of a version that have an input, and their contents: rows that are the same stand for one.

    `rows` are the places of the rows in the file, `row_ids` and `hands` (labels by hand that the version
    holds) go with them; `of` is the content of each row, and `first` the first row of each content,
    as an index into `rows`. `labels` is what each content was labelled with when it came, "" for nothing.
    """

    folder: Path
    rows: Places
    row_ids: pa.Array
    hands: pa.Array
    of: NDArray[np.int64]
    first: Places
    labels: tuple[str, ...]
    _found: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return len(self.first)

    @cached_property
    def alike(self) -> NDArray[np.int64]:
        """(contents,) how many rows each content stands for."""
        return np.bincount(self.of, minlength=len(self.first))

    @cached_property
    def has_label(self) -> NDArray[np.bool_]:
        """(contents,) which came with a label."""
        return np.array([bool(label) for label in self.labels], np.bool_)

    @cached_property
    def label_counts(self) -> Counter[str]:
        """Contents by the label they came with."""
        return Counter(label for label in self.labels if label)

    @cached_property
    def spread(self) -> Places:
        """Contents in an order whose every beginning is spread evenly over the table, always the same.

        Multiples of the golden ratio fill the interval from 0 to 1 more evenly than chance (Weyl 1916).
        """
        return np.argsort((np.arange(len(self)) * GOLDEN) % 1.0, kind="stable").astype(np.int64)

    def find(self, row_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the content of each row id, -1 for a row that is not there any more."""
        known = self._found
        fresh = [row_id for row_id in row_ids if row_id not in known]
        if fresh:
            places = pc.index_in(pa.array(fresh, pa.string()), value_set=self.row_ids)
            at = pc.fill_null(places, -1).to_numpy(zero_copy_only=False)
            contents = np.append(self.of, -1)[at]
            known.update(zip(fresh, contents.tolist(), strict=True))
        return np.array([known[row_id] for row_id in row_ids], np.int64)

    def ids(self, contents: Places) -> list[str]:
        """Return the row id by which each content is known."""
        found: list[str] = self.row_ids.take(pa.array(self.first[contents])).to_pylist()
        return found

    def members(self, contents: Places) -> Places:
        """Return the rows of some contents, as indices into `rows`."""
        return np.flatnonzero(np.isin(self.of, contents)).astype(np.int64)


def read_contents(
    folder: Path, recipe: Recipe, relabel: Mapping[str, str] | None = None
) -> Contents:
    """Read the contents of a version. `relabel` is what became of labels since, over what the recipe says."""
    path = folder / ITEMS
    present = set(pq.read_schema(path).names)
    label = ORIGINAL + recipe.target if recipe.target else ""
    wanted = ["row_id", "content_hash", "origin", "input", *(["hand"] if "hand" in present else [])]
    filled, parts, seen = [], [], 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[*wanted, *([label] if label else [])]):
            has = pc.and_(
                pc.not_equal(batch.column("input"), ""), pc.equal(batch.column("origin"), "")
            )
            places = np.flatnonzero(has.to_numpy(zero_copy_only=False))
            filled.append(places + seen)
            seen += batch.num_rows
            parts.append(pa.Table.from_batches([batch]).drop(["input", "origin"]).take(places))
    table = pa.concat_tables(parts).combine_chunks() if parts else pa.table({})
    rows = np.concatenate(filled) if filled else np.empty(0, np.int64)
    of, first = _grouped(table)
    known = {**recipe.relabel, **(relabel or {})}
    came = [text.strip() for text in table.column(label).to_pylist()] if label else []
    count = table.num_rows
    hands = table.column("hand") if "hand" in present else pa.array([""] * count, pa.string())
    return Contents(
        folder=folder,
        rows=rows.astype(np.int64),
        row_ids=_whole(table.column("row_id")),
        hands=_whole(hands),
        of=of,
        first=first,
        labels=_labels(came, of, len(first), known),
    )


def _grouped(table: pa.Table) -> tuple[NDArray[np.int64], Places]:
    """Return the content of each row, contents counted in the order in which they first occur."""
    codes = _whole(table.column("content_hash")).dictionary_encode().indices
    of = codes.to_numpy(zero_copy_only=False).astype(np.int64)
    _, first = np.unique(of, return_index=True)
    return of, first.astype(np.int64)


def _labels(
    came: Sequence[str], of: NDArray[np.int64], count: int, relabel: Mapping[str, str]
) -> tuple[str, ...]:
    labels = [""] * count
    for content, text in zip(of.tolist(), came, strict=False):
        if text and not labels[content]:
            labels[content] = meant(text, relabel)
    return tuple(labels)


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def read_inputs(contents: Contents, wanted: Places) -> list[str]:
    """Return what the first row of each content holds: a text, or the absolute path of a file."""
    texts = read_cells(contents, wanted)
    if is_media(contents.folder):
        media = media_folder(contents.folder)
        return [str(media / name) for name in texts]
    return texts


def read_cells(contents: Contents, wanted: Places, column: str = "input") -> list[str]:
    """Return a column of the first row of each content, reading only the parts of the file that hold them."""
    rows = contents.rows[contents.first[wanted]]
    found: dict[int, str] = {}
    with pq.ParquetFile(contents.folder / ITEMS) as file:
        start = 0
        for group in range(file.metadata.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            here = np.unique(rows[(rows >= start) & (rows < end)])
            if len(here):
                cells = file.read_row_group(group, columns=[column]).column(column)
                texts = cells.take(pa.array(here - start)).to_pylist()
                found.update(zip(here.tolist(), texts, strict=True))
            start = end
    return [found[row] for row in rows.tolist()]
