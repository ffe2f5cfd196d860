"""One file of an upload, wherever it lies: in an archive, a tray or a folder; its name is text and never a path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bigmodel.core.errors import DatasetError

THUMB_ENDING = ".thumb.jpg"  # of the small copy that lies beside a picture


@dataclass(frozen=True)
class Entry:
    """`name` has "/" between folders; `text` is what is said in it, where a person typed that.

    `open` gives its bytes as a file that can be sought in, to be closed by who asked. It raises
    DatasetError where the bytes are not what was promised.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]
    text: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for part in self.name.split("/") if part not in ("", "."))

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.parts[-1] if self.parts else ""

    @property
    def ending(self) -> str:
        """The ending of its name, as `.jpg`."""
        stem, dot, ending = self.base.strip().rpartition(".")
        return f".{ending.lower()}" if stem and dot else ""


@dataclass(frozen=True)
class Given:
    """A file on this machine that a person gave: the name it goes by, and where it lies."""

    name: str
    place: Path
    text: str = ""


def given_entries(files: Sequence[Given], *, limit: int) -> list[Entry]:
    """Return the entries of files that lie on this machine.

    Raises:
        DatasetError: `archive_many`.
    """
    if len(files) > limit:
        raise DatasetError("archive_many", count=len(files), limit=limit)
    return [
        Entry(_spoken(file.name), file.place.stat().st_size, _opener(file.place), file.text)
        for file in files
    ]


def _spoken(name: str) -> str:
    """Return a name without the bytes that are no text, which a file system may hold."""
    return name.encode("utf-8", "replace").decode()


def _opener(place: Path) -> Callable[[], BinaryIO]:
    return lambda: place.open("rb")


def head(entry: Entry, most: int) -> bytes:
    """Return the first bytes of a file, none where it cannot be unpacked."""
    try:
        with entry.open() as file:
            return file.read(most)
    except DatasetError:
        return b""


def text_of(entry: Entry, most: int) -> str:
    """Return the text of a file, of its first `most` bytes."""
    found = head(entry, most)
    if found.startswith((b"\xff\xfe", b"\xfe\xff")):
        return found.decode("utf-16", "replace")
    for codec in ("utf-8-sig", "gb18030"):
        try:
            return found.decode(codec)
        except UnicodeDecodeError:
            continue
    return found.decode("cp1252", "replace")
