"""Immutable versions of a dataset on disk: written once, complete or not at all, and read by everybody else."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.clock import now
from bigmodel.core.dataset import Recipe, Rows, Split, Summary, TaskData, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Arg, Message
from bigmodel.core.task import Family
from bigmodel.data import split
from bigmodel.data.check import Survey, check, survey
from bigmodel.data.check import shown as shown_label
from bigmodel.data.number import DECIMAL_COMMA, as_number
from bigmodel.data.source import BATCH_ROWS, ORIGINAL, TEST, Source
from bigmodel.settings import Settings

ITEMS = "items.parquet"
KEPT = ("row_id", "content_hash", "name", "split", "input", "target", "origin")


@dataclass(frozen=True)
class Preview:
    """Some rows as they came, and how many there are in all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def write_version(
    settings: Settings,
    *,
    dataset_id: str,
    number: int,
    sources: Sequence[Source],
    recipe: Recipe,
    problems: Sequence[Message] = (),
) -> Version:
    """Check, split and write the rows of the sources as one version; the folder appears only when complete.

    Raises:
        DatasetError: the rows cannot be trained on, or somebody else just made this version
            (`dataset_busy`); nothing is left on disk.
    """
    columns = sources[0].columns
    found = survey(sources, text=recipe.input, label=recipe.target)
    summary = check(found, label=recipe.target, columns=columns, problems=problems)
    splits, remarks = _split(found, recipe.seed)
    counts = np.bincount(splits, minlength=len(split.NAMES))
    summary = replace(
        summary,
        split_rows={name: int(counts[i]) for i, name in enumerate(split.NAMES)},
        problems=(*summary.problems, *remarks),
    )
    folder = settings.datasets / dataset_id / str(number)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder.with_name(f".{number}.{new_id()}.tmp")
    draft.mkdir(mode=0o700)
    try:
        digest = _write(draft / ITEMS, sources, recipe, splits, is_number=found.is_number)
        _write_recipe(draft, recipe, summary)
        _place(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    place = folder.relative_to(settings.home).as_posix()
    return Version(dataset_id, number, place, digest, now(), recipe, summary)


def _place(draft: Path, folder: Path) -> None:
    """Make a complete version visible under its number, which nobody else may have taken meanwhile."""
    try:
        draft.rename(folder)
    except OSError as error:
        if not folder.exists():
            raise
        raise DatasetError("dataset_busy") from error


def _split(found: Survey, seed: int) -> tuple[NDArray[np.int8], list[Message]]:
    """Return the split of every row, and what has to be said about an own test file."""
    strata = split.number_strata(found.values) if found.is_number else found.codes.copy()
    if not found.is_test.any():
        return split.assign(found.groups, strata, seed=seed), []
    remarks = []
    is_own = ~found.is_test & (found.codes >= 0)
    leaks = is_own & np.isin(found.groups, found.groups[found.is_test])
    if leaks.any():
        remarks.append(
            Message("data.problems.test_overlap", {"count": int(leaks.sum())}, "warning")
        )
    strata[found.is_test | leaks] = -1
    splits = split.assign(found.groups, strata, seed=seed, has_own_test=True)
    tested = found.is_test & (found.codes >= 0)
    if not found.is_number:
        strange = tested & ~np.isin(found.codes, found.codes[splits == split.TRAIN])
        tested &= ~strange
        if strange.any():
            names = ", ".join(
                shown_label(found.labels[code]) for code in np.unique(found.codes[strange])[:5]
            )
            args: dict[str, Arg] = {"count": int(strange.sum()), "labels": names}
            remarks.append(Message("data.problems.test_labels_unknown", args, "warning"))
    splits[tested] = split.TEST
    return splits, remarks


def _write(
    path: Path,
    sources: Sequence[Source],
    recipe: Recipe,
    splits: NDArray[np.int8],
    *,
    is_number: bool,
) -> str:
    columns = sources[0].columns
    schema = pa.schema(
        [(name, pa.string()) for name in (*KEPT, *(ORIGINAL + column for column in columns))]
    )
    ids, place = _row_ids(), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for source in sources:
            for batch in source.batches(columns):
                part = splits[place : place + batch.num_rows]
                place += batch.num_rows
                kept = _kept(source, batch, recipe, part, ids, is_number=is_number)
                originals = [batch.column(ORIGINAL + column) for column in columns]
                writer.write_batch(
                    pa.RecordBatch.from_arrays([*kept, *originals], schema=schema), BATCH_ROWS
                )
    return _sealed(path)


def _kept(
    source: Source,
    batch: pa.RecordBatch,
    recipe: Recipe,
    splits: NDArray[np.int8],
    ids: Iterator[str],
    *,
    is_number: bool,
) -> list[pa.Array]:
    """Return the columns of `KEPT`, in that order."""
    inputs = [text.strip() for text in batch.column(ORIGINAL + recipe.input).to_pylist()]
    targets = [text.strip() for text in batch.column(ORIGINAL + recipe.target).to_pylist()]
    if is_number:
        targets = [_with_point(text) for text in targets]
    count = batch.num_rows
    if source.is_version:
        row_ids, names = batch.column("row_id"), batch.column("name")
    else:
        row_ids = pa.array([next(ids) for _ in range(count)], pa.string())
        names = pa.array([""] * count, pa.string())
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in inputs]
    return [
        row_ids,
        pa.array(hashes, pa.string()),
        names,
        pa.array([split.NAMES[code] for code in splits], pa.string()),
        pa.array(inputs, pa.string()),
        pa.array(targets, pa.string()),
        pa.array([source.origin] * count, pa.string()),
    ]


def _with_point(text: str) -> str:
    return text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text


def _row_ids() -> Iterator[str]:
    """Yield UUIDs version 7 that sort in the order of the rows (a counter in the 12 bits after the time)."""
    start, count = time.time_ns() // 1_000_000, 0
    while True:
        noise = os.urandom(8 * 4096)
        for counter in range(4096):
            tail = int.from_bytes(noise[8 * counter : 8 * counter + 8]) >> 2 | 1 << 63
            head = f"{start + count:012x}"
            low = f"{tail:016x}"
            yield f"{head[:8]}-{head[8:]}-7{counter:03x}-{low[:4]}-{low[4:]}"
        count += 1


def _sealed(path: Path) -> str:
    """Force a file to disk and return its digest."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
        os.fsync(file.fileno())
    return digest.hexdigest()


def _write_recipe(folder: Path, recipe: Recipe, summary: Summary) -> None:
    record = {"v": 1, "recipe": recipe.to_json(), "summary": summary.to_json()}
    path = folder / "recipe.json"
    path.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    _sealed(path)


def load_task_data(folder: Path, family: Family) -> TaskData:
    """Return what an engine may see of a version. Labels are the classes of the training rows.

    Held-out rows with a class that no training row has are left out, and for numbers every row
    whose target is not one.
    """
    table = pq.read_table(folder / ITEMS, columns=["row_id", "split", "input", "target"])
    columns = [table.column(name).to_pylist() for name in table.column_names]
    rows = [row for row in zip(*columns, strict=True) if row[1] != Split.NONE]
    if family is Family.REGRESSION:
        rows = [row for row in rows if as_number(row[3]) is not None]
        labels: tuple[str, ...] = ()
    else:
        labels = tuple(sorted({row[3] for row in rows if row[1] == Split.TRAIN}))
        known = set(labels)
        rows = [row for row in rows if row[3] in known]
    parts = {name: _rows_of(rows, name) for name in (Split.TRAIN, Split.VALIDATION, Split.TEST)}
    return TaskData(parts[Split.TRAIN], parts[Split.VALIDATION], parts[Split.TEST], labels)


def _rows_of(rows: Sequence[tuple[str, str, str, str]], part: Split) -> Rows:
    mine = [row for row in rows if row[1] == part]
    return Rows([row[0] for row in mine], [row[2] for row in mine], [row[3] for row in mine])


def load_rows(folder: Path, row_ids: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Return columns of a version by name: all rows, or those named, in the order of the names."""
    if row_ids is None:
        table = pq.read_table(folder / ITEMS)
        return {name: table.column(name).to_pylist() for name in table.column_names}
    table = pq.read_table(folder / ITEMS, filters=[("row_id", "in", set(row_ids))])
    place = {row_id: i for i, row_id in enumerate(table.column("row_id").to_pylist())}
    table = table.take(
        pa.array([place[row_id] for row_id in row_ids if row_id in place], pa.int64())
    )
    return {name: table.column(name).to_pylist() for name in table.column_names}


def preview(folder: Path, *, limit: int = 20, offset: int = 0) -> Preview:
    """Return some rows as they came, reading only the parts of the file that hold them."""
    source = Source(folder / ITEMS, ORIGINAL)
    columns = source.columns
    with pq.ParquetFile(source.path) as file:
        total = file.metadata.num_rows
        groups, skip = _row_groups(file.metadata, limit, offset)
        names = [ORIGINAL + column for column in columns]
        table = file.read_row_groups(groups, columns=names).slice(skip, limit)
    cells = [table.column(name).to_pylist() for name in names]
    return Preview(columns, tuple(zip(*cells, strict=True)), total)


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


def own_source(folder: Path) -> Source:
    """Return the dataset's own rows of a version, without those of a test file."""
    return Source(folder / ITEMS, ORIGINAL, only="")


def own_test_source(folder: Path) -> Source:
    """Return the rows of a person's own test file that a version holds."""
    return Source(folder / ITEMS, ORIGINAL, origin=TEST, only=TEST)
