"""The answers to every row of a table somebody gave, as the same table with columns added; a row without text gets none.

A workbook and delimited text come back as they came; other formats, and a change of format, give a plain table.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.answer import Answer, AnswerType, Cell
from bigmodel.core.callbacks import OnCount, Tell
from bigmodel.core.datasets.attached import called
from bigmodel.core.datasets.dataset import NO_LABEL, Recipe
from bigmodel.core.datasets.inputs import join_inputs, placed_files, row_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.core.task import Task
from bigmodel.data.cleaning import fills
from bigmodel.data.ingest.given_table import MACROS, TEXT_ENDINGS, Table
from bigmodel.data.ingest.importer import Answers, Upload
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.source import ORIGINAL, PLACE, sample_rows
from bigmodel.data.targets import target_kind
from bigmodel.data.writeback.documents.reword import FORMATS
from bigmodel.data.writeback.order import Column, Kind, Order
from bigmodel.data.writeback.writer import write_back
from bigmodel.services.datasets.recipe import SAMPLE_ROWS, columns_of
from bigmodel.services.inference.summary import (
    About,
    AnsweredTable,
    PredictionSummary,
    summary_rows,
)
from bigmodel.services.results.answer_table import open_table
from bigmodel.settings import Settings

BATCH_ROWS = 1_024
ANSWER_SHARE = 0.85  # of the work, the rest is writing
DOCUMENTS = tuple(FORMATS)  # files that only a model that says them in other words gives back
YES_NO = {True: "yes", False: "no"}
Said = tuple[Answer, bool | None]  # and whether it is like none of the training rows
Ask = Callable[[Sequence[str]], Iterable[Said]]
Cells = tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """A row of a table: where it stands in the file, its cells (only where a plain table is written), and the text to read.

    `own` is a label that a person gave it, which no model answers over.
    """

    place: int
    text: str
    cells: Sequence[str] = ()
    own: str = ""


@dataclass(frozen=True)
class Asker:
    """A model to ask: what it answers, its labels, and what is known of it. Without `ask` there is none to ask."""

    kind: AnswerType
    labels: Sequence[str]
    ask: Ask | None = None
    about: About = field(default_factory=About)
    tells_strangers: bool = False

    @property
    def width(self) -> int:
        """How many columns an answer has."""
        return len(self.kind.added(self.labels)) + self.tells_strangers


def write_table(
    settings: Settings,
    table: Table,
    batches: Iterable[Sequence[Row]],
    out: Path,
    asker: Asker,
    say: Tell,
    progress: OnCount | None = None,
) -> AnsweredTable:
    """Write the table with the answers to its rows.

    Raises:
        DatasetError: it cannot be written as it came.
        OSError: the place cannot be written to.
    """
    tally, columns = PredictionSummary(), _columns(asker, table.columns, say)
    tell = progress or (lambda _done, _all: None)
    answered = _answered(batches, asker, tally, say)
    encoding = table.other_encoding if out.suffix.lower() in TEXT_ENDINGS else ""
    made = AnsweredTable(out, tally, encoding=encoding, problems=table.problems)
    if not table.comes_back(out):
        header = (*table.columns, *(column.heading for column in columns))
        _write_plain(answered, out, header, lambda: tell(tally.rows, table.rows))
        return replace(made, is_plain=table.is_plain)

    def tell_writing(share: float) -> None:
        tell(int(table.rows * (ANSWER_SHARE + (1 - ANSWER_SHARE) * share)), table.rows)

    place = settings.scratch / f"answers-{new_id()}.parquet"
    try:
        with pq.ParquetWriter(place, _schema(columns)) as writer:
            for rows, answers in answered:
                writer.write_table(_packed(rows, answers, columns))
                tell(int(ANSWER_SHARE * tally.rows), table.rows)
        summary = summary_rows(tally, asker.about, asker.labels, say)
        order = _order(settings, table, out, place, columns)
        title = say(Message("writeback.summary.title"))
        write_back(settings, replace(order, summary_title=title, summary=summary), tell_writing)
    finally:
        place.unlink(missing_ok=True)
    tell(table.rows, table.rows)
    return replace(made, is_old_format=table.format == "xls")


def _write_plain(
    answered: Iterable[tuple[Sequence[Row], list[Cells]]],
    out: Path,
    header: Sequence[str],
    tell: Callable[[], None],
) -> None:
    if out.suffix.lower() == MACROS:
        raise DatasetError("macros_only_back")
    if out.suffix.lower() in DOCUMENTS:
        raise DatasetError("documents_only_reworded")
    with open_table(out, header) as plain:
        for rows, answers in answered:
            for row, answer in zip(rows, answers, strict=True):
                plain.add(row.cells, ["" if value is None else value for value in answer])
            tell()


def rows_of(upload: Upload, columns: Sequence[str], empty: str = "") -> Iterator[list[Row]]:
    """Yield the rows of an upload in batches, with the texts of the columns to read; `empty` stands where there is none."""
    places_in = [upload.columns.index(column) for column in columns]
    for places, cells in _batches(upload):
        yield [
            Row(place, join_inputs([row[at] for at in places_in]) or empty, row)
            for place, row in zip(places, cells, strict=True)
        ]


def answers_for(task: Task) -> Answers:
    """Return what a reader is told of a table that a model of this task is asked about."""
    kind = target_kind(task.target)
    return Answers(leave_out=True, whole_rows=True) if kind.reads_all else Answers()


def columns_and_rows(
    upload: Upload, recipe: Recipe, task: Task
) -> tuple[tuple[str, ...], Iterator[list[Row]]]:
    """Return the columns to read and the rows, as the task reads them.

    Raises:
        DatasetError: `columns_missing`.
    """
    if target_kind(task.target).reads_all:
        return recipe.inputs, whole_rows_of(upload, recipe.inputs)
    columns = text_columns(upload, recipe, task)
    return columns, rows_of(upload, columns, empty_as(recipe))


def empty_as(recipe: Recipe) -> str:
    """Return what a task reads that reads one column where its cell is empty, "" where nothing was to be filled in."""
    return "" if recipe.more else fills(recipe.cleaning).get(0, "")


def whole_rows_of(upload: Upload, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the rows of an upload in batches, with all that they have of the columns to read: files too.

    Raises:
        DatasetError: `columns_missing`, where none of the columns is there.
    """
    if not set(columns) & set(upload.columns):
        found = ", ".join(upload.columns)
        raise DatasetError("columns_missing", missing=", ".join(columns), found=found)
    for places, cells in _batches(upload):
        rows = [dict(zip(upload.columns, row, strict=True)) for row in cells]
        texts = [row_of([row.get(name, "") for name in columns]) for row in rows]
        yield [
            Row(place, placed_files(text, upload.media_folder), [called(cell) for cell in row])
            for place, text, row in zip(places, texts, cells, strict=True)
        ]


def text_columns(upload: Upload, recipe: Recipe, task: Task | None = None) -> tuple[str, ...]:
    """Return the columns to read: those the model learned from, else the one that an import would read, or that looks most like texts.

    Raises:
        DatasetError: `columns_missing`, where several are needed and not all are there.
    """
    missing = [name for name in recipe.inputs if name not in upload.columns]
    if not missing:
        return recipe.inputs
    is_whole = bool(recipe.kind) and not target_kind(recipe.kind).is_given
    if is_whole and recipe.input not in missing:  # what is to be answered is enough
        return (recipe.input,)
    if recipe.more and not is_whole:
        found = ", ".join(upload.columns)
        raise DatasetError("columns_missing", missing=", ".join(missing), found=found)
    if len(upload.columns) == 1:
        return upload.columns
    if task and (is_whole or target_kind(task.target).is_prose):
        # the same talks and pairs come in many formats: as an import for the task reads them
        return (columns_of(upload, sample_rows(upload.source(), SAMPLE_ROWS), task=task).text,)
    _, rows = next(_batches(upload))
    columns = dict(zip(upload.columns, zip(*rows, strict=True), strict=True))
    return (guess_columns(columns, label=NO_LABEL).text,)


def _answered(
    batches: Iterable[Sequence[Row]], asker: Asker, tally: PredictionSummary, say: Tell
) -> Iterator[tuple[Sequence[Row], list[Cells]]]:
    """Yield each batch with its answers, and count them; none from where somebody breaks off by Ctrl-C: what was answered is kept."""
    is_broken_off = False
    for rows in batches:
        answers: list[Cells] = []
        try:
            if not is_broken_off:
                answers.extend(_of_batch(rows, asker, tally, say))
        except KeyboardInterrupt:
            is_broken_off = True
        left = len(rows) - len(answers)
        tally.rows += len(rows)
        tally.unasked += left
        yield rows, answers + [(None,) * asker.width] * left


def _of_batch(
    rows: Sequence[Row], asker: Asker, tally: PredictionSummary, say: Tell
) -> Iterator[Cells]:
    asked = [row for row in rows if row.text.strip() and not row.own] if asker.ask else []
    found = iter(asker.ask([row.text for row in asked]) if asker.ask and asked else [])
    for row in rows:
        if row.own:
            yield _own(row, asker, tally)
        elif asker.ask and row.text.strip():
            yield _said(row, next(found), asker, tally, say)
        else:
            tally.empty += 1
            yield (None,) * asker.width


def _said(row: Row, said: Said, asker: Asker, tally: PredictionSummary, say: Tell) -> Cells:
    answer, is_strange = said
    odd: Cells = ()
    if asker.tells_strangers:
        odd = (None if is_strange is None else say(Message(f"strangers.{YES_NO[is_strange]}")),)
    if is_strange is not None and asker.kind.chooses:
        tally.strange = (tally.strange or 0) + is_strange
    _count(row, answer, asker, tally, is_strange=bool(is_strange))
    return *asker.kind.cells(answer), *odd


def _own(row: Row, asker: Asker, tally: PredictionSummary) -> Cells:
    """Return what a person said of a row, which has no certainty."""
    tally.own += 1
    answer = asker.kind.own(row.own)
    if answer is None:
        return (None,) * asker.width
    _count(row, answer, asker, tally)
    return *asker.kind.cells(answer), *(None,) * asker.tells_strangers


def _count(
    row: Row, answer: Answer, asker: Asker, tally: PredictionSummary, *, is_strange: bool = False
) -> None:
    label, value, sure = asker.kind.group(answer), asker.kind.amount(answer), answer.certainty
    if label is not None:
        certainty = None if sure is None else round(sure, 4)
        tally.label(row.place, row.text, label, certainty, is_strange=is_strange)
    if value is not None:
        tally.number(value)


def _columns(asker: Asker, taken: Sequence[str], say: Tell) -> tuple[Column, ...]:
    """Return the columns to add, numbered where the table has such names already."""
    keys = list(asker.kind.added(asker.labels))
    if asker.tells_strangers:
        odd = "strangers.column" if asker.kind.chooses else "strangers.column_number"
        keys.append((Message(odd), "text"))
    names = [say(message) for message, _ in keys]
    kinds = [cast(Kind, kind) for _, kind in keys]
    return tuple(map(Column, _fresh(names, taken), kinds))


def _schema(columns: Sequence[Column]) -> pa.Schema:
    types = [pa.string() if column.kind == "text" else pa.float64() for column in columns]
    fields = [(str(number), kind) for number, kind in enumerate(types)]
    return pa.schema([(PLACE, pa.int64()), *fields])


def _packed(rows: Sequence[Row], answers: Sequence[Cells], columns: Sequence[Column]) -> pa.Table:
    arrays = [[row.place for row in rows], *map(list, zip(*answers, strict=True))]
    return pa.table(arrays, schema=_schema(columns))


def _order(
    settings: Settings, table: Table, out: Path, answers: Path, columns: tuple[Column, ...]
) -> Order:
    return Order(
        source=table.path.resolve(),
        out=out,
        format=table.format,
        answers=answers.resolve(),
        columns=columns,
        sheet=table.sheet,
        header_row=table.header_row,
        delimiter=table.delimiter,
        max_characters=settings.max_field_characters,
    )


def _batches(upload: Upload) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
    """Yield the rows' places and cells."""
    names = [ORIGINAL + column for column in upload.columns]
    with pq.ParquetFile(upload.table_path) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[*names, PLACE]):
            *columns, places = (
                [value or "" for value in column.to_pylist()] for column in batch.columns
            )
            yield [int(place) for place in places], list(zip(*columns, strict=True))


def _fresh(names: Iterable[str], taken: Sequence[str]) -> list[str]:
    """Return the names, numbered where the table has them already."""
    fresh: list[str] = []
    for name in names:
        unique, number = name, 1
        while unique in (*taken, *fresh):
            number += 1
            unique = f"{name} {number}"
        fresh.append(unique)
    return fresh
