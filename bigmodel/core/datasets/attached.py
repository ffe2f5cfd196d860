"""Cells of a table that stand for a picture or a recording: the name a person knows, and the file that is kept; it opens none.

A cell reads `photos/1.jpg [ab/ab….jpg]`. Only names that say their content are files; whatever else a person types is text.
"""

import re
from pathlib import Path

SOUND_ENDING = "flac"  # any other is of a picture
_FILE = r"(?P<folder>/[^\[\]\n]*/)?(?P<file>(?P<x>[0-9a-f]{2})/(?P=x)[0-9a-f]{62}\.(?P<ending>png|jpg|flac))"
_CELL = re.compile(rf"(?P<name>[^\n]*) \[{_FILE}\]")


def attach(name: str, file: str) -> str:
    """Return the cell of a file; `file` is its name below a media folder, or a whole path."""
    return f"{' '.join(name.split()) or file[-12:]} [{file}]"


def file_of(cell: str) -> str:
    """Return the file that a cell stands for, "" for a text."""
    found = _CELL.fullmatch(cell)
    return (found["folder"] or "") + found["file"] if found else ""


def ending_of(cell: str) -> str:
    """Return the ending of the file that a cell stands for, "" for a text."""
    found = _CELL.fullmatch(cell)
    return found["ending"] if found else ""


def called(cell: str) -> str:
    """Return a cell as people read it: of a file its name."""
    found = _CELL.fullmatch(cell)
    return found["name"] if found else cell


def placed(cell: str, media: Path) -> str:
    """Return a cell whose file is a whole path below a media folder; a text stays as it is."""
    found = _CELL.fullmatch(cell)
    return attach(found["name"], str(media / found["file"])) if found else cell
