"""Text files of which each is a row: its name, what it says, and the class and part that its folders name. One is read at a time."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.datasets.dataset import Split
from bigmodel.data.media.entry import Entry
from bigmodel.data.parts import written
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.table import Target

PROGRESS_FILES = 500


@dataclass(frozen=True)
class TextFile:
    """A file with the class and the part that were found for it ("" and None: none)."""

    entry: Entry
    name: str
    label: str = ""
    part: Split | str | None = None


def read_texts(files: Sequence[TextFile], target: Target, scratch: Path) -> None:
    """Read each file as a row; the columns of classes and of parts are there where some file has one."""
    has_classes = any(file.label for file in files)
    has_parts = len({written(file.part) for file in files} - {""}) > 1
    optional = {"label": has_classes, "split": has_parts}
    target.start(["file", "text", *(name for name, is_there in optional.items() if is_there)])
    encodings: dict[str, None] = {}
    place = scratch / "text"
    for number, file in enumerate(files, 1):
        with file.entry.open() as came, place.open("wb") as out:
            shutil.copyfileobj(came, out)
        encoding = find_encoding(place)
        if encoding.is_assumed:
            target.findings.at("files_encoding_assumed", number)
        encodings[encoding.name] = None
        text = "".join(read_lines(place, encoding, target.findings)).strip("\ufeff \r\n")
        cells = {"label": file.label, "split": written(file.part)}
        target.add([file.name, text, *(cells[name] for name in cells if optional[name])], number)
        if number % PROGRESS_FILES == 0:
            target.progress(min(0.95, number / len(files)))
        if target.is_full:
            break
    target.encoding = ", ".join(encodings)
    names = sorted({file.label for file in files if file.label})
    key = "texts_in_folders" if names else "texts_each"
    target.findings.note(key, level="info", count=len(files), classes=len(names))
