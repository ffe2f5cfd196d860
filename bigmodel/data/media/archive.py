"""Lists and unpacks a ZIP by its own directory, every bound checked before and while it unpacks.

It never uses a name of the archive as a path, never writes but to unnamed files in the scratch
folder, and never believes a size: what unpacks to more than its directory says ends the reading.
The layout is that of APPNOTE.TXT 6.3 (PKWARE); only stored and deflated entries are read.
"""

import itertools
import re
import stat
import struct
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry

TAIL_BYTES = 22 + 65_535  # the end record with its longest comment
END, END64, LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
CENTRAL_FORMAT = struct.Struct("<4sBBHHHHHIIIHHHHHII")
MAX_DIRECTORY_BYTES = 128 * 2**20
MAX_EMPTY = 5_000
MAX_RATIO = 100
FREE_BYTES = 16 * 2**20  # below this a high ratio is no danger
HELD_BYTES = 16 * 2**20  # a larger entry is unpacked to disk rather than into memory
CHUNK_BYTES = 2**18
STORED, DEFLATED = 0, 8
ENCRYPTED = 1 | 1 << 6 | 1 << 13
UTF8 = 1 << 11
DOS, UNIX = 0, 3
ZIP64_EXTRA, NAME_EXTRA = 0x0001, 0x7075
DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold; sizes in bytes."""

    files: int
    total: int
    one_file: int


@dataclass(frozen=True)
class _Record:
    """One line of the directory."""

    raw_name: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    offset: int
    system: int  # that packed it
    mode: int  # of a Unix file, 0 where it does not say
    unicode_name: str = ""


class _File:
    """The archive on disk, read at places by several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._lock = threading.Lock()
        self.size = path.stat().st_size

    def at(self, place: int, count: int) -> bytes:
        with self._lock:
            self._file.seek(place)
            return self._file.read(count)

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Archive:
    """What an archive holds. `prefix` is how many bytes stand before it, which belong to something else.

    Entries can be opened until it is closed.
    """

    entries: tuple[Entry, ...]
    prefix: int
    close: Callable[[], None]


def is_archive(path: Path, *, is_named: bool) -> bool:
    """Tell whether a file starts like a ZIP, or is named like one and ends so."""
    file = _File(path)
    try:
        return file.at(0, 4) in (LOCAL, END) or (is_named and _find_end(file) >= 0)
    finally:
        file.close()


def open_archive(path: Path, bounds: Bounds, scratch: Path) -> Archive:
    """Return the files of a ZIP, without unpacking any.

    Raises:
        DatasetError: `archive_truncated`, `archive_broken`, `archive_many`, `archive_hollow`,
            `archive_locked`, `archive_links`, `archive_paths`, `archive_method`, `archive_overlaps`,
            `archive_bomb`, `archive_large`, `archive_file_large`.
    """
    file = _File(path)
    try:
        prefix, records, starts = _directory(file, bounds)
        names = _names(records)
        for record, name in zip(records, names, strict=True):
            _check(record, name, bounds)
        _check_sizes(records, bounds)
    except BaseException:
        file.close()
        raise
    entries = [
        Entry(name, record.size, _opener(file, record, start, scratch))
        for record, name, start in zip(records, names, starts, strict=True)
        if not name.endswith("/")
    ]
    return Archive(tuple(entries), prefix, file.close)


# the directory ------------------------------------------------------------------------------------


def _directory(file: _File, bounds: Bounds) -> tuple[int, list[_Record], list[int]]:
    """Return the bytes before the archive, its directory, and where the bytes of each entry start."""
    place = _find_end(file)
    if place < 0:
        raise DatasetError("archive_truncated")
    try:
        count, size, offset, prefix = _end(file, place)
        if count > bounds.files or size > MAX_DIRECTORY_BYTES:
            raise DatasetError("archive_many", count=count, limit=bounds.files)
        records = list(_records(file.at(offset + prefix, size), bounds.files))
        if (len(records) - count) % 65_536:  # some write only the last 16 bits of a larger count
            raise DatasetError("archive_broken")
        return prefix, records, _starts(file, records, prefix, offset + prefix)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise DatasetError("archive_broken") from error


def _find_end(file: _File) -> int:
    """Return where the end record starts, -1 where there is none."""
    start = max(0, file.size - TAIL_BYTES)
    tail = file.at(start, TAIL_BYTES)
    place = tail.rfind(END)
    while place >= 0:
        if len(tail) - place >= 22:
            return start + place
        place = tail.rfind(END, 0, place)
    return -1


def _end(file: _File, place: int) -> tuple[int, int, int, int]:
    """Return the number of entries, the size and offset of the directory, and the bytes before the archive."""
    _, disk, _, _, count, size, offset, _ = struct.unpack("<4sHHHHIIH", file.at(place, 22))
    end = place
    locator = file.at(place - 20, 20) if place >= 20 else b""
    is_large = count == 0xFFFF or 0xFFFFFFFF in (size, offset)
    if is_large and locator.startswith(LOCATOR):
        end = int(struct.unpack("<4sIQI", locator)[2])
        record = file.at(end, 56)
        if not record.startswith(END64):
            raise DatasetError("archive_broken")
        _, _, _, _, disk, _, _, count, size, offset = struct.unpack("<4sQHHIIQQQQ", record)
    if disk not in (0, 0xFFFF):
        raise DatasetError("archive_split")
    prefix = end - size - offset
    if prefix < 0:
        raise DatasetError("archive_truncated")
    return count, size, offset, prefix


def _records(directory: bytes, limit: int) -> Iterator[_Record]:
    place = number = 0
    while place + 46 <= len(directory) and directory.startswith(CENTRAL, place):
        number += 1
        if number > limit:
            raise DatasetError("archive_many", count=number, limit=limit)
        fields = CENTRAL_FORMAT.unpack_from(directory, place)
        _, _, system, _, flags, method, _, _, checksum = fields[:9]
        packed, size, name_size, extra_size, comment_size, _, _, attributes, offset = fields[9:]
        name = directory[place + 46 : place + 46 + name_size]
        extra = directory[place + 46 + name_size : place + 46 + name_size + extra_size]
        size, packed, offset, unicode_name = _extended(extra, size, packed, offset, name)
        yield _Record(
            raw_name=name,
            flags=flags,
            method=method,
            checksum=checksum,
            packed=packed,
            size=size,
            offset=offset,
            system=system,
            mode=attributes >> 16 if system == UNIX else 0,
            unicode_name=unicode_name,
        )
        place += 46 + name_size + extra_size + comment_size


def _extended(
    extra: bytes, size: int, packed: int, offset: int, name: bytes
) -> tuple[int, int, int, str]:
    """Return the numbers with those that need 64 bits filled in, and the name in Unicode if it stands apart."""
    unicode_name, place = "", 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        body = extra[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == ZIP64_EXTRA:
            wide = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            size = next(wide, size) if size == 0xFFFFFFFF else size
            packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
            offset = next(wide, offset) if offset == 0xFFFFFFFF else offset
        elif kind == NAME_EXTRA and body[:1] == b"\x01":
            is_current = body[1:5] == struct.pack("<I", zlib.crc32(name))
            unicode_name = body[5:].decode("utf-8", "replace") if is_current else ""
    return size, packed, offset, unicode_name


def _starts(file: _File, records: list[_Record], prefix: int, directory: int) -> list[int]:
    """Return where the bytes of each entry start; no two may share a byte."""
    starts, spans = [], []
    for record in records:
        place = record.offset + prefix
        local = file.at(place, 30)
        if not local.startswith(LOCAL):
            raise DatasetError("archive_broken")
        name_size, extra_size = struct.unpack_from("<HH", local, 26)
        starts.append(place + 30 + name_size + extra_size)
        spans.append((place, starts[-1] + record.packed))
    spans.sort()
    spans.append((directory, directory))
    for (_, end), (start, _) in itertools.pairwise(spans):
        if end > start:
            raise DatasetError("archive_overlaps")
    return starts


def _names(records: list[_Record]) -> list[str]:
    """Return the names as text: UTF-8 where it says so or fits, else GB18030 as Chinese Windows writes them."""
    unsaid = [r for r in records if not (r.flags & UTF8 or r.unicode_name)]
    codec = _codec([r.raw_name for r in unsaid], is_dos=all(r.system == DOS for r in unsaid))
    names = [
        record.unicode_name
        or record.raw_name.decode("utf-8" if record.flags & UTF8 else codec, "replace")
        for record in records
    ]
    return [name.replace("\\", "/") for name in names]


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


# what is refused ----------------------------------------------------------------------------------


def _check(record: _Record, name: str, bounds: Bounds) -> None:
    """Refuse what no archive of pictures or recordings needs."""
    if record.flags & ENCRYPTED:
        raise DatasetError("archive_locked")
    if "\0" in name or name.startswith("/") or ".." in name.split("/") or DRIVE.match(name):
        raise DatasetError("archive_paths", name=shown_name(name))
    kind = stat.S_IFMT(record.mode)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DatasetError("archive_links", name=shown_name(name))
    if record.method not in (STORED, DEFLATED):
        raise DatasetError("archive_method", name=shown_name(name))
    if record.size > bounds.one_file:
        raise DatasetError(
            "archive_file_large",
            name=shown_name(name),
            mb=record.size // 2**20,
            limit=bounds.one_file // 2**20,
        )
    if record.size > max(FREE_BYTES, MAX_RATIO * record.packed):
        raise DatasetError("archive_bomb", ratio=MAX_RATIO)


def _check_sizes(records: list[_Record], bounds: Bounds) -> None:
    total, packed = sum(r.size for r in records), sum(r.packed for r in records)
    if total > max(FREE_BYTES, MAX_RATIO * packed):
        raise DatasetError("archive_bomb", ratio=MAX_RATIO)
    empty = sum(not r.size and not r.raw_name.endswith(b"/") for r in records)
    if empty > MAX_EMPTY:
        raise DatasetError("archive_hollow", count=empty, limit=MAX_EMPTY)
    if total > bounds.total:
        raise DatasetError("archive_large", mb=total // 2**20, limit=bounds.total // 2**20)


def shown_name(name: str, most: int = 80) -> str:
    """Return a name short and printable enough for a sentence."""
    printed = "".join(c if c.isprintable() else "�" for c in name)
    return printed if len(printed) <= most else f"…{printed[-most:]}"


# unpacking ----------------------------------------------------------------------------------------


def _opener(file: _File, record: _Record, start: int, scratch: Path) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        whole: BinaryIO = (
            BytesIO() if record.size <= HELD_BYTES else tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115  (closed by who asked)
        )
        try:
            _copy(file, record, start, whole)
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    return unpack


def _copy(file: _File, record: _Record, start: int, whole: BinaryIO) -> None:
    """Unpack one entry.

    Raises:
        DatasetError: `archive_bomb`, the whole archive lies; `media_damaged`, this entry is broken.
    """
    written = checksum = 0
    for chunk in _chunks(file, record, start):
        written += len(chunk)
        if written > record.size:
            raise DatasetError("archive_bomb", ratio=MAX_RATIO)
        checksum = zlib.crc32(chunk, checksum)
        whole.write(chunk)
    if written != record.size or checksum != record.checksum:
        raise DatasetError("media_damaged")


def _chunks(file: _File, record: _Record, start: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if record.method == DEFLATED else None
    for place in range(start, start + record.packed, CHUNK_BYTES):
        chunk = file.at(place, min(CHUNK_BYTES, start + record.packed - place))
        if inflater is None:
            yield chunk
            continue
        try:
            while chunk and not inflater.eof:
                yield inflater.decompress(chunk, CHUNK_BYTES)
                chunk = inflater.unconsumed_tail
        except zlib.error as error:
            raise DatasetError("media_damaged") from error
