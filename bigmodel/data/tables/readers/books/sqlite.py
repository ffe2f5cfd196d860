"""SQLite files: opened read-only, only stored tables are read; no view, trigger, function or extension of the file ever runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.readers.parquet import MEDIA_SIGNS
from bigmodel.data.tables.sheet import Marks, read_sheets
from bigmodel.data.tables.table import Target, as_text

if TYPE_CHECKING:  # its library is loaded for such files alone
    import sqlite3

MAGIC = b"SQLite format 3\0"
# Virtual tables run a module; indexes and views hold no rows of their own.
TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
)
SAFE = ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON")


class TableSheet:
    """A table of a database as a sheet whose first row names the columns."""

    is_hidden = False
    names_row = 1

    def __init__(self, database: "sqlite3.Connection", name: str) -> None:
        self.name = name
        self.marks = Marks()
        self._database = database
        self._quoted = '"' + name.replace('"', '""') + '"'
        [(count,)] = database.execute(f"SELECT count(*) FROM {self._quoted}")  # noqa: S608 - quoted
        self.filled = int(count) + 1 if count else 0

    def rows(self, errors: Places | None = None) -> Iterator[list[str]]:  # noqa: ARG002 - of all sheets
        """Yield the names, then every row as texts.

        Raises:
            DatasetError: `database_broken`, `table_of_media`.
        """
        import sqlite3  # noqa: PLC0415

        try:
            cursor = self._database.execute(f"SELECT * FROM {self._quoted}")  # noqa: S608 - quoted
            names = [column[0] for column in cursor.description]
            yield names
            for row in cursor:
                yield [self._text(value, name) for value, name in zip(row, names, strict=True)]
        except sqlite3.Error as error:
            raise DatasetError("database_broken") from error

    def _text(self, value: object, name: str) -> str:
        if not isinstance(value, bytes):
            return as_text(value)
        if value.startswith(MEDIA_SIGNS):
            raise DatasetError("table_of_media", column=name)
        return value.decode("utf-8", "replace")


def _read(path: Path, target: Target) -> None:
    if _is_cut(path):
        raise DatasetError("database_broken")
    import sqlite3  # noqa: PLC0415

    place = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        database = sqlite3.connect(place, uri=True)
        try:
            sheets = _tables(database, target)
            target.encoding = "UTF-8"
            read_sheets(sheets, target)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise DatasetError("database_broken") from error


def _is_cut(path: Path) -> bool:
    """Tell a file that is shorter than its own header says: lost pages would read as empty cells."""
    with path.open("rb") as file:
        header = file.read(100)
    page = int.from_bytes(header[16:18], "big")
    page = 2**16 if page == 1 else page
    is_sure = header[24:28] == header[92:96]  # the count of pages was written with the last change
    return is_sure and path.stat().st_size < page * int.from_bytes(header[28:32], "big")


def _tables(database: "sqlite3.Connection", target: Target) -> list[TableSheet]:
    import sqlite3  # noqa: PLC0415

    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, target.limits.max_text_mb * 2**20)
    for pragma in SAFE:
        database.execute(f"PRAGMA {pragma}")
    names = [name for (name,) in database.execute(TABLES)]
    database.set_authorizer(_allowed)
    return [TableSheet(database, name) for name in names]


def _allowed(action: int, _: str | None, name: str | None, *__: str | None) -> int:
    import sqlite3  # noqa: PLC0415

    is_count = action == sqlite3.SQLITE_FUNCTION and name == "count"
    is_reading = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    return sqlite3.SQLITE_OK if is_reading or is_count else sqlite3.SQLITE_DENY


READER = Reader(
    name="sqlite",
    order=-9,
    endings=(".db", ".sqlite", ".sqlite3", ".db3"),
    claims=lambda head, path: head.startswith(MAGIC),  # noqa: ARG005
    read=_read,
)
