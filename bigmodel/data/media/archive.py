"""The files of a ZIP, or of a ZIP of ZIPs and of packed tables, as entries of an upload; it writes in the scratch folder alone, and by no name of theirs."""

import bz2
import gzip
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from bigmodel.archive import FREE_BYTES, MAX_RATIO, Bounds, Member, open_archive
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry, Given, given_entries
from bigmodel.data.media.files import MEDIA, is_junk
from bigmodel.data.tables.readers import find_readers

HELD_BYTES = 16 * 2**20  # a larger file is unpacked to disk rather than into memory
ZIP = ".zip"
OPENERS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),  # type: ignore[dict-item,return-value]
    ".bz2": bz2.open,  # type: ignore[dict-item]
    ".xz": lzma.open,  # type: ignore[dict-item]
}  # what packs one table
CHUNK_BYTES = 2**20


@contextmanager
def archive_entries(
    path: Path, bounds: Bounds, scratch: Path
) -> Iterator[tuple[tuple[Entry, ...], int]]:
    """Give the files of a ZIP and how many bytes of something else precede it.

    Raises:
        DatasetError: as `open_archive`.
    """
    with ExitStack() as stack:
        archive = stack.enter_context(closing(open_archive(path, bounds)))
        yield _unpacked(_entries(archive.members, scratch), bounds, scratch, stack), archive.prefix


@contextmanager
def file_entries(
    files: Sequence[Given], bounds: Bounds, scratch: Path
) -> Iterator[tuple[Entry, ...]]:
    """Give files that lie on this machine, as `archive_entries` those of a ZIP.

    Raises:
        DatasetError: as `given_entries` and `open_archive`.
    """
    with ExitStack() as stack:
        yield _unpacked(given_entries(files, limit=bounds.files), bounds, scratch, stack)


def _entries(members: Sequence[Member], scratch: Path) -> list[Entry]:
    return [Entry(each.name, each.size, _opener(each, scratch)) for each in members]


def _unpacked(
    entries: Sequence[Entry], bounds: Bounds, scratch: Path, stack: ExitStack
) -> tuple[Entry, ...]:
    """Return the files of ZIPs that lie there, one for each class or part, each in a folder called as its ZIP.

    Where pictures or recordings lie beside them it is open what is what, and nothing is unpacked; nor is a ZIP in
    a ZIP in a ZIP. All together keep to the bounds.
    """
    entries = _with_tables(entries, bounds, scratch)
    wanted = [entry for entry in entries if entry.parts and not is_junk(entry)]
    packed = [entry for entry in wanted if entry.ending == ZIP]
    if not packed or any(entry.ending in MEDIA or entry.text for entry in wanted):
        return tuple(entries)
    left = bounds
    found = [entry for entry in wanted if entry.ending != ZIP]
    for number, entry in enumerate(packed):
        place = scratch / f"inner-{number}{ZIP}"
        with entry.open() as source, place.open("wb") as file:
            shutil.copyfileobj(source, file)
        archive = stack.enter_context(closing(open_archive(place, left)))
        size = sum(member.size for member in archive.members)
        left = replace(left, files=left.files - len(archive.members), total=left.total - size)
        folder = PurePosixPath(entry.name).with_suffix("")
        inside = _entries(archive.members, scratch)
        found += [replace(each, name=f"{folder}/{each.name}") for each in inside]
    return tuple(found)


def _with_tables(entries: Sequence[Entry], bounds: Bounds, scratch: Path) -> list[Entry]:
    """Return tables that are packed by themselves as what they hold, any other file as it is.

    Raises:
        DatasetError: `packed_broken`; `packed_bomb`, for one of them or all together.
    """
    endings = {ending for reader in find_readers() for ending in reader.endings}
    packed = [e for e in entries if e.ending in OPENERS and _inner(e).suffix.lower() in endings]
    packed = [entry for entry in packed if not is_junk(entry)]
    room = min(bounds.total, max(FREE_BYTES, MAX_RATIO * sum(entry.size for entry in packed)))
    tables = {}
    for number, entry in enumerate(packed):
        place = scratch / f"packed-{number}"
        size = _unpack(entry, place, min(bounds.one_file, room))
        room -= size
        tables[id(entry)] = Entry(str(_inner(entry)), size, _reader(place))
    return [tables.get(id(entry), entry) for entry in entries]


def _reader(place: Path) -> Callable[[], BinaryIO]:
    return lambda: place.open("rb")


def _inner(entry: Entry) -> PurePosixPath:
    return PurePosixPath(entry.name).with_suffix("")


def _unpack(entry: Entry, place: Path, most: int) -> int:
    size = 0
    try:
        with entry.open() as came, OPENERS[entry.ending](came) as packed, place.open("wb") as file:
            while chunk := packed.read(CHUNK_BYTES):
                size += file.write(chunk)
                if size > most:
                    raise DatasetError("packed_bomb", ratio=MAX_RATIO)
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise DatasetError("packed_broken", kind=entry.ending[1:]) from error
    return size


def _opener(member: Member, scratch: Path) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        is_small = member.size <= HELD_BYTES
        whole: BinaryIO = BytesIO() if is_small else tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115  (closed by who asked)
        try:
            whole.writelines(member.chunks())
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    return unpack
