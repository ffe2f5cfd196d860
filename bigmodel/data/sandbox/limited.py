"""The parent's half of a limited child: starts it without anybody's secrets, watches it, and names how it ended; it reads no file of a person."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from bigmodel.children import start
from bigmodel.core.callbacks import OnShare
from bigmodel.core.errors import DatasetError
from bigmodel.data.sandbox.limits import EXIT_MEMORY
from bigmodel.environment import ROOT, bare_environment

BUSY = 5  # the child bounds its processor's time itself; by the clock a busy machine may take so much longer
LOOK_S = 0.05
NICENESS = 5


def run_limited(
    module: str, request: Path, progress: OnShare | None, *, seconds: float, memory_mb: int
) -> int:
    """Run `python -m MODULE REQUEST` to its end, or end it; return its exit code.

    The child prints shares (0 to 1), one a line; an exception of `progress` ends it. It bounds itself
    as well (`data.limits`).

    Raises:
        DatasetError: `reader_time` or `reader_memory`.
    """
    folder = request.parent
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        child = start(
            module, str(request), env=reader_environment(), cwd=folder, stdout=out, stderr=err,
            outlives=False, niceness=NICENESS,
        )  # fmt: skip
        try:
            return _watch(child, lambda: _tell(folder / "out", progress), seconds, memory_mb)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()


def end_of(code: int, *, seconds: float, memory_mb: int) -> DatasetError:
    """Return what an exit code means that is neither 0 nor `EXIT_REFUSED`."""
    if code == EXIT_MEMORY or -code in (6, 9):  # aborted or killed: out of memory inside a library
        return DatasetError("reader_memory", mb=memory_mb)
    if -code in (24, 25):  # processor time, file size
        return DatasetError("reader_time", seconds=int(seconds))
    return DatasetError("reader_broken")


def _watch(
    child: subprocess.Popen[bytes], tell: Callable[[], None], seconds: float, memory_mb: int
) -> int:
    deadline = time.monotonic() + seconds * BUSY
    while True:
        try:
            return child.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            tell()
        if time.monotonic() > deadline:
            raise DatasetError("reader_time", seconds=int(seconds))
        if _memory_mb(child.pid) > memory_mb:
            raise DatasetError("reader_memory", mb=memory_mb)


def _memory_mb(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0


def _tell(out: Path, progress: OnShare | None) -> None:
    if progress is None:
        return
    lines = out.read_text("ascii").split()
    progress(float(lines[-1]) if lines else 0.0)


def reader_environment() -> dict[str, str]:
    """Return an environment without anybody's secrets."""
    return bare_environment(
        PYTHONPATH=str(ROOT),
        PYTHONUTF8="1",
        ARROW_DEFAULT_MEMORY_POOL="system",
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        MALLOC_ARENA_MAX="2",
    )
