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
from bigmodel.store.transfer import copy_to_file

log = logging.getLogger(__name__)

KEPT = 7  # copies that are left when a new one is made
DAILY, MOVED = (
    "daily",
    "moved",
)  # labels of copies: those made each day, a file that went to a server
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
    """Write a complete copy of the database beside the data, also while it is used; the oldest copies go.

    A copy is a file of SQLite, also of a database on a server: it can be put in the place of either.
    """
    if settings.database_url:
        copy = _keep(settings, label, lambda part: copy_to_file(settings.database_url, part))
    else:
        copy = _keep(settings, label, lambda part: vacuum_into(settings.database, part))
    log.info("the database was backed up to %s", copy)
    return copy


def move_to_backups(settings: Settings) -> None:
    """Make a backup of the database file whose rows are on a server now."""
    _keep(settings, MOVED, lambda part: vacuum_into(settings.database, part))
    settings.database.unlink(missing_ok=True)


def _keep(settings: Settings, label: str, write: Callable[[Path], None]) -> Path:
    """Put a file that `write` makes among the backups, of which the oldest go."""
    folder = settings.home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    copy = folder / f"studio-{_moment()}-{label}.db"
    part = folder / f"{copy.name}.part"
    try:
        write(part)
        part.replace(copy)
    finally:
        part.unlink(missing_ok=True)
    for old in sorted(folder.glob("studio-*.db"))[:-KEPT]:
        old.unlink()
    return copy


def vacuum_into(database: Path, copy: Path) -> None:
    """Write a whole copy of a database file that may be in use."""
    with closing(connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


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

    A damaged database keeps its copies: they may be all that is left. The pages of a server are the server's.
    """
    older = backups(settings)
    if not settings.database_url and not _vacuum(settings.database):
        return
    back_up(settings, DAILY)
    for backup in older:
        backup.path.unlink(missing_ok=True)


def _vacuum(database: Path) -> bool:
    """Write a sound database anew, without what was deleted."""
    if not database.is_file():
        return False
    with closing(connect(database)) as connection:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            log.error("%s: damaged, so its copies stay", database)
            return False
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


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
