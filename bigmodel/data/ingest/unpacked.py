"""One table packed by itself (gzip, bzip2, xz): unpacked beside the report, never past the limits; a TAR is refused."""

import importlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bigmodel.archive import FREE_BYTES, MAX_RATIO
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.readers import find_readers
from bigmodel.data.tables.table import Target

KINDS = (  # first bytes, name, and the module of the standard library that opens them
    (b"\x1f\x8b", "gzip", "gzip"),
    (b"BZh", "bzip2", "bz2"),
    (b"\xfd7zXZ", "xz", "lzma"),
)
FOLDERS = (".zip", ".tgz", ".tar.gz", ".rar", ".7z")  # names that promise many files, not one table
ENDINGS = (".gz", ".gzip", ".bz2", ".xz")
TAR, TAR_PLACE = b"ustar", 257
CHUNK_BYTES = 2**20


def unpacked(path: Path, name: str, target: Target, scratch: Path) -> tuple[Path, str] | None:
    """Unpack a packed file; return where its content lies and what it is called, None of any other file.

    Raises:
        DatasetError: `archive_format` of a TAR, `packed_broken`, `packed_bomb`, `table_big`.
    """
    with path.open("rb") as file:
        head = file.read(8)
    found = next((kind for kind in KINDS if head.startswith(kind[0])), None)
    if found is None:
        return None
    _, kind, module = found
    if name.lower().endswith(FOLDERS):
        raise DatasetError("archive_format", found=kind)
    inner = Path(name).stem if name.lower().endswith(ENDINGS) else name
    known = {end for reader in find_readers() for end in reader.endings}
    ending = Path(inner).suffix.lower()
    place = scratch / f"unpacked{ending if ending in known else ''}"
    opener = importlib.import_module(module)
    broken = (EOFError, OSError, zlib.error, getattr(opener, "LZMAError", EOFError))
    try:
        with opener.open(path) as packed, place.open("wb") as file:
            for chunk in _chunks(packed, path.stat().st_size, kind, target.limits.max_text_mb):
                file.write(chunk)
    except broken as error:
        raise DatasetError("packed_broken", kind=kind) from error
    target.findings.note("unpacked", level="info", kind=kind, name=inner)
    return place, inner


def _chunks(packed: IO[bytes], packed_bytes: int, kind: str, limit_mb: int) -> Iterator[bytes]:
    """Yield what a file unpacks to, until a limit is passed."""
    size, most = 0, max(FREE_BYTES, MAX_RATIO * packed_bytes)
    while chunk := packed.read(CHUNK_BYTES):
        if not size and chunk[TAR_PLACE : TAR_PLACE + len(TAR)] == TAR:
            raise DatasetError("archive_format", found=f"TAR, {kind}")
        size += len(chunk)
        if size > most:
            raise DatasetError("packed_bomb", ratio=MAX_RATIO)
        if size > limit_mb * 2**20:
            raise DatasetError("table_big", mb=size // 2**20, limit=limit_mb)
        yield chunk
