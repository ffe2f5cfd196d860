"""Inputs of several columns, such as a question and its context: one text on its way, its parts where it is used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bigmodel.core.datasets.attached import called, file_of, placed

MARK = "\u2063"  # the invisible separator of Unicode: XML and every table take it
SEPARATOR = f"\n{MARK}\n"
Parts = tuple[tuple[str, str], ...]  # columns of a row with what their cells hold
LACKING = "–"  # stands where a row may lack something, so that the other parts keep their places


class Change(Protocol):
    """What changes texts of one part, told its place among those of a row."""

    def __call__(self, texts: list[str], /, *, place: int) -> list[str]: ...


def join_inputs(parts: Sequence[str]) -> str:
    """Return the parts as one text, "" where the first is empty; a single part stays as it is."""
    if len(parts) == 1:
        return parts[0].strip()
    clean = [part.replace(MARK, "").strip() for part in parts]
    return SEPARATOR.join(clean) if clean[0] else ""


def row_of(parts: Sequence[str]) -> str:
    """Return the parts of a row that may lack some as one text, "" where it lacks all."""
    given = [part.strip() for part in parts]
    if not any(part and part != LACKING for part in given):
        return ""
    return join_inputs([part or LACKING for part in given])


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of an input, in the order of the task's inputs."""
    return tuple(part.strip() for part in text.split(MARK))


def in_short(text: str) -> str:
    """Return an input as lists show it: of several parts the shortest first, so that a question stands before its passage."""
    parts = [called(part) for part in parts_of(text)]
    return " · ".join(sorted(filter(None, parts), key=len)) if len(parts) > 1 else text


def files_among(text: str, names: Sequence[str]) -> Parts:
    """Return the parts of an input by their columns where files are among them, nothing of any other."""
    parts = parts_of(text)
    return tuple(zip(names, parts, strict=False)) if any(map(file_of, parts)) else ()


def each_part(texts: Sequence[str], change: Change, *, may_lack: bool = False) -> list[str]:
    """Return texts whose every part was changed for itself, for no change may know of the mark between them.

    Parts that are files stay as they are. `may_lack`: rows stay though a change empties their first part, and
    one that lacks all stays so.
    """
    join = row_of if may_lack else join_inputs
    rows = [[] if may_lack and not text else list(parts_of(text)) for text in texts]
    for place in range(max(map(len, rows), default=0)):
        these = [row for row in rows if place < len(row) and not file_of(row[place])]
        changed = change([row[place] for row in these], place=place)
        for row, part in zip(these, changed, strict=True):
            row[place] = part
    return [join(row) if row else "" for row in rows]


def placed_files(text: str, media: Path) -> str:
    """Return an input whose files are whole paths below a media folder."""
    return join_inputs([placed(part, media) for part in parts_of(text)])
