"""Reads a ZIP that a person brought: one guard over `zipfile`, every bound checked before and while it unpacks.

It never uses a name of the archive as a path, writes nothing, and never believes a size: what unpacks to more than its
directory says ends the reading. Only stored and deflated files are read.
"""

import copy
import itertools
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError

END_BYTES = 22
TAIL_BYTES = END_BYTES + 65_535  # the end record with its longest comment
MAX_DIRECTORY_BYTES = 128 * 2**20
MAX_EMPTY = 5_000
MAX_RATIO = 100
FREE_BYTES = 16 * 2**20  # below this a high ratio is no danger
CHUNK_BYTES = 2**18
ENCRYPTED = 1 | 1 << 6 | 1 << 13
UTF8 = 1 << 11
DOS, UNIX = 0, 3
NAME_EXTRA = 0x7075
LOCAL, END = b"PK\x03\x04", b"PK\x05\x06"
DRIVE = re.compile(r"[A-Za-z]:/")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error)


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold; sizes in bytes."""

    files: int
    total: int
    one_file: int


@dataclass(frozen=True)
class Member:
    """A file of an archive. `name` is text with "/" between folders.

    `chunks` unpacks it; it raises DatasetError: `archive_bomb`, the whole archive lies; `media_damaged`, this file is
    broken.
    """

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Archive:
    """The files of an archive, readable until it is closed; `prefix` is how many bytes of something else precede it."""

    members: tuple[Member, ...]
    prefix: int
    close: Callable[[], None]


def is_archive(path: Path, *, is_named: bool) -> bool:
    """Tell whether a file starts like a ZIP, or is named like one and ends so."""
    with path.open("rb") as file:
        return file.read(4) in (LOCAL, END) or (is_named and zipfile.is_zipfile(file))


def open_archive(path: Path, bounds: Bounds) -> Archive:
    """Return the files of a ZIP, without unpacking any.

    Raises:
        DatasetError: `archive_truncated`, `archive_broken`, `archive_many`, `archive_hollow`, `archive_locked`,
            `archive_links`, `archive_paths`, `archive_method`, `archive_overlaps`, `archive_bomb`, `archive_large`,
            `archive_file_large`.
    """
    _check_end(path, bounds)
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise DatasetError("archive_broken") from error
    try:
        found = archive.infolist()
        if len(found) > bounds.files:
            raise DatasetError("archive_many", count=len(found), limit=bounds.files)
        names = _names(found)
        for info, name in zip(found, names, strict=True):
            _check(info, name, bounds)
        _check_sizes(found, bounds)
        _check_overlaps(found, archive.start_dir)
    except BaseException:
        archive.close()
        raise
    members = (
        Member(name, info.file_size, _unpacker(archive, info))
        for info, name in zip(found, names, strict=True)
        if not name.endswith("/")
    )
    prefix = min((info.header_offset for info in found), default=0)
    return Archive(tuple(members), prefix, archive.close)


def shown_name(name: str, most: int = 80) -> str:
    """Return a name short and printable enough for a sentence."""
    printed = "".join(c if c.isprintable() else "�" for c in name)
    return printed if len(printed) <= most else f"…{printed[-most:]}"


def _check_end(path: Path, bounds: Bounds) -> None:
    """Refuse a file without an end, and a directory too large to be read at all."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    place = tail.rfind(END, 0, len(tail) - END_BYTES + len(END))
    if place < 0:
        raise DatasetError("archive_truncated")
    disk, _, _, count, size, _ = struct.unpack_from("<HHHHII", tail, place + len(END))
    if disk not in (0, 0xFFFF):
        raise DatasetError("archive_split")
    if MAX_DIRECTORY_BYTES < size < 0xFFFFFFFF:
        raise DatasetError("archive_many", count=count, limit=bounds.files)


def _names(found: list[zipfile.ZipInfo]) -> list[str]:
    """Return the names as text: UTF-8 where it says so or fits, else GB18030 as Chinese Windows writes them."""
    unicode_names = [_unicode_name(info) for info in found]
    unsaid = [
        info
        for info, name in zip(found, unicode_names, strict=True)
        if not (name or info.flag_bits & UTF8)
    ]
    is_dos = all(info.create_system == DOS for info in unsaid)
    codec = _codec([_raw_name(info) for info in unsaid], is_dos=is_dos)
    names = [
        name
        or (
            info.orig_filename
            if info.flag_bits & UTF8
            else _raw_name(info).decode(codec, "replace")
        )
        for info, name in zip(found, unicode_names, strict=True)
    ]
    return [name.replace("\\", "/") for name in names]


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a name, which `zipfile` has read as those of a DOS."""
    return info.orig_filename.encode("cp437")


def _unicode_name(info: zipfile.ZipInfo) -> str:
    """Return the name that stands in Unicode beside the name, "" where none does."""
    place = 0
    while place + 4 <= len(info.extra):
        kind, length = struct.unpack_from("<HH", info.extra, place)
        body = info.extra[place + 4 : place + 4 + length]
        place += 4 + length
        if kind != NAME_EXTRA or info.flag_bits & UTF8:
            continue
        if body[:5] == b"\x01" + struct.pack("<I", zlib.crc32(_raw_name(info))):
            return body[5:].decode("utf-8", "replace")
    return ""


def _codec(names: list[bytes], *, is_dos: bool) -> str:
    """Return what names are written in that do not say it.

    Two bytes of a Chinese name may read as one Western letter of UTF-8. Windows never writes that
    without saying so, and macOS always does.
    """
    fits_utf8, fits_gb = _fits(names, "utf-8"), _fits(names, "gb18030")
    if fits_utf8 and fits_gb and is_dos:
        text = b"".join(names).decode("utf-8")
        return "utf-8" if any(character >= "\u0800" for character in text) else "gb18030"
    return "utf-8" if fits_utf8 else "gb18030" if fits_gb else "cp437"


def _fits(names: list[bytes], codec: str) -> bool:
    try:
        for name in names:
            name.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _check(info: zipfile.ZipInfo, name: str, bounds: Bounds) -> None:
    """Refuse what no honest archive needs."""
    size, shown = info.file_size, shown_name(name)
    if info.flag_bits & ENCRYPTED:
        raise DatasetError("archive_locked")
    if "\0" in name or name.startswith("/") or ".." in name.split("/") or DRIVE.match(name):
        raise DatasetError("archive_paths", name=shown)
    mode = info.external_attr >> 16 if info.create_system == UNIX else 0
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DatasetError("archive_links", name=shown)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DatasetError("archive_method", name=shown)
    if size > bounds.one_file:
        megabytes, limit = size // 2**20, bounds.one_file // 2**20
        raise DatasetError("archive_file_large", name=shown, mb=megabytes, limit=limit)
    if size > max(FREE_BYTES, MAX_RATIO * info.compress_size):
        raise DatasetError("archive_bomb", ratio=MAX_RATIO)


def _check_sizes(found: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    total = sum(info.file_size for info in found)
    if total > max(FREE_BYTES, MAX_RATIO * sum(info.compress_size for info in found)):
        raise DatasetError("archive_bomb", ratio=MAX_RATIO)
    empty = sum(not info.file_size and not info.is_dir() for info in found)
    if empty > MAX_EMPTY:
        raise DatasetError("archive_hollow", count=empty, limit=MAX_EMPTY)
    if total > bounds.total:
        raise DatasetError("archive_large", mb=total // 2**20, limit=bounds.total // 2**20)


def _check_overlaps(found: list[zipfile.ZipInfo], directory: int) -> None:
    """Refuse files that share bytes, with each other or with the directory, and a file before the archive's beginning."""
    if any(info.header_offset < 0 for info in found):
        raise DatasetError("archive_broken")
    spans = sorted((info.header_offset, info.header_offset + info.compress_size) for info in found)
    for (_, end), (start, _) in itertools.pairwise([*spans, (directory, directory)]):
        if end > start:
            raise DatasetError("archive_overlaps")


def _unpacker(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Iterator[bytes]]:
    more = copy.copy(info)
    more.file_size += 2 * CHUNK_BYTES  # `zipfile` stops in silence where the promised size ends

    def chunks() -> Iterator[bytes]:
        size = 0
        try:
            with archive.open(more) as file:
                while chunk := file.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > info.file_size:
                        raise DatasetError("archive_bomb", ratio=MAX_RATIO)
                    yield chunk
        except BROKEN as error:
            raise DatasetError("media_damaged") from error
        if size != info.file_size:
            raise DatasetError("media_damaged")

    return chunks
