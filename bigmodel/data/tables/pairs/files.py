"""Parallel files in a ZIP or a folder: a sentence a line, the same in two languages; it never uses a name as a path."""

import shutil
from collections.abc import Callable, Sequence
from itertools import islice, zip_longest
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from bigmodel.core.errors import DatasetError
from bigmodel.data.parts import split_of, written
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.pairs.columns import guess_pair, is_named
from bigmodel.data.tables.table import Findings, Target

PROGRESS_ROWS = 20_000
SEEN = 1_000  # lines by which two files are compared whose names say nothing
OTHERS = ("readme", "license", "licence", "copying", "about")  # files beside that hold no sentences
TEXT = ".txt"
NOTES = {
    "",
    ".xml",
    ".ids",
    ".md",
    ".json",
    ".yml",
    ".yaml",
    ".scores",
    ".html",
}  # what corpora have beside
PART = "split"


class Entry(Protocol):
    """One file of an upload, wherever it lies."""

    @property
    def name(self) -> str: ...

    @property
    def open(self) -> Callable[[], BinaryIO]: ...


def parallel_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the files of sentences that belong together, none where there is something else.

    They are called by their languages (`corpus.en` and `corpus.zh`, `en.txt` and `zh.txt`), one pair or one for each part
    (`train.en`, `train.zh`, `test.en` …), or are two texts that are no parts of one ("train", "test").
    """
    told = [name for name in names if not _is_beside(name)]
    texts = [name for name in told if column_of(name)]
    sides: dict[str, list[str]] = {}
    for name in texts:
        if is_named(column_of(name)):
            sides.setdefault(_stem(name), []).append(name)
    pairs = [tuple(sorted(side, key=column_of)) for side in sides.values()]
    if len(pairs) == 1:
        pairs = [tuple(side) for side in sides.values()]  # as they came: the source first
    columns = {tuple(map(column_of, pair)) for pair in pairs}
    left = [name for name in told if not any(name in pair for pair in pairs)]
    if len(columns) == 1 and len(columns.pop()) == 2 and all(map(_is_note, left)):
        return [(first, second) for first, second in pairs]
    if len(told) != 2 or len(texts) != 2 or all(split_of(column_of(name)) for name in texts):
        return []
    return [(texts[0], texts[1])]


def column_of(name: str) -> str:
    """Return what a file of sentences is called after, "" for a file of something else."""
    path = PurePosixPath(name)
    if is_named(path.suffix.removeprefix(".")):
        return path.suffix.removeprefix(".")
    return path.stem if path.suffix.lower() == TEXT and path.stem else ""


def read_parallel(entries: Sequence[Entry], target: Target, scratch: Path) -> bool:
    """Read parallel files into a table and return True; False where there is something else.

    Raises:
        DatasetError: `parallel_lengths`, where one has more lines than the other.
    """
    pairs = parallel_pairs([entry.name for entry in entries])
    if not pairs:
        return False
    of = {entry.name: entry for entry in entries}
    names = [column_of(name) for name in pairs[0]]
    for number, pair in enumerate(pairs):
        places = [scratch / f"side-{number}-{side}" for side in (0, 1)]
        for place, name in zip(places, pair, strict=True):
            with of[name].open() as came, place.open("wb") as file:
                shutil.copyfileobj(came, file)
        if not any(map(is_named, names)) and not _are_alike(places):
            return False
        part = [written(split_of(_part(pair[0])))] if len(pairs) > 1 else []
        if not target.columns:
            columns = names if names[0] != names[1] else list(pair)
            target.start([*columns, *([PART] if part else [])])
        _fill(places, pair, target, part)
    return True


def _fill(
    places: Sequence[Path], names: Sequence[str], target: Target, more: Sequence[str]
) -> None:
    encodings = [find_encoding(place) for place in places]
    target.encoding = ", ".join(dict.fromkeys(encoding.name for encoding in encodings))
    sides = [
        read_lines(place, encoding, target.findings)
        for place, encoding in zip(places, encodings, strict=True)
    ]
    lengths = [0, 0]
    for number, lines in enumerate(zip_longest(*sides), 1):
        for side, line in enumerate(lines):
            lengths[side] += line is not None
        if None not in lines and not target.is_full:
            target.add([*(line.strip("\ufeff \r\n") for line in lines), *more], number)
        if number % PROGRESS_ROWS == 0:
            target.progress(0.5)
    if lengths[0] != lengths[1]:
        raise DatasetError(
            "parallel_lengths",
            first=names[0],
            second=names[1],
            first_lines=lengths[0],
            second_lines=lengths[1],
        )
    target.findings.note("parallel", level="info", first=names[0], second=names[1])


def _are_alike(places: Sequence[Path]) -> bool:
    """Tell two files whose lines say the same from two that have nothing in common but their number."""
    sides = [list(islice(read_lines(p, find_encoding(p), Findings()), SEEN)) for p in places]
    if len(sides[0]) != len(sides[1]):
        return False
    return guess_pair(dict(zip("ab", sides, strict=True)), source="", target="") is not None


def _stem(name: str) -> str:
    """Return what two files of sentences have in common."""
    path = PurePosixPath(name)
    is_last = is_named(path.suffix.removeprefix("."))
    return str(path.with_suffix("")) if is_last else str(path.parent / "")


def _part(name: str) -> str:
    path = PurePosixPath(_stem(name))
    return path.name if split_of(path.name) else path.parent.name


def _is_note(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in NOTES


def _is_beside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return is_hidden or PurePosixPath(name).stem.lower() in OTHERS
