"""Rows of a further file beside those of a version: columns matched by name, repeats found; it never changes the version."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.datasets.added_rows import AppendPreview, Clash
from bigmodel.core.datasets.columns import SEPARATES
from bigmodel.core.datasets.dataset import Recipe
from bigmodel.core.errors import DatasetError
from bigmodel.core.target import TargetKind
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.label import Spellings
from bigmodel.data.tables.number import as_number
from bigmodel.data.tables.source import HAND, ORIGINAL, PLACE, Source, sample_rows, together_of
from bigmodel.data.versions.survey import Fitting
from bigmodel.data.versions.versions import ITEMS

FRESH, REPEATED, COMPLETED, EMPTY = 0, 1, 2, 3  # what a row of the file is
SHOWN = 5
TEXT_CHARACTERS = 120
BATCH_ROWS = 20_000
SAMPLE_ROWS = 2_000
UNNAMED = re.compile(r"column \d+")  # what a reader calls a column that has no name


@dataclass(frozen=True)
class Known:
    """What a version holds under one text: its labels, and its own rows that have none."""

    labels: frozenset[str]
    unlabelled: tuple[str, ...]  # their ids


@dataclass(frozen=True)
class Beside:
    """A file beside a version. `columns` of the dataset lead to those of the file; `kinds` of its rows.

    `by_hand` is the column of the file whose labels count as given by hand, because the dataset has none.
    """

    upload: Upload
    columns: Mapping[str, str]
    by_hand: str
    kinds: NDArray[np.int8]
    labels: Mapping[str, str]  # of rows that had none, by id
    growth: AppendPreview


def beside(
    upload: Upload, folder: Path, columns: Sequence[str], recipe: Recipe, kind: TargetKind
) -> Beside:
    """Return what a file adds to a version.

    Raises:
        DatasetError: `added_columns`, the file lacks the column of the texts.
    """
    matched = match(columns, upload.columns)
    is_named = recipe.input in matched
    if not is_named:
        matched = _by_content(upload, columns, recipe)
    by_hand = "" if recipe.target else _guessed(upload, matched, recipe)
    came = {by_hand: by_hand} if by_hand else _learned(matched, recipe)
    met = _Met(_known(folder), kind)
    spelled = Spellings(met.classes)
    read = tuple(matched[name] for name in recipe.inputs if name in matched)
    for text, row_label in _rows(upload, read, came, recipe, kind):
        met.take(text, spelled(row_label))
    of = np.array(met.kinds, np.int8)
    growth = AppendPreview(
        rows=len(of),
        fresh=int((of == FRESH).sum()),
        repeated=int((of == REPEATED).sum()),
        clashing=met.clashing,
        completed=int((of == COMPLETED).sum()),
        empty=int((of == EMPTY).sum()),
        unlabelled=met.unlabelled,
        clashes=tuple(met.clashes),
        new_labels=_new_names(met.new_labels, met.classes, kind),
        left_out=tuple(name for name in upload.columns if name not in (*matched.values(), by_hand)),
        lacking=tuple(name for name in columns if name not in matched),
        text_column="" if is_named or len(upload.columns) == 1 else matched[recipe.input],
        label_column=by_hand or ("" if is_named else ", ".join(came.values())),
    )
    return Beside(upload, matched, by_hand, of, met.labels, growth)


def _learned(matched: Mapping[str, str], recipe: Recipe) -> dict[str, str]:
    """Return the columns of the file that are learned, by their names in the dataset."""
    return {name: matched[name] for name in recipe.targets if name in matched}


def _guessed(upload: Upload, matched: Mapping[str, str], recipe: Recipe) -> str:
    """Return a further column of the file that looks like labels, "" where there is none."""
    further = [name for name in upload.columns if name not in matched.values()]
    if not further:
        return ""
    sample = sample_rows(upload.source(), SAMPLE_ROWS)
    text = matched[recipe.input]
    return guess_columns({name: sample[name] for name in (text, *further)}, text=text).label


def match(columns: Sequence[str], found: Sequence[str]) -> dict[str, str]:
    """Return the column of the file for each of the dataset's that it has, whatever case, width, space or order."""
    exact = {name: name for name in columns if name in found}
    free = {_plain(name): name for name in reversed(found) if name not in exact}
    loose = {
        name: free[_plain(name)] for name in columns if name not in exact and _plain(name) in free
    }
    both = exact | loose
    return {name: both[name] for name in columns if name in both}


def _by_content(upload: Upload, columns: Sequence[str], recipe: Recipe) -> dict[str, str]:
    """Return where texts and labels are, where no name says so: in a file or a dataset without names, or of one column.

    Raises:
        DatasetError: `added_columns`, there are names and none fits.
    """
    found = upload.columns
    if len(found) > 1 and not (_are_unnamed(found) or _are_unnamed(columns)):
        raise DatasetError("added_columns", column=recipe.input, found=", ".join(found))
    guess = guess_columns(sample_rows(upload.source(), SAMPLE_ROWS))
    labels = {recipe.target: guess.label} if recipe.target and guess.label else {}
    return {recipe.input: guess.text} | labels


def _are_unnamed(columns: Sequence[str]) -> bool:
    return all(UNNAMED.fullmatch(name) for name in columns)


def write(made: Beside, path: Path, columns: Sequence[str], *, keep_repeated: bool) -> None:
    """Write the rows that come in as a table under the names of the dataset's columns."""
    names = [ORIGINAL + name for name in columns]
    schema = pa.schema([(name, pa.string()) for name in (*names, HAND, PLACE)])
    kept = made.kinds == FRESH
    if keep_repeated:
        kept |= made.kinds == REPEATED
    seen = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        wanted = [*made.columns.values(), *([made.by_hand] if made.by_hand else [])]
        for batch in _batches(made.upload, wanted):
            part = kept[seen : seen + batch.num_rows]
            seen += batch.num_rows
            empty = pa.array([""] * batch.num_rows, pa.string())
            arrays = [
                batch.column(ORIGINAL + made.columns[name]) if name in made.columns else empty
                for name in columns
            ]
            hand = batch.column(ORIGINAL + made.by_hand) if made.by_hand else empty
            arrays += [pc.utf8_trim_whitespace(hand), batch.column(PLACE)]
            table = pa.Table.from_arrays(arrays, schema=schema)
            writer.write_table(table.filter(pa.array(part)))


def added_source(path: Path, upload: int) -> Source:
    """Return the rows that `write` wrote; `upload` is the place of their file among the recipe's."""
    return Source(path, ORIGINAL, upload=str(upload))


@dataclass
class _Met:
    """What the rows of a file are beside those of a version, counted row by row."""

    known: Mapping[bytes, Known]
    kind: TargetKind
    kinds: list[int] = field(default_factory=list)
    clashing: int = 0
    unlabelled: int = 0
    clashes: list[Clash] = field(default_factory=list)  # the first of them
    new_labels: dict[str, None] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)  # of rows that had none, by id

    @cached_property
    def classes(self) -> set[str]:
        return {label for found in self.known.values() for label in found.labels}

    def take(self, text: str, label: str) -> None:
        found = self.known.get(_content(text)) if text else None
        what = EMPTY if not text else _kind(found, label)
        self.kinds.append(what)
        if what == COMPLETED and found:
            self.labels |= dict.fromkeys(found.unlabelled, label)
        elif what == REPEATED and found and _clashes(found, label, self.kind):
            self._clash(text, label, sorted(found.labels)[0])
        elif what == FRESH:
            self.unlabelled += not label
            if label and label not in self.classes:
                self.new_labels[label] = None

    def _clash(self, text: str, label: str, before: str) -> None:
        self.clashing += 1
        if len(self.clashes) < SHOWN:
            said = self.kind.said(label), self.kind.said(before)
            self.clashes.append(Clash(text[:TEXT_CHARACTERS], *said))


def _kind(found: Known | None, label: str) -> int:
    if found is None:
        return FRESH
    return COMPLETED if label and found.unlabelled and not found.labels else REPEATED


def _clashes(found: Known, label: str, kind: TargetKind) -> bool:
    said = kind.said if kind.learns_several else str  # a version writes amounts as numbers
    return bool(
        label
        and found.labels
        and not any(_is_same(said(label), said(other)) for other in found.labels)
    )


def _is_same(label: str, other: str) -> bool:
    if label == other:
        return True
    number = as_number(label)
    return number is not None and number == as_number(other)


def _new_names(
    labels: Mapping[str, None], known: Collection[str], kind: TargetKind
) -> tuple[str, ...]:
    """Return the classes or kinds among new targets that the version does not have."""
    if not known or _are_numbers(labels):
        return ()
    if not (kind.reads_inputs or kind.learns_several):
        return tuple(labels)
    before = kind.labels_of(tuple(known))
    after = (name for name in kind.labels_of((*known, *labels)) if name not in before)
    return tuple(name for name in after if name.partition(SEPARATES)[0] not in before)


def _are_numbers(labels: Mapping[str, None]) -> bool:
    """Tell amounts, of which new ones are no surprise, from names of classes."""
    return len(labels) > SHOWN and all(as_number(label) is not None for label in labels)


def _known(folder: Path) -> dict[bytes, Known]:
    """Return what a version holds, by the hash of the text."""
    labels: dict[bytes, set[str]] = {}
    unlabelled: dict[bytes, list[str]] = {}
    names = ["content_hash", "target", "row_id", "origin"]
    with pq.ParquetFile(folder / ITEMS) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=names):
            columns = (batch.column(name).to_pylist() for name in names)
            for digest, target, row_id, origin in zip(*columns, strict=True):
                content = bytes.fromhex(digest)
                held = labels.setdefault(content, set())
                if target:
                    held.add(target)
                elif not origin:
                    unlabelled.setdefault(content, []).append(row_id)
    return {
        content: Known(frozenset(held), tuple(unlabelled.get(content, ())))
        for content, held in labels.items()
    }


def _rows(
    upload: Upload,
    texts: Sequence[str],
    labels: Mapping[str, str],
    recipe: Recipe,
    kind: TargetKind,
) -> Iterator[tuple[str, str]]:
    """Yield text and class of each row of the file, as the version would hold them; `labels` are its columns by ours."""
    for batch in _batches(upload, [*texts, *labels.values()]):
        named = _named(batch, labels, recipe)
        yield from zip(*Fitting(kind, recipe.cleaning).rows(batch, texts, named), strict=True)


def _named(batch: pa.RecordBatch, labels: Mapping[str, str], recipe: Recipe) -> list[str]:
    """Return the target of each row, of several columns as one."""
    cells = [batch.column(ORIGINAL + name).to_pylist() for name in labels.values()]
    if recipe.also:
        return together_of(list(labels), cells) if cells else [""] * batch.num_rows
    came = [(text or "").strip() for text in cells[0]] if cells else [""] * batch.num_rows
    return [recipe.relabel.get(text, text) for text in came]


def _batches(upload: Upload, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    names = [ORIGINAL + name for name in dict.fromkeys(columns)]
    with pq.ParquetFile(upload.table_path) as file:
        yield from file.iter_batches(BATCH_ROWS, columns=[*names, PLACE])


def _content(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
