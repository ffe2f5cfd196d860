"""Text files of which each is a row: its name, what it says, and the class and part that its folders name. One is read at a time."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.word import WORD, word_text
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import written
from bigmodel.data.tables.encoding import Encoding, find_encoding, read_lines
from bigmodel.data.tables.table import Target

PROGRESS_FILES = 500
MOST_NAMED = 8


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
    unread: list[str] = []
    for number, file in enumerate(files, 1):
        try:
            text, encoding = text_of(file.entry, target, scratch)
        except DatasetError as error:
            if error.key != "document_broken":
                raise
            unread.append(file.name)
            continue
        if encoding is not None:
            if encoding.is_assumed:
                target.findings.at("files_encoding_assumed", number)
            encodings[encoding.name] = None
        cells = {"label": file.label, "split": written(file.part)}
        target.add([file.name, text, *(cells[name] for name in cells if optional[name])], number)
        if number % PROGRESS_FILES == 0:
            target.progress(min(0.95, number / len(files)))
        if target.is_full:
            break
    target.encoding = ", ".join(encodings)
    if unread:
        names = listed(unread, MOST_NAMED)
        target.findings.note("documents_unread", count=len(unread), names=names)
    classes = sorted({file.label for file in files if file.label})
    key = "texts_in_folders" if classes else "texts_each"
    target.findings.note(key, level="info", count=len(files) - len(unread), classes=len(classes))


def text_of(entry: Entry, target: Target, scratch: Path) -> tuple[str, Encoding | None]:
    """Return what a file says, and how its characters are written; a Word document says that itself.

    Raises:
        DatasetError: `document_broken`, or `file_big`.
    """
    place = scratch / "text"
    with entry.open() as came, place.open("wb") as out:
        shutil.copyfileobj(came, out)
    if entry.ending == WORD:
        return word_text(place, target.limits.max_text_mb), None
    encoding = find_encoding(place)
    return "".join(read_lines(place, encoding, target.findings)).strip("\ufeff \r\n"), encoding
