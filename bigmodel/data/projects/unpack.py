"""The short-lived child that unpacks and judges a project (`python -m bigmodel.data.projects.unpack REQUEST`).

The request is a JSON file: path, folder, report, limits, and the columns of each task's answers. It writes below that folder only, under names
that `layout` knows, and is never given secrets or the database.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bigmodel.archive import Bounds, Member, is_archive, open_archive, shown_name
from bigmodel.core.errors import DatasetError
from bigmodel.data.projects import layout
from bigmodel.data.projects.record import Head, Part
from bigmodel.data.sandbox.limits import report_of, serve

MOST_HEAD_BYTES = 64 * 2**20
MOST_RECORD_BYTES = 64 * 2**20  # of each file of records that is held in memory
HELD = (layout.DATASETS, layout.JOBS, layout.BASES)
MB = 2**20


def main(request_path: str) -> int:
    """Answer the request below limits; return the exit code."""
    return serve(request_path, answer, file_limit="max_project_mb")


def answer(request: dict[str, Any]) -> int:
    """Unpack the project of a request and write its report; return the exit code."""
    return report_of(request, unpack)


def unpack(request: dict[str, Any]) -> dict[str, Any]:
    """Unpack a project into its folder; return what it says of itself.

    Raises:
        DatasetError: it is none, is newer, or is not what it says.
    """
    # pyarrow is imported below the limits, so that they hold for it too.
    from bigmodel.data.projects import judge  # noqa: PLC0415

    limits, folder = request["limits"], Path(request["folder"])
    total = limits["max_project_mb"] * MB
    bounds = Bounds(limits["max_project_files"], total, total)
    if not is_archive(Path(request["path"]), is_named=False):
        raise DatasetError("project_none")
    with closing(open_archive(Path(request["path"]), bounds)) as archive:
        members = {member.name: member for member in archive.members}
        if len(members) < len(archive.members):
            raise DatasetError("archive_overlaps")
        head = _head(members.get(layout.HEAD))
        parts = _parts(head, members)
        _unpack_all(members, parts, folder)
    text_bytes = limits["max_text_mb"] * MB
    rows = judge.Bounds(
        limits["max_rows"], limits["max_columns"], limits["max_field_characters"], text_bytes
    )
    answers = {task: judge.Columns(**columns) for task, columns in request["answers"].items()}
    judge.Judge(folder, parts, rows, answers).run()
    return {"app": head.app, "created": head.created.isoformat(), "parts": len(parts)}


def _head(member: Member | None) -> Head:
    """Return what the project says of itself.

    Raises:
        DatasetError: `project_none`, `project_newer` or `project_records`.
    """
    if member is None:
        raise DatasetError("project_none")
    if member.size > MOST_HEAD_BYTES:
        raise DatasetError("project_records")
    try:
        said = json.loads(b"".join(member.chunks()))
        number = said.get("v") if isinstance(said, dict) else None
        if isinstance(number, int) and number > layout.VERSION:
            raise DatasetError("project_newer", found=number, known=layout.VERSION)
        return Head.model_validate(said)
    except (ValidationError, ValueError, RecursionError) as error:
        raise DatasetError("project_records") from error


def _parts(head: Head, members: dict[str, Member]) -> dict[str, Part]:
    """Return the files of a project by name; all of them are there, of a known kind, and nothing else is."""
    parts = {part.name: part for part in head.parts}
    for name in sorted({*members, *parts} - {layout.HEAD}):
        if layout.place_of(name) is None or name not in parts:
            raise DatasetError("project_strange", name=shown_name(name))
        if name in HELD and parts[name].size > MOST_RECORD_BYTES:
            raise DatasetError("project_records")
        if name not in members or members[name].size != parts[name].size:
            raise DatasetError("project_file", name=shown_name(name))
    if len(parts) < len(head.parts) or not parts.keys() >= set(layout.RECORDS):
        raise DatasetError("project_records")
    return parts


def _unpack_all(members: dict[str, Member], parts: dict[str, Part], folder: Path) -> None:
    total = sum(part.size for part in parts.values()) or 1
    done = 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        sys.stdout.write(f"{0.9 * done / total:.3f}\n")
        sys.stdout.flush()

    for name, part in parts.items():
        place = folder / name  # the name is one that `layout` knows: ids, numbers, digests
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _write(members[name], place, tell) != part.sha256:
            raise DatasetError("project_file", name=shown_name(name))


def _write(member: Member, place: Path, tell: Callable[[int], None]) -> str:
    """Write a file to its place and return its digest."""
    digest = hashlib.sha256()
    try:
        with place.open("xb") as file:
            for chunk in member.chunks():
                digest.update(chunk)
                file.write(chunk)
                tell(len(chunk))
    except DatasetError as error:
        if error.key == "media_damaged":
            raise DatasetError("project_file", name=shown_name(member.name)) from error
        raise
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
