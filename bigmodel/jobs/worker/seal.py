"""Makes folders of a worker final: hashed, forced to disk, renamed. Anything half-written never gets its final name."""

import hashlib
import json
import os
from pathlib import Path

from bigmodel.jobs import failpoint

MANIFEST = "manifest.json"
CHUNK = 2**20


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file below a folder, by its path in it, and force each to disk."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            found[path.relative_to(folder).as_posix()] = _digest(path)
    return found


def digest_of(files: dict[str, str]) -> str:
    """Return one digest for all of them: over lines of name and digest, in order."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def seal(draft: Path, final: Path) -> str:
    """Give a complete folder its final name and return its digest. After this call it survives a crash."""
    digest = digest_of(digests(draft))
    _force(draft)
    draft.rename(final)
    _force(final.parent)
    return digest


def seal_with_manifest(draft: Path, final: Path) -> str:
    """As `seal`, with a list of the files and their digests beside them."""
    files = digests(draft)
    path = draft / MANIFEST
    path.write_text(json.dumps({"v": 1, "files": files}), "utf-8")
    _digest(path)
    failpoint.reach("checkpoint-hashed")
    _force(draft)
    draft.rename(final)
    _force(final.parent)
    return digest_of(files)


def is_whole(folder: Path, digest: str) -> bool:
    """Tell whether a folder with a manifest still is what was announced under this digest."""
    try:
        files = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        return digest_of(files) == digest and digests(folder) == files
    except (OSError, ValueError, KeyError):
        return False


def size_mb(folder: Path) -> float:
    """Return the size of all files below a folder in MB (2**20 bytes)."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        os.fsync(file.fileno())
    return digest.hexdigest()


def _force(folder: Path) -> None:
    """Force the names in a folder to disk, where the system can."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
