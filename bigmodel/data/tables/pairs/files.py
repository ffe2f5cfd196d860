"""Two parallel files in a ZIP: a sentence a line, the same in two languages; it never uses a name as a path."""

from collections.abc import Sequence
from contextlib import closing
from itertools import islice, zip_longest
from pathlib import Path, PurePosixPath

from bigmodel.archive import Bounds, Member, open_archive
from bigmodel.core.errors import DatasetError
from bigmodel.data.parts import split_of
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.pairs.columns import guess_pair, is_named
from bigmodel.data.tables.table import Findings, Target

PROGRESS_ROWS = 20_000
SEEN = 1_000  # lines by which two files are compared whose names say nothing
OTHERS = ("readme", "license", "licence", "copying", "about")  # files beside that hold no sentences
TEXT = ".txt"


def parallel_members(members: Sequence[Member]) -> tuple[Member, ...]:
    """Return the two files of sentences of a ZIP, none where it holds something else.

    They are called by their languages (`corpus.en` and `corpus.zh`, `en.txt` and `zh.txt`), or are two texts
    that are no parts of one ("train", "test").
    """
    found = [member for member in members if not _is_beside(member.name)]
    texts = [member for member in found if column_of(member.name)]
    if len(found) != 2 or len(texts) != 2 or all(split_of(column_of(m.name)) for m in texts):
        return ()
    return tuple(texts)


def column_of(name: str) -> str:
    """Return what a file of sentences is called after, "" for a file of something else."""
    path = PurePosixPath(name)
    if is_named(path.suffix.removeprefix(".")):
        return path.suffix.removeprefix(".")
    return path.stem if path.suffix.lower() == TEXT and path.stem else ""


def read_parallel(path: Path, bounds: Bounds, scratch: Path, target: Target) -> bool:
    """Read two parallel files into a table and return True; False where the ZIP holds something else.

    Raises:
        DatasetError: as of `open_archive`; `parallel_lengths`, where one has more lines than the other.
    """
    with closing(open_archive(path, bounds)) as archive:
        pair = parallel_members(archive.members)
        if not pair:
            return False
        places = []
        for number, member in enumerate(pair):
            place = scratch / f"side-{number}"
            with place.open("wb") as file:
                file.writelines(member.chunks())
            places.append(place)
    names = [column_of(member.name) for member in pair]
    if not any(map(is_named, names)) and not _are_alike(places):
        return False
    target.start(names if names[0] != names[1] else [member.name for member in pair])
    _fill(places, [member.name for member in pair], target)
    return True


def _fill(places: Sequence[Path], names: Sequence[str], target: Target) -> None:
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
            target.add([line.strip("\ufeff \r\n") for line in lines], number)
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


def _is_beside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return is_hidden or PurePosixPath(name).stem.lower() in OTHERS
