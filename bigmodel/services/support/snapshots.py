"""Snapshots of the data folder, kept where the disk outlives this machine; it must never harm the last whole one.

A snapshot is `snapshot.json`, written last, the copy of the database that it names, and the files below `files/`.
"""

import hashlib
import json
import logging
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from bigmodel.core.clock import now
from bigmodel.core.errors import SettingsError
from bigmodel.core.ids import new_id
from bigmodel.settings import Settings
from bigmodel.store.recovery import vacuum_into

log = logging.getLogger(__name__)

FORMAT = 1
RECORD, FILES = "snapshot.json", "files"
KEPT = ("datasets", "jobs", "bases")  # folders of `home`
DRAFT_ENDS = (".tmp", ".part")
ROOM = ".room"  # a file of an attempt that holds nothing


class Snapshots:
    """Takes a snapshot whenever the database changed, and brings the last one back into an empty data folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.snapshots
        self._lock = threading.Lock()
        self._is_closing = threading.Event()
        self._taken: object = None  # what the database looked like at the last snapshot
        self.has_failed = False  # the last one could not be taken

    def restore(self) -> bool:
        """Bring the last snapshot back where the data folder has no database yet; tell whether there was one.

        Raises:
            SettingsError: `snapshot_damaged`, and the snapshot stays as it is; `snapshots_of_server`.
        """
        if self._folder is None:
            return False
        if self._settings.database_url:
            raise SettingsError("snapshots_of_server")
        if self._settings.database.exists():
            return False
        record = _read(self._folder)
        if record is None:
            return False
        self._settings.make_folders()
        for name in record["files"]:
            if not _copy(self._folder / FILES / name, self._settings.home / name):
                log.error("%s: in no snapshot", name)
        copy = self._folder / record["database"]
        if not copy.is_file() or _digest(copy) != record["sha256"]:
            raise SettingsError("snapshot_damaged", path=str(self._folder))
        _copy(copy, self._settings.database)  # last: without it the next start begins anew
        self._taken = self._look()
        log.info("%s: brought back as it was at %s", self._folder, record["at"])
        return True

    def start(self) -> None:
        """Take snapshots in the background until `close`."""
        if self._folder is not None:
            threading.Thread(target=self._watch, name="snapshots", daemon=True).start()

    def close(self) -> None:
        """Take the last snapshot, of what changed since the one before."""
        self._is_closing.set()
        if self._folder is not None:
            self._try()

    def take(self) -> bool:
        """Take a snapshot if the database changed since the last one; tell whether it did."""
        if self._folder is None:
            return False
        with self._lock:
            look = self._look()
            if look == self._taken:
                return False
            self._write(self._folder)
            self._taken = look
        return True

    def _watch(self) -> None:
        while not self._is_closing.wait(self._settings.snapshot_s):
            self._try()

    def _try(self) -> None:
        try:
            self.take()
            self.has_failed = False
        except (OSError, sqlite3.Error):
            self.has_failed = True
            log.exception("%s: no snapshot was taken", self._folder)

    def _look(self) -> object:
        path = self._settings.database
        beside = (path.with_name(path.name + end) for end in ("", "-wal"))
        found = (each.stat() for each in beside if each.exists())
        return tuple((stat.st_mtime_ns, stat.st_size) for stat in found)

    def _write(self, folder: Path) -> None:
        """Write a snapshot: the database as it is now, then every file that it may name."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._settings.scratch / f"snapshot-{new_id()}.db"
        try:
            vacuum_into(self._settings.database, draft)
            home = self._settings.home
            files = [name for name in self._files() if _keep(home / name, folder / FILES / name)]
            copy = f"studio-{new_id()}.db"
            _copy(draft, folder / copy)
            record = {
                "v": FORMAT,
                "at": now().isoformat(),
                "database": copy,
                "sha256": _digest(draft),
                "files": files,
            }
        finally:
            draft.unlink(missing_ok=True)
        part = folder / f"{RECORD}.part"
        part.write_text(json.dumps(record), "utf-8")
        part.replace(folder / RECORD)
        _forget(folder, record)

    def _files(self) -> Iterator[str]:
        home = self._settings.home
        for name in KEPT:
            for place, folders, files in os.walk(home / name):
                folders[:] = [each for each in folders if not _is_draft(each)]
                below = Path(place).relative_to(home)
                yield from ((below / each).as_posix() for each in files if not _is_draft(each))


def _keep(source: Path, target: Path) -> bool:
    """Copy a file where it differs from its copy; tell whether there is one now."""
    try:
        has, wanted = target.stat(), source.stat()
    except OSError:
        return _copy(source, target)
    is_same = has.st_size == wanted.st_size and has.st_mtime_ns >= wanted.st_mtime_ns
    return is_same or _copy(source, target)


def _is_draft(name: str) -> bool:
    return name.startswith(".tmp-") or name.endswith(DRAFT_ENDS) or name == ROOM


def _read(folder: Path) -> Mapping[str, Any] | None:
    """Return what a folder says of its snapshot, if it holds one."""
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text("utf-8"))
        names = [record["database"], *record["files"]]
        is_ours = record["v"] == FORMAT and not any(_leads_out(name) for name in names)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError("snapshot_damaged", path=str(folder)) from error
    if not is_ours:
        raise SettingsError("snapshot_damaged", path=str(folder))
    return record  # type: ignore[no-any-return]


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts


def _copy(source: Path, target: Path) -> bool:
    """Copy a file so that its name never stands for a part of it; tell whether there was one."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, part)
    except FileNotFoundError:  # deleted meanwhile
        part.unlink(missing_ok=True)
        return False
    part.replace(target)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget(folder: Path, record: Mapping[str, Any]) -> None:
    """Delete what the snapshot no longer names: older databases, and files that were deleted."""
    kept = {folder / RECORD, folder / record["database"]}
    kept |= {folder / FILES / name for name in record["files"]}
    for path in (*folder.glob("studio-*.db"), *folder.glob(f"{FILES}/**/*")):
        if path.is_file() and path not in kept:
            path.unlink(missing_ok=True)
    for place, _, _ in os.walk(folder / FILES, topdown=False):
        if place != str(folder / FILES) and not any(Path(place).iterdir()):
            Path(place).rmdir()
