"""Who serves a data folder, and how others call it: a lock, a record of the process, a file to poke. No work is done here."""

import contextlib
import time
from pathlib import Path

from filelock import FileLock, Timeout

from bigmodel import __version__
from bigmodel.jobs.attempt_folder import read_json, write_json
from bigmodel.jobs.platform.identity import Identity, identify
from bigmodel.settings import Settings


class Presence:
    """The files of one supervisor in the folder `run`."""

    def __init__(self, settings: Settings) -> None:
        self._lock = FileLock(settings.run / "supervisor.lock")
        self._record = settings.run / "supervisor.json"
        self._poke = settings.run / "poke"
        self._web = settings.run / "web.beat"

    def take(self) -> bool:
        """Take the supervisor lock of this data folder; return False if another process holds it."""
        return try_lock(self._lock)

    def show(self) -> None:
        write_json(self._record, {"version": __version__, **identify().to_json()})

    def hide(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._record.unlink()

    def holder(self) -> Identity | None:
        """Return the supervisor that serves this folder now."""
        record = read_json(self._record)
        found = Identity.from_json(record) if record else None
        return found if found is not None and found.is_alive else None

    def is_current(self) -> bool:
        """Tell whether the supervisor runs the same version as we do."""
        record = read_json(self._record)
        return bool(record) and record.get("version") == __version__ if record else False

    def poke(self) -> None:
        """Call the supervisor: something is to be done."""
        self._poke.touch()

    def poked_at(self) -> int:
        return _touched_at(self._poke)

    def web_beat(self) -> None:
        """Say that somebody has the app open, so that the supervisor stays."""
        self._web.touch()

    def web_age_s(self) -> float:
        """Return how long ago the app last said that it is open."""
        return time.time() - _touched_at(self._web) / 1e9


def try_lock(lock: FileLock) -> bool:
    """Take a lock that is free again the moment its process ends in any way; tell whether it was free."""
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def _touched_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
