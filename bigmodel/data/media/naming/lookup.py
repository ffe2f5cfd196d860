"""Finds the file that a table means by a name: names are compared with those of the upload, and never opened.

A table made on another computer knows longer paths (`C:\\photos\\1.jpg`), another ending, or the bare number
of a file; where exactly one file can be meant, it is that one, and how it was found is counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import MEDIA, Item
from bigmodel.data.tables.table import Findings

OUTSIDE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[A-Za-z]:/|/|~")
WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
EACH_OWN = 0.8  # of bare words are different, where they are names
NUMBER = re.compile(r"\d{1,18}")


class FileNames:
    """The files of an upload by every name a table may use: from its own folder, from any folder above, or alone.

    A name that several files have is none of them, unless it is from the table's own folder.
    """

    def __init__(self, items: Sequence[Item], table: Entry) -> None:
        short: dict[str, list[Item]] = {}
        for item in items:
            parts = item.entry.parts
            for start in range(len(parts)):
                name = "/".join(parts[start:])
                for spelt in {_plain(name), _plain(_stem(name))}:
                    short.setdefault(spelt, []).append(item)
        self._whole = {_plain("/".join(item.entry.parts)): item for item in items}
        self._short = _single(short)
        self._numbers = _single(_by_number(items))
        self._folder = _folder_of(table)
        self._taken: frozenset[str] = frozenset()  # files that a name of the table means exactly
        self._folders: frozenset[str] = frozenset()  # in which names of the table lie

    def among(self, names: Iterable[str]) -> "FileNames":
        """Return the same files for a table that writes these names.

        What one of them means exactly is meant by no other that only resembles it; and where the table names
        cat/1.jpg and knows a folder dog, its cat is not dog/1.jpg.
        """
        plain = set(map(_plain, names))
        found = (self._exactly(name) for name in plain)
        other = copy(self)
        other._taken = frozenset(item.entry.name for item in found if item is not None)
        other._folders = frozenset(map(_last_folder, plain)) - {""}
        return other

    def beside(self, table: Entry) -> "FileNames":
        """Return the same files as another table names them; nothing is indexed anew."""
        other = copy(self)
        other._folder = _folder_of(table)
        return other

    def find(self, name: str) -> Item | None:
        """Return the file that a name means, None where none or several can be meant."""
        plain = _plain(name)
        if item := self._exactly(plain):
            return item
        item = self._otherwise(plain)
        return None if item is None or self._is_of_another(item, plain) else item

    def _is_of_another(self, item: Item, plain: str) -> bool:
        """Tell whether a file that a name resembles is that of another name of the table."""
        folder, own = _last_folder(plain), _plain(item.folders[-1] if item.folders else "")
        is_elsewhere = bool(folder) and folder != own and own in self._folders
        return is_elsewhere or item.entry.name in self._taken

    def _exactly(self, plain: str) -> Item | None:
        own = self._whole.get(f"{self._folder}/{plain}") if self._folder else None
        return own or self._whole.get(plain) or self._short.get(plain)

    def share(self, cells: Sequence[str]) -> float:
        """Return the share of cells that name a file; 0 for classes and amounts, though 1.jpg, 2.jpg … be called like them."""
        filled = [cell.strip() for cell in cells if cell.strip()]
        bare = [cell.lstrip("+-") for cell in filled]
        if all(map(str.isalnum, bare)) and len(set(filled)) < EACH_OWN * len(filled):
            return 0.0
        return sum(self.find(cell) is not None for cell in cells) / max(1, len(cells))

    def tell(self, names: Iterable[str], findings: Findings) -> None:
        """Say which files stand under another name in the upload."""
        found = Counter(
            (name, item.entry.name)
            for name in names
            if self._exactly(_plain(name)) is None and (item := self.find(name))
        )
        if found:
            name, file = next(iter(found))
            findings.note(
                "files_renamed", level="info", count=found.total(), name=name[-80:], file=file[-80:]
            )

    def refuse_outside(self, names: Sequence[str]) -> None:
        """Refuse a table whose names lead out of the upload to something that is not in it.

        Raises:
            DatasetError: `transcripts_paths`.
        """
        strange = list(self._outside(names))
        if strange:
            lines = [str(line) for line, _ in strange]
            raise DatasetError("transcripts_paths", rows=listed(lines), name=strange[0][1][:80])

    def _otherwise(self, plain: str) -> Item | None:
        """Return the file of a longer path, of a name with another ending, or of a number without its zeros."""
        parts = [part for part in plain.split("/") if part not in ("", ".", "..")]
        for start in range(len(parts)):
            name = "/".join(parts[start:])
            stem = name[: -len(_ending(name))] if _ending(name) in MEDIA else name
            if item := self._exactly(name) or self._exactly(stem):
                return item
        stem = _stem(parts[-1]) if parts and _ending(parts[-1]) in MEDIA else (parts or [""])[-1]
        return self._numbers.get(str(int(stem))) if NUMBER.fullmatch(stem) else None

    def _outside(self, names: Sequence[str]) -> Iterator[tuple[int, str]]:
        for line, raw in enumerate(names, 2):
            name = raw.strip().replace("\\", "/")
            leads_out = OUTSIDE.match(name) or ".." in name.split("/")
            if leads_out and (WEB.match(name) or self.find(raw) is None):
                yield line, raw


def listed(names: Sequence[str], most: int = 20) -> str:
    """Return names for a sentence."""
    text = ", ".join(name[-80:] for name in names[:most])
    return f"{text} …" if len(names) > most else text


def _by_number(items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        stem = _stem(item.entry.base)
        if NUMBER.fullmatch(stem):
            found.setdefault(str(int(stem)), []).append(item)
    return found


def _folder_of(table: Entry) -> str:
    return _plain("/".join(table.parts[:-1]))


def _last_folder(plain: str) -> str:
    """Return the folder that a name says its file lies in, "" for none."""
    return plain.rpartition("/")[0].rpartition("/")[2].strip(".")


def _single(found: Mapping[str, Sequence[Item]]) -> dict[str, Item]:
    return {name: items[0] for name, items in found.items() if len(items) == 1}


def _stem(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    stem = base.rpartition(".")[0]
    return f"{folder}{slash}{stem or base}"


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending}" if stem and dot else ""


def _plain(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./").casefold()
