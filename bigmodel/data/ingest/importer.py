"""The parent's half of reading an upload: starts the limited child, watches it, and turns its end into a sentence."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.dataset import Form
from bigmodel.core.datasets.name_class import NameClass
from bigmodel.core.datasets.workbook_preview import WorkbookPreview
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.message import Message
from bigmodel.data.media.entry import Given
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.sandbox.limits import EXIT_REFUSED
from bigmodel.data.tables.source import ORIGINAL, Source
from bigmodel.settings import Settings

READER = "bigmodel.data.ingest.reader"
MEDIA = "media"  # folder of pictures or recordings beside the table
# answers about pictures and recordings
OF_MEDIA = ("leave_out", "level", "file", "text", "kind", "unsorted", "name_part", "is_repeated")
OF_TABLES = ("sheet", "header_row", "kind")  # about tables
FILES = "files.json"  # index of files that lie on this machine
WORKBOOKS = (".xlsx", ".xlsm")


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
    medium: str = "text"
    form: str = Form.TABLE
    level: int = 0
    name_part: str = ""
    kind: str = ""  # target kind of pictures or recordings, where their form does not tell
    look: WorkbookPreview | None = None  # of a workbook
    names_line: int = 0  # line of a text file that names the columns; 0 where none does

    @property
    def sheet(self) -> str:
        """The sheet of a workbook that was read."""
        return self.look.sheet if self.look else ""

    @property
    def header_row(self) -> int:
        """The row of a workbook that names the columns (`NO_HEADER`: none does), 0 of other tables."""
        return self.look.header_row if self.look else 0

    @property
    def media_folder(self) -> Path:
        """Where the pictures or recordings lie that the table names."""
        return self.table_path.parent / MEDIA

    @property
    def is_media(self) -> bool:
        return self.medium != "text"

    @property
    def brings_files(self) -> bool:
        """Whether files came along, as rows or in cells of rows."""
        return self.media_folder.is_dir()

    def source(self, origin: str = "", *, upload: str = "") -> Source:
        """Return its rows as a source of a version; `upload` is its place among the recipe's uploads."""
        return Source(self.table_path, ORIGINAL, origin=origin, upload=upload)

    def discard(self) -> None:
        """Remove the table from the scratch folder."""
        shutil.rmtree(self.table_path.parent, ignore_errors=True)


@dataclass(frozen=True)
class Answers:
    """What a person answered to a refusal: files to leave out, the folder level of the classes or their place in names, the columns.

    Of a workbook: the sheet, and the row that names its columns (0: guess, `NO_HEADER`: none does).
    `kind` is the target kind that is wanted, where somebody chose a task. From `unsorted` files on,
    pictures and recordings may come without any class, to be sorted by hand (0: they may not).
    `is_repeated`: these are the answers to an earlier upload; of this one class folders say more than names.
    `whole_rows`: cells of a table name the files, and a row stays a row.
    """

    leave_out: bool = False
    level: int = 0
    file: str = ""
    text: str = ""
    sheet: str = ""
    header_row: int = 0
    kind: str = ""
    unsorted: int = 0
    name_part: str = ""
    is_repeated: bool = False
    whole_rows: bool = False


def read_upload(
    path: Path,
    settings: Settings,
    progress: OnShare | None = None,
    *,
    name: str = "",
    answers: Answers = Answers(),
) -> Upload:
    """Read a file in a child process within the limits of the settings. Call `discard` on what comes back.

    Raises:
        DatasetError: the file cannot be used; its problems say why.
    """
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    may_be_media = _may_be_archive(path, name or path.name)
    limit = settings.max_media_mb if may_be_media else settings.max_upload_mb
    if path.stat().st_size > limit * 2**20:
        raise DatasetError("file_big", mb=path.stat().st_size // 2**20, limit=limit)
    what = {"path": str(path.resolve()), "name": name or path.name, "files": ""}
    return _read(what, settings, progress, answers, is_media=may_be_media)


def look_at(
    path: Path, settings: Settings, *, name: str, answers: Answers
) -> WorkbookPreview | None:
    """Look at a workbook in a child process without copying its rows; return nothing of other tables.

    Raises:
        DatasetError: as of `read_upload`.
    """
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    folder = settings.scratch / f"look-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    seconds = settings.reader_s
    try:
        what = {"path": str(path.resolve()), "name": name, "files": ""}
        request = _request(what, folder, settings, answers, seconds, only_looks=True)
        code = run_limited(READER, request, None, seconds=seconds, memory_mb=settings.reader_mb)
        return _outcome(code, folder, settings, seconds).look
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_text(path: Path, settings: Settings, *, name: str) -> str:
    """Read a text file in a child process, in any encoding that can be told; what is longer than a cell may be is cut.

    Raises:
        DatasetError: it is no text, or as of `read_upload`.
    """
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    if path.stat().st_size > settings.max_upload_mb * 2**20:
        mb = path.stat().st_size // 2**20
        raise DatasetError("file_big", mb=mb, limit=settings.max_upload_mb)
    what = {"path": str(path.resolve()), "name": name, "files": ""}
    upload = _read(what, settings, None, Answers(), is_media=False, only_text=True)
    try:
        [text] = pq.read_table(upload.table_path, columns=[f"{ORIGINAL}text"]).column(0).to_pylist()
        return text or ""
    finally:
        upload.discard()


def read_files(
    files: Sequence[Given],
    settings: Settings,
    progress: OnShare | None = None,
    *,
    answers: Answers = Answers(),
) -> Upload:
    """Read pictures or recordings that lie on this machine, as `read_upload` reads an archive of them."""
    if not files:
        raise DatasetError("archive_empty")
    what = {"path": "", "name": "", "files": FILES}
    return _read(what, settings, progress, answers, is_media=True, files=files)


def _read(
    what: dict[str, str],
    settings: Settings,
    progress: OnShare | None,
    answers: Answers,
    *,
    is_media: bool,
    files: Sequence[Given] = (),
    only_text: bool = False,
) -> Upload:
    seconds = settings.media_s if is_media else settings.reader_s
    folder = settings.scratch / f"read-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        if files:
            listed = [
                {"name": file.name, "place": str(file.place), "text": file.text} for file in files
            ]
            (folder / FILES).write_text(json.dumps(listed), "utf-8")
            what["files"] = str(folder / FILES)
        request = _request(what, folder, settings, answers, seconds, only_text=only_text)
        code = run_limited(READER, request, progress, seconds=seconds, memory_mb=settings.reader_mb)
        return _outcome(code, folder, settings, seconds)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _may_be_archive(path: Path, name: str) -> bool:
    """Tell by the name and two bytes whether the larger limits of archives hold; the child looks properly."""
    ending = Path(name).suffix.lower()
    with path.open("rb") as file:
        is_packed = file.read(2) == b"PK"
    return ending == ".zip" or (is_packed and ending not in WORKBOOKS)


def _request(
    what: dict[str, str],
    folder: Path,
    settings: Settings,
    answers: Answers,
    seconds: float,
    *,
    only_looks: bool = False,
    only_text: bool = False,
) -> Path:
    request = what | {
        "table": str(folder / "table.parquet"),
        "media": str(folder / MEDIA),
        "report": str(folder / "report.json"),
        "wishes": {name: getattr(answers, name) for name in OF_MEDIA},
        "asked": {name: getattr(answers, name) for name in OF_TABLES},
        "only_looks": only_looks,
        "only_text": only_text,
        "whole_rows": answers.whole_rows,
        "limits": {
            "memory_mb": settings.reader_mb,
            "seconds": seconds,
            "threads": os.cpu_count() or 1,
            "max_rows": settings.max_rows,
            "max_columns": settings.max_columns,
            "max_field_characters": settings.max_field_characters,
            "max_text_mb": settings.max_upload_mb,
            "max_media_mb": settings.max_media_mb,
            "max_media_files": settings.max_media_files,
            "max_media_file_mb": settings.max_media_file_mb,
        },
    }
    place = folder / "request.json"
    place.write_text(json.dumps(request), "utf-8")
    return place


def _outcome(code: int, folder: Path, settings: Settings, seconds: float) -> Upload:
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
            medium=found.get("medium", "text"),
            form=found.get("form", Form.TABLE),
            level=found.get("level", 0),
            name_part=found.get("name_part", ""),
            kind=found.get("kind", ""),
            look=_look_of(found),
            names_line=found.get("names_line", 0),
        )
    if code == EXIT_REFUSED:
        raise _refusal(json.loads(report.read_text("utf-8")))
    raise end_of(code, seconds=seconds, memory_mb=settings.reader_mb)


def _refusal(refused: Mapping[str, Any]) -> DatasetError:
    problems = [Message.from_json(item) for item in refused["problems"]]
    error = DatasetError(refused["key"], problems, **refused["args"])
    error.columns = tuple(refused["columns"])
    error.levels = {int(level): tuple(names) for level, names in refused["levels"].items()}
    error.unreadable = tuple(
        (name, Message.from_json(reason)) for name, reason in refused["unreadable"]
    )
    error.names = tuple(
        NameClass(each["place"], each["example"], each["word"], tuple(map(tuple, each["counts"])))
        for each in refused["names"]
    )
    error.look = _look_of(refused)
    return error


def _look_of(report: Mapping[str, Any]) -> WorkbookPreview | None:
    return WorkbookPreview.from_json(report["look"]) if report.get("look") else None
