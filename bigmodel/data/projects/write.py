"""Writes a project file by file beside its place and gives it its name when it is whole; it never leaves half of one."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from bigmodel.core.clock import now
from bigmodel.core.ids import new_id
from bigmodel.data.projects.layout import HEAD, is_packed
from bigmodel.data.projects.record import Head, Part, line

CHUNK = 2**20
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of ZIP: when a file was written is nobody's business
READABLE = 0o100644 << 16
Tell = Callable[[int], None]  # bytes that were read


class ProjectWriter:
    """A project that is being written, as a context: left without an error, it gets its name."""

    def __init__(self, out: Path, *, app: str, tell: Tell = lambda _: None) -> None:
        self._out, self._app, self._tell = out, app, tell
        self._draft = out.with_name(f".{out.name}.{new_id()}.part")
        self._parts: list[Part] = []

    def __enter__(self) -> Self:
        self._zip = zipfile.ZipFile(self._draft, "x", allowZip64=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                head = Head(app=self._app, created=now(), parts=tuple(self._parts))
                self._write(HEAD, [line(head)])
            self._zip.close()
            if error is None:
                with self._draft.open("rb") as file:
                    os.fsync(file.fileno())
                self._draft.replace(self._out)
        finally:
            self._draft.unlink(missing_ok=True)

    def add_file(self, name: str, path: Path) -> str:
        """Take a file in and return its digest.

        Raises:
            OSError: it cannot be read.
        """
        return self.add_chunks(name, _chunks(path, self._tell))

    def add_chunks(self, name: str, chunks: Iterable[bytes]) -> str:
        """Take in what comes piece by piece, and return its digest."""
        sha256, size = self._write(name, chunks)
        self._parts.append(Part(name=name, sha256=sha256, size=size))
        return sha256

    def _write(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        entry = zipfile.ZipInfo(name, FIRST_DAY)
        entry.external_attr = READABLE
        entry.create_system = 3
        entry.compress_type = zipfile.ZIP_STORED if is_packed(name) else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(entry, "w", force_zip64=True) as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
        return digest.hexdigest(), size


def _chunks(path: Path, tell: Tell) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
            tell(len(chunk))
