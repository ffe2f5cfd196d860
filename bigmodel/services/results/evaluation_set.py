"""Which rows of a person's own file a model can be tried on, and what was left out; it asks no model."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.core.datasets.inputs import each_part, join_inputs, placed_files, row_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Arg, Message
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Task
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.tables.label import Spellings
from bigmodel.data.tables.source import ORIGINAL, together_of
from bigmodel.services.results.file_columns import FileColumns, columns_in

MOST_NAMED = 5


@dataclass(frozen=True)
class EvaluationSet:
    """Rows that can be evaluated, in step: texts (or paths of files) with their hashes and truths; what was left out."""

    inputs: Sequence[str]
    hashes: Sequence[str]
    truth: Sequence[str]
    remarks: tuple[Message, ...]


def read_evaluation_set(
    upload: Upload,
    recipe: Recipe,
    kind: TargetKind,
    labels: tuple[str, ...],
    task: Task | None = None,
) -> EvaluationSet:
    """Return the rows of a file that have an input and an answer the model knows; columns are told as `task` reads them.

    Raises:
        DatasetError: the file is of another kind than what the model learned from, has no right
            answers, or none this model knows.
    """
    if (upload.medium, upload.form) != (recipe.medium, recipe.form):
        raise DatasetError("test_medium")
    columns = columns_in(upload, recipe, kind, task)
    target = columns.targets
    rows = list(
        _files(upload, target) if upload.is_media else _texts(upload, recipe, kind, columns)
    )
    spelled = Spellings(labels)
    asked = 3 if kind.is_given else 2
    whole = [(*row[:2], spelled(row[2])) for row in rows if all(row[:asked])]
    usable = [row for row in whole if kind.is_known(row[2], labels)]
    if not usable:
        raise DatasetError("evaluation_no_rows", labels=_listed(labels) or "1, 2.5, …")
    remarks = [*(upload.problems if upload.brings_files else ()), *columns.remarks]
    if lacking := [name for name in target if name not in upload.columns]:
        remarks.append(_left_out("columns_lacking", columns=_listed(lacking)))
    if len(rows) > len(whole):
        remarks.append(_left_out("unusable", count=len(rows) - len(whole)))
    if len(whole) > len(usable):
        strange = sorted({row[2] for row in whole} - {row[2] for row in usable})
        count = len(whole) - len(usable)
        remarks.append(_left_out("unknown_truth", count=count, labels=_listed(strange)))
    inputs, hashes, truth = (list(column) for column in zip(*usable, strict=True))
    if kind.is_file:
        truth = [str(upload.media_folder / name) for name in truth]
    if kind.is_turned:
        inputs, truth = truth, inputs
    return EvaluationSet(inputs, hashes, truth, tuple(remarks))


def _texts(
    upload: Upload, recipe: Recipe, kind: TargetKind, columns: FileColumns
) -> Sequence[tuple[str, str, str]]:
    table = pq.read_table(upload.table_path)
    blank = [""] * table.num_rows
    inputs = [
        table.column(ORIGINAL + name).to_pylist() if name in upload.columns else blank
        for name in columns.inputs
    ]
    join = row_of if kind.reads_all else join_inputs
    texts = [join([part or "" for part in row]) for row in zip(*inputs, strict=True)]
    change = partial(clean_texts, steps=recipe.cleaning)
    clean = each_part(texts, change, may_lack=kind.reads_all)  # as the model reads them
    cells = [cell or "" for cell in inputs[0]]
    if kind.reads_all:
        clean = [placed_files(text, upload.media_folder) for text in clean]
    pairs = zip(
        clean
        if kind.reads_all
        else [text or filled for text, filled in zip(texts, clean, strict=True)],
        kind.fitted(_truths(table, columns.targets), cells, clean),
        strict=True,
    )
    return [(text, hashlib.sha256(text.encode()).hexdigest(), truth) for text, truth in pairs]


def _files(upload: Upload, target: Sequence[str]) -> Sequence[tuple[str, str, str]]:
    table = pq.read_table(upload.table_path)
    names, digests = (table.column(name).to_pylist() for name in ("input", "content_hash"))
    paths = [str(upload.media_folder / name) for name in names]
    return list(zip(paths, digests, _truths(table, target), strict=True))


def _truths(table: pa.Table, target: Sequence[str]) -> list[str]:
    """Return the targets of a table, blank where it needs none; a column that it lacks says nothing."""
    blank = [""] * table.num_rows
    names = set(table.column_names)
    cells = [
        table.column(ORIGINAL + name).to_pylist() if ORIGINAL + name in names else blank
        for name in target
    ]
    if len(cells) > 1:
        return together_of(target, cells)
    return [(truth or "").strip() for truth in cells[0]] if cells else blank


def _left_out(key: str, **args: Arg) -> Message:
    return Message(f"results.remarks.{key}", args, "warning")


def _listed(labels: Sequence[str]) -> str:
    text = ", ".join(label[:40] for label in labels[:MOST_NAMED])
    return f"{text} …" if len(labels) > MOST_NAMED else text
