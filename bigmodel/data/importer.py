"""The parent's half of reading an upload: starts the limited child, watches it, and turns its end into a sentence."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.data.reader import EXIT_MEMORY, EXIT_REFUSED
from bigmodel.settings import Settings

ROOT = Path(__file__).parents[2]
LOOK_S = 0.05
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Upload:
    """A file that was read: its table as a Parquet file of texts in the scratch folder, and what was found."""

    table_path: Path
    format: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    rows: int
    problems: tuple[Message, ...]

    def discard(self) -> None:
        """Remove the table from the scratch folder."""
        shutil.rmtree(self.table_path.parent, ignore_errors=True)


def read_upload(
    path: Path, settings: Settings, progress: Progress | None = None, *, name: str = ""
) -> Upload:
    """Read a file in a child process within the limits of the settings. Call `discard` on what comes back.

    Raises:
        DatasetError: the file cannot be used; its problems say why.
    """
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    if path.stat().st_size > settings.max_upload_mb * 2**20:
        raise DatasetError(
            "file_big", mb=path.stat().st_size // 2**20, limit=settings.max_upload_mb
        )
    folder = settings.scratch / f"read-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        code = _run_child(_request(path, name or path.name, folder, settings), settings, progress)
        return _outcome(code, folder, settings)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _request(path: Path, name: str, folder: Path, settings: Settings) -> Path:
    request = {
        "path": str(path.resolve()),
        "name": name,
        "table": str(folder / "table.parquet"),
        "report": str(folder / "report.json"),
        "limits": {
            "memory_mb": settings.reader_mb,
            "seconds": settings.reader_s,
            "max_rows": settings.max_rows,
            "max_columns": settings.max_columns,
            "max_field_characters": settings.max_field_characters,
            "max_text_mb": settings.max_upload_mb,
        },
    }
    place = folder / "request.json"
    place.write_text(json.dumps(request), "utf-8")
    return place


def _run_child(request: Path, settings: Settings, progress: Progress | None) -> int:
    """Run the child to its end, or end it; return its exit code."""
    folder = request.parent
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        child = subprocess.Popen(
            [sys.executable, "-m", "bigmodel.data.reader", str(request)],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        try:
            return _watch(child, settings, lambda: _tell(folder / "out", progress))
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()


def _watch(child: subprocess.Popen[bytes], settings: Settings, tell: Callable[[], None]) -> int:
    deadline = time.monotonic() + settings.reader_s
    while True:
        try:
            return child.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            tell()
        if time.monotonic() > deadline:
            raise DatasetError("reader_time", seconds=int(settings.reader_s))
        if _memory_mb(child.pid) > settings.reader_mb:
            raise DatasetError("reader_memory", mb=settings.reader_mb)


def _memory_mb(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0


def _outcome(code: int, folder: Path, settings: Settings) -> Upload:
    report = folder / "report.json"
    if code == 0:
        found = json.loads(report.read_text("utf-8"))
        return Upload(
            table_path=folder / "table.parquet",
            format=found["format"],
            encoding=found["encoding"],
            delimiter=found["delimiter"],
            columns=tuple(found["columns"]),
            rows=found["rows"],
            problems=tuple(Message.from_json(item) for item in found["problems"]),
        )
    if code == EXIT_REFUSED:
        refused = json.loads(report.read_text("utf-8"))
        problems = [Message.from_json(item) for item in refused["problems"]]
        raise DatasetError(refused["key"], problems, **refused["args"])
    if code == EXIT_MEMORY or -code in (6, 9):  # aborted or killed: out of memory inside a library
        raise DatasetError("reader_memory", mb=settings.reader_mb)
    if -code in (24, 25):  # processor time, file size
        raise DatasetError("reader_time", seconds=int(settings.reader_s))
    raise DatasetError("reader_broken")


def _tell(out: Path, progress: Progress | None) -> None:
    if progress is None:
        return
    lines = out.read_text("ascii").split()
    if lines:
        progress(float(lines[-1]))


def _environment() -> dict[str, str]:
    """Return an environment without anybody's secrets."""
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TMPDIR") if key in os.environ}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
