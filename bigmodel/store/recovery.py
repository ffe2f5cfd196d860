"""Copies of the database and the way back to one of them. Nothing is ever deleted here but the oldest copies."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from bigmodel.core.clock import now
from bigmodel.core.errors import NotFoundError, SettingsError
from bigmodel.settings import Settings
from bigmodel.store.sql.dialect import connect

log = logging.getLogger(__name__)

KEPT = 7  # copies that are left when a new one is made
DAILY = "daily"  # label of the copies that are made each day
FOLDER, ASIDE = "backups", "set-aside"
TIME = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True)
class Backup:
    """A copy of the database: `label` says why it was made, a revision or "daily"."""

    path: Path
    at: datetime
    label: str

    @property
    def name(self) -> str:
        return self.path.name


def back_up(settings: Settings, label: str) -> Path:
    """Write a complete copy of the database beside the data, also while it is used; the oldest copies go."""
    folder = settings.home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"studio-{_moment()}-{label}.db"
    part = folder / f"{copy.name}.part"
    try:
        with closing(connect(settings.database)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    for old in sorted(folder.glob("studio-*.db"))[:-KEPT]:
        old.unlink()
    log.info("%s: backed up to %s", settings.database, copy)
    return copy


def backups(settings: Settings) -> list[Backup]:
    """Return the copies, newest first."""
    paths = sorted((settings.home / FOLDER).glob("studio-*.db"), reverse=True)
    return [backup for path in paths if (backup := _read_name(path))]


def restore(settings: Settings, name: str) -> Path:
    """Put a copy in the place of the database; return where the database that was there lies now.

    Folders of data and trainings stay as they are; what came after the copy is on disk, and unknown to it.

    Raises:
        NotFoundError: `backup_unknown`.
        SettingsError: `backup_damaged`.
    """
    chosen = next((backup for backup in backups(settings) if backup.name == name), None)
    if chosen is None:
        raise NotFoundError("backup_unknown", name=name)
    draft = settings.database.with_name(f"{settings.database.name}.restored")
    _copy(chosen.path, draft)
    with FileLock(settings.run / "store.lock"):
        aside = _set_aside(settings, lambda folder: _move_database(settings, folder))
        draft.replace(settings.database)
    return aside


def start_anew(settings: Settings) -> Path:
    """Put the database, the data and the trainings aside, whole; return where they lie now."""

    def move(folder: Path) -> None:
        _move_database(settings, folder)
        for place in (settings.datasets, settings.jobs):
            if place.exists():
                place.rename(folder / place.name)

    with FileLock(settings.run / "store.lock"):
        return _set_aside(settings, move)


def forget_deleted(settings: Settings) -> None:
    """Leave nothing of deleted rows in the file, its journal and its copies: one fresh copy replaces the older ones.

    A damaged database keeps its copies: they may be all that is left.
    """
    if not settings.database.is_file():
        return
    older = backups(settings)
    with closing(connect(settings.database)) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            log.error("%s: damaged, so its copies stay", settings.database)
            return
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    back_up(settings, DAILY)
    for backup in older:
        backup.path.unlink(missing_ok=True)


def restored_at(settings: Settings) -> datetime | None:
    """Return when the database was last replaced: folders older than this may be unknown to it and precious."""
    moments = [path.name for path in (settings.home / ASIDE).glob("*")]
    return _time(max(moments)) if moments else None


def _copy(source: Path, target: Path) -> None:
    """Write a checked copy of a copy."""
    target.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise SettingsError("backup_damaged", name=source.name)
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.DatabaseError as error:
        raise SettingsError("backup_damaged", name=source.name) from error


def _set_aside(settings: Settings, move: Callable[[Path], None]) -> Path:
    folder = settings.home / ASIDE / _moment()
    folder.mkdir(mode=0o700, parents=True)
    move(folder)
    log.warning("%s: put aside to %s", settings.home, folder)
    return folder


def _move_database(settings: Settings, folder: Path) -> None:
    """Move the database with the journals that belong to it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        path = settings.database.with_name(settings.database.name + ending)
        if path.exists():
            path.rename(folder / path.name)


def _moment() -> str:
    return f"{now().astimezone(UTC):{TIME}}"


def _read_name(path: Path) -> Backup | None:
    moment, _, label = path.stem.removeprefix("studio-").rpartition("-")
    at = _time(moment)
    return Backup(path, at, label) if at else None


def _time(moment: str) -> datetime | None:
    try:
        return datetime.strptime(moment, TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
