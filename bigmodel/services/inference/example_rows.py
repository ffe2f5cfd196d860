"""The rows behind a model, to show and to try: those an answer is near to, and examples it never learned from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.dataset import Split, Version
from bigmodel.core.datasets.inputs import join_inputs, parts_of
from bigmodel.data.versions.versions import ITEMS, load_rows

EXAMPLE_CHARACTERS = 240
EXAMPLE_PASSAGE = 1_500  # characters of an input of several parts
EXAMPLE_ROWS = 2_000  # rows looked at to choose examples


@dataclass(frozen=True)
class MediaRow:
    """A row whose input is a picture or a recording. `file` lies below the media folder of its dataset."""

    dataset_id: str
    row_id: str
    file: str
    name: str
    target: str


@dataclass(frozen=True)
class TextRow:
    """A row whose input is a text."""

    row_id: str
    text: str
    target: str


def text_rows(folder: Path, row_ids: Sequence[str]) -> list[TextRow]:
    """Return the rows with these ids, in their order; an id that is none of this version's is left out."""
    rows = load_rows(folder, row_ids)
    columns = (rows[name] for name in ("row_id", "input", "target"))
    return [TextRow(*row) for row in zip(*columns, strict=True)]


def example_texts(items: Path, split: Split, count: int) -> list[str]:
    """Return short texts of one split, of every class in turn."""
    rows = ((_one_line(text), target) for _, text, target, _ in _rows(items, split))
    fitting = ((text, target) for text, target in rows if 0 < len(text) <= _most(text))
    return _in_turn(fitting, count)


def _most(text: str) -> int:
    return EXAMPLE_CHARACTERS if len(parts_of(text)) == 1 else EXAMPLE_PASSAGE


def _one_line(text: str) -> str:
    return join_inputs([" ".join(part.split()) for part in parts_of(text)])


def example_media(version: Version, items: Path, split: Split, count: int) -> list[MediaRow]:
    """Return media rows of one split, of every class in turn."""
    rows = {row_id: (file, target, name) for row_id, file, target, name in _rows(items, split)}
    chosen = _in_turn(((row_id, row[1]) for row_id, row in rows.items()), count)
    return [_media_row(version, row_id, *rows[row_id]) for row_id in chosen]


def media_rows(version: Version, folder: Path, row_ids: Sequence[str]) -> dict[str, MediaRow]:
    """Return the rows with these ids; an id that is none of this version's is left out."""
    rows = load_rows(folder, row_ids)
    columns = (rows[name] for name in ("row_id", "input", "target", "name"))
    return {
        row_id: _media_row(version, row_id, file, target, name)
        for row_id, file, target, name in zip(*columns, strict=True)
    }


def items_of(folder: Path) -> Path:
    """Return the file with the rows of a version."""
    return folder / ITEMS


def _media_row(version: Version, row_id: str, file: str, target: str, name: str) -> MediaRow:
    return MediaRow(version.dataset_id, row_id, file, name, target)


def _rows(items: Path, split: Split) -> Iterator[tuple[str, str, str, str]]:
    """Yield ids, inputs, targets and names of the first rows of one split."""
    names = ["row_id", "input", "target", "name"]
    seen = 0
    with pq.ParquetFile(items) as file:
        for batch in file.iter_batches(EXAMPLE_ROWS, columns=["split", *names]):
            columns = [batch.column(name).to_pylist() for name in ("split", *names)]
            for of, *row in zip(*columns, strict=True):
                if of == split:
                    seen += 1
                    yield row[0], row[1], row[2], row[3]
                if seen >= EXAMPLE_ROWS:
                    return


def _in_turn(rows: Iterable[tuple[str, str]], count: int) -> list[str]:
    """Return the first of each class, then the second of each, without repeats."""
    by_target: dict[str, dict[str, None]] = {}
    for value, target in rows:
        by_target.setdefault(target, {})[value] = None
    in_turn = chain.from_iterable(zip_longest(*by_target.values()))
    return list(dict.fromkeys(value for value in in_turn if value))[:count]
