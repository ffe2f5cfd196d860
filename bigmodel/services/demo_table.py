"""The answers to every row of a table somebody gave, as the same table with columns added; a row without text gets none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.dataset import Recipe
from bigmodel.data.importer import Upload
from bigmodel.data.source import ORIGINAL
from bigmodel.services.answer_table import open_table

BATCH_ROWS = 1_024
Ask = Callable[[Sequence[str]], list[list[float]]]
Progress = Callable[[int, int], None]  # rows done, rows in all


def write_table(
    upload: Upload,
    column: str,
    out: Path,
    labels: Sequence[str],
    ask: Ask,
    progress: Progress | None,
) -> None:
    """Write all columns of the table, and `predicted` and, for classes, `certainty`."""
    added = ("predicted", "certainty") if labels else ("predicted",)
    position = upload.columns.index(column)
    done = 0
    with open_table(out, (*upload.columns, *_fresh(added, upload.columns))) as table:
        for rows in _batches(upload):
            answers = _answers([row[position] for row in rows], labels, ask)
            for row, answer in zip(rows, answers, strict=True):
                table.add(row, answer)
            done += len(rows)
            if progress:
                progress(done, upload.rows)


def text_column(upload: Upload, recipe: Recipe) -> str:
    """Return the column to read: the one the model learned from, else the one with the longest texts."""
    if recipe.input in upload.columns or len(upload.columns) == 1:
        return recipe.input if recipe.input in upload.columns else upload.columns[0]
    rows = next(_batches(upload))
    characters = [sum(map(len, column)) for column in zip(*rows, strict=True)]
    return upload.columns[characters.index(max(characters))]


def _answers(
    texts: Sequence[str], labels: Sequence[str], ask: Ask
) -> list[tuple[str | float, ...]]:
    asked = [position for position, text in enumerate(texts) if text.strip()]
    answers: list[tuple[str | float, ...]] = [("",) * (2 if labels else 1)] * len(texts)
    for position, row in zip(asked, ask([texts[position] for position in asked]), strict=True):
        best = max(range(len(row)), key=row.__getitem__)
        answers[position] = (labels[best], round(row[best], 4)) if labels else (round(row[0], 6),)
    return answers


def _batches(upload: Upload) -> Iterator[list[tuple[str, ...]]]:
    names = [ORIGINAL + column for column in upload.columns]
    with pq.ParquetFile(upload.table_path) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            columns = [[value or "" for value in column.to_pylist()] for column in batch.columns]
            yield list(zip(*columns, strict=True))


def _fresh(names: Iterable[str], taken: Sequence[str]) -> list[str]:
    """Return the names, numbered where the table has them already."""
    fresh = []
    for name in names:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name} {number}"
        fresh.append(unique)
    return fresh
