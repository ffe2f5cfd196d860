"""The files of a folder or a ZIP that a person wants answered; names in an archive never become paths."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bigmodel.archive import Bounds, Member, is_archive, open_archive
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.services.inference.batch_files import NamedFile
from bigmodel.settings import Settings

TABLES = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".jsonl", ".txt"}
HIDDEN = (".", "__MACOSX")  # what systems leave beside a person's own files


@contextmanager
def given_files(path: Path, settings: Settings) -> Iterator[list[NamedFile]]:
    """Yield the files of a folder or a ZIP, or the one file that was named, in the order of their names.

    Raises:
        DatasetError: `file_missing`, `list_of_files` of a table, or the archive cannot be read; its key says why.
    """
    if not path.exists():
        raise DatasetError("file_missing", name=path.name)
    if path.is_dir():
        found = [file for file in sorted(path.rglob("*")) if file.is_file()]
        files = [NamedFile(file.relative_to(path).as_posix(), file) for file in found]
        yield [file for file in files if not _is_hidden(file.name)]
    elif is_archive(path, is_named=path.suffix.lower() == ".zip"):
        scratch = settings.scratch / f"demo-{new_id()}"
        scratch.mkdir(mode=0o700)
        try:
            yield _unpacked(path, settings, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    elif path.suffix.lower() in TABLES:
        raise DatasetError("list_of_files", name=path.name)
    else:
        yield [NamedFile(path.name, path)]


def _unpacked(path: Path, settings: Settings, scratch: Path) -> list[NamedFile]:
    one_file = settings.max_media_file_mb * 2**20
    bounds = Bounds(settings.max_media_files, settings.max_media_mb * 2**20, one_file)
    with closing(open_archive(path, bounds)) as archive:
        members = sorted(archive.members, key=lambda member: member.name)
        kept = (member for member in members if not _is_hidden(member.name))
        return [_written(member, scratch / str(number)) for number, member in enumerate(kept)]


def _written(member: Member, place: Path) -> NamedFile:
    with place.open("wb") as file:
        file.writelines(member.chunks())
    return NamedFile(member.name, place)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(HIDDEN) for part in name.split("/"))
