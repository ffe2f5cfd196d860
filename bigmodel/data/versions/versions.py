"""Immutable versions of a dataset on disk: written once, complete or not at all, and read by everybody else."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import (
    COLUMNS,
    Recipe,
    Rows,
    Split,
    Summary,
    TaskData,
    Version,
)
from bigmodel.core.datasets.inputs import placed_files
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.tables.label import is_no_answer, listed, no_answers
from bigmodel.data.tables.source import (
    BATCH_ROWS,
    CAME,
    OF_ROWS,
    ORIGINAL,
    TEST,
    Source,
    targets_of,
)
from bigmodel.data.targets import asked_kind
from bigmodel.data.targets.survey import Survey
from bigmodel.data.versions import split
from bigmodel.data.versions.check import check
from bigmodel.data.versions.original_files import keep_upload
from bigmodel.data.versions.parts import split_rows
from bigmodel.data.versions.survey import Fitting, survey
from bigmodel.settings import Settings

ITEMS, RECIPE = "items.parquet", "recipe.json"
KEPT = ("row_id", "content_hash", "name", "split", "input", "target", "origin", *OF_ROWS)
KEPT_OF_MEDIA = (
    "given",
    "envelope",
    "transform",
    CAME,
)  # given split, shape of a sound, what became of a picture, and the file that was cleaned
MEDIA = "media"  # files of pictures and recordings, shared by the versions of a dataset


def write_version(
    settings: Settings,
    *,
    dataset_id: str,
    number: int,
    sources: Sequence[Source],
    recipe: Recipe,
    problems: Sequence[Message] = (),
    media: Path | None = None,
    uploaded: Path | None = None,
    groups: NDArray[np.int64] | None = None,
    bound: NDArray[np.int8] | None = None,
) -> Version:
    """Check, split and write the rows of the sources as one version; the folder appears only when complete.

    `media` is a folder with the files of new rows; they are taken from there. `uploaded` is the file
    that new rows of a table came in: a copy is kept under the name that the last of the recipe's uploads gives it.
    `groups` and `bound` are as of `split_rows`.

    Raises:
        DatasetError: the rows cannot be trained on; nothing is left on disk.
    """
    columns = sources[0].columns
    found, recipe, problems = _settled(sources, recipe, problems)
    summary = check(found, label=", ".join(recipe.targets), columns=columns, problems=problems)
    splits, remarks = split_rows(found, recipe.seed, groups, bound)
    counts = np.bincount(splits, minlength=len(split.NAMES))
    summary = replace(
        summary,
        split_rows={name: int(counts[i]) for i, name in enumerate(split.NAMES)},
        problems=(*_said_of(summary, is_tested=bool(counts[split.TEST])), *remarks),
        medium=recipe.medium,
        form=recipe.form,
    )
    folder = settings.datasets / dataset_id / str(number)
    with _draft(folder) as draft:
        digest = _write(draft / ITEMS, sources, recipe, splits, found)
        write_recipe(draft, recipe, summary)
        if media is not None:
            _take_media(media, folder.with_name(MEDIA))
        if uploaded is not None:
            keep_upload(uploaded, folder, recipe.uploads[-1])
        folder = _placed(draft, folder)
    place = folder.relative_to(settings.home).as_posix()
    return Version(dataset_id, number, place, digest, now(), recipe, summary)


def _said_of(summary: Summary, *, is_tested: bool) -> Iterator[Message]:
    """Yield what the check said, but not that nothing can be held out where rows were given to the test."""
    return (each for each in summary.problems if not (is_tested and each.key.endswith("rows_few")))


def _settled(
    sources: Sequence[Source], recipe: Recipe, problems: Sequence[Message]
) -> tuple[Survey, Recipe, Sequence[Message]]:
    """Return the rows in numbers, and the recipe and problems with what it says of words for no answer and of alike names."""
    found = _surveyed(sources, recipe)
    if none := _no_answers(found, sources, recipe):
        pairs = [f"{label} ({found.label_rows[found.labels.index(label)]})" for label in none]
        recipe = replace(recipe, relabel={**recipe.relabel, **dict.fromkeys(none, "")})
        problems = [*problems, found.remark("labels_no_answer", labels=listed(pairs))]
        found = _surveyed(sources, recipe)
    if same := found.kind.joined(found, recipe.relabel):
        recipe = replace(recipe, relabel={**recipe.relabel, **same})
        found = _surveyed(sources, recipe)
        pairs = [f"{label} → {name}" for label, name in same.items()]
        problems = [*problems, found.remark("labels_joined", labels=listed(pairs))]
    return found, recipe, problems


def _no_answers(found: Survey, sources: Sequence[Source], recipe: Recipe) -> list[str]:
    """Return the labels of fresh rows that stand for no answer, a person's own decisions aside."""
    is_grown = any(source.is_version for source in sources)
    if found.is_media or all(source.is_version for source in sources) or not recipe.target:
        return []
    if found.asked is not None and found.asked.is_prose:
        return []
    sure, _ = no_answers(dict(zip(found.labels, found.label_rows.tolist(), strict=True)))
    known = {*recipe.relabel, *recipe.relabel.values()}
    return [x for x in sure if x not in known and (is_no_answer(x) or not is_grown)]


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Yield a folder beside a version's, which goes where the block fails."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{new_id()}.tmp")
    draft.mkdir(mode=0o700)
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _surveyed(sources: Sequence[Source], recipe: Recipe) -> Survey:
    look = partial(
        survey,
        sources,
        text=recipe.inputs,
        label=recipe.targets,
        relabel=recipe.relabel,
        delimiter=recipe.delimiter,
        decimal=recipe.decimal,
        cleaning=recipe.cleaning,
    )
    found = look(kind=asked_kind(recipe))
    if found.asked is None and found.kind.reads_inputs:  # only now is it known what targets mean
        return look(kind=found.kind)
    return found


def _take_media(source: Path, target: Path) -> None:
    """Move files beside the versions and force them to disk; a file is named by its content, so none is overwritten."""
    if not target.exists():
        source.rename(target)
    else:
        for file in source.glob("*/*"):
            place = target / file.parent.name / file.name
            if not place.exists():
                place.parent.mkdir(mode=0o700, exist_ok=True)
                file.rename(place)
    if hasattr(os, "sync"):
        os.sync()  # once for all of them: forcing each of thousands to disk takes minutes


def _placed(draft: Path, folder: Path) -> Path:
    """Make a complete version visible and return where: its number may be taken by what a crash left.

    Which of two versions made at once counts is decided by the store, not here.
    """
    while True:
        try:
            return draft.rename(folder)
        except OSError:
            if not folder.exists():
                raise
            folder = folder.with_name(f"{folder.name.partition('-')[0]}-{new_id()}")


def _write(
    path: Path,
    sources: Sequence[Source],
    recipe: Recipe,
    splits: NDArray[np.int8],
    found: Survey,
) -> str:
    columns = sources[0].columns
    extra = KEPT_OF_MEDIA if sources[0].is_media else ()
    names = (*KEPT, *extra, *(ORIGINAL + column for column in columns))
    schema = pa.schema([(name, pa.string()) for name in names])
    asked = columns if recipe.target else (*columns, recipe.target)
    ids, place = _row_ids(), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for source in sources:
            for batch in source.batches(asked):
                part = splits[place : place + batch.num_rows]
                place += batch.num_rows
                kept = _kept(source, batch, recipe, part, ids, found)
                rest = [*extra, *(ORIGINAL + column for column in columns)]
                blank = pa.array([""] * batch.num_rows, pa.string())  # rows from before it was kept
                held = set(batch.schema.names)
                arrays = [*kept, *(batch.column(n) if n in held else blank for n in rest)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema), BATCH_ROWS)
    return sealed(path)


def _kept(
    source: Source,
    batch: pa.RecordBatch,
    recipe: Recipe,
    splits: NDArray[np.int8],
    ids: Iterator[str],
    found: Survey,
) -> list[pa.Array]:
    """Return the columns of `KEPT`, in that order."""
    came = targets_of(batch, recipe.targets, recipe.relabel)
    count = batch.num_rows
    if source.is_version:
        row_ids = batch.column("row_id")
    else:
        row_ids = pa.array([next(ids) for _ in range(count)], pa.string())
    inputs, hashes, targets = _inputs(source, batch, recipe, found.kind, came)
    return [
        row_ids,
        hashes,
        batch.column("name")
        if "name" in batch.schema.names
        else pa.array([""] * count, pa.string()),
        pa.array([split.NAMES[code] for code in splits], pa.string()),
        inputs,
        pa.array(found.kind.written(found, targets), pa.string()),
        pa.array([source.origin] * count, pa.string()),
        *(batch.column(name) for name in OF_ROWS),
    ]


def _inputs(
    source: Source, batch: pa.RecordBatch, recipe: Recipe, kind: TargetKind, targets: Sequence[str]
) -> tuple[pa.Array, pa.Array, Sequence[str]]:
    """Return what the task reads, its hash, and the targets that suit it."""
    if source.is_media:
        return batch.column("input"), batch.column("content_hash"), targets
    texts, targets = Fitting(kind, recipe.cleaning).rows(batch, recipe.inputs, targets)
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    return pa.array(texts, pa.string()), pa.array(hashes, pa.string()), targets


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


def sealed(path: Path) -> str:
    """Force a file to disk and return its digest."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
        os.fsync(file.fileno())
    return digest.hexdigest()


def write_recipe(folder: Path, recipe: Recipe, summary: Summary) -> None:
    """Write what a version was made by, and what is in it, beside its rows."""
    record = {"v": 1, "recipe": recipe.to_json(), "summary": summary.to_json()}
    path = folder / RECIPE
    path.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    sealed(path)


def is_media(folder: Path) -> bool:
    """Tell whether the rows of a version are pictures or recordings."""
    return "envelope" in pq.read_schema(folder / ITEMS).names


def media_folder(folder: Path) -> Path:
    """Return where the files lie that the rows of a version name; the versions of a dataset share it."""
    return folder.with_name(MEDIA)


def load_task_data(folder: Path, kind: TargetKind) -> TaskData:
    """Return what an engine may see of a version; rows whose target cannot be measured against are left out.

    Such are held-out rows with a class that no training row has, and for numbers what is none.
    Inputs of pictures and recordings are absolute paths, and so are targets that are files.
    """
    table = pq.read_table(folder / ITEMS, columns=["row_id", "split", "input", "target"])
    columns = [table.column(name).to_pylist() for name in table.column_names]
    if is_media(folder):
        media = media_folder(folder)
        columns[2] = [str(media / name) for name in columns[2]]
        if kind.is_file:
            columns[3] = [name and str(media / name) for name in columns[3]]
    if kind.reads_all:
        columns[2] = [placed_files(text, media_folder(folder)) for text in columns[2]]
    if kind.is_turned:
        columns[2], columns[3] = columns[3], columns[2]
    rows = [row for row in zip(*columns, strict=True) if row[1] != Split.NONE]
    plain = kind.plain([row[3] for row in rows])
    rows = [(*row[:3], target) for row, target in zip(rows, plain, strict=True)]
    labels = kind.labels_of([row[3] for row in rows if row[1] == Split.TRAIN])
    known = frozenset(labels)
    rows = [row for row in rows if kind.is_known(row[3], known)]
    parts = {name: _rows_of(rows, name) for name in (Split.TRAIN, Split.VALIDATION, Split.TEST)}
    extra = {COLUMNS: _columns_of(folder)} if kind.reads_all else {}
    return TaskData(parts[Split.TRAIN], parts[Split.VALIDATION], parts[Split.TEST], labels, extra)


def _columns_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the columns that a version's rows are read from, in order."""
    record = json.loads((folder / RECIPE).read_text("utf-8"))
    return Recipe.from_json(record["recipe"]).inputs


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


def own_source(
    folder: Path, *, keeps_split: bool = False, hand: Mapping[str, str] | None = None
) -> Source:
    """Return the dataset's own rows of a version, without those of a test file."""
    return Source(folder / ITEMS, ORIGINAL, only="", keeps_split=keeps_split, hand=hand)


def own_test_source(folder: Path) -> Source:
    """Return the rows of a person's own test file that a version holds."""
    return Source(folder / ITEMS, ORIGINAL, origin=TEST, only=TEST)
