"""The short-lived child that reads one upload (`python -m bigmodel.data.ingest.reader REQUEST`); only a report leaves it.

The request is a JSON file: path or files, name, table (the Parquet file to write), media (the folder
for pictures and recordings), report, limits, `wishes` about media, `asked` of a workbook, and
`only_looks` where nothing is to be copied. The report is JSON as well: either what was found, or
`problems`. It must never be given secrets or the database.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.sandbox.limits import report_of, serve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bigmodel.archive import Bounds
    from bigmodel.data.media.entry import Entry, Given
    from bigmodel.data.media.reading import MediaUpload
    from bigmodel.data.tables.table import Findings, Target


def main(request_path: str) -> int:
    """Answer the request below limits; return the exit code."""
    return serve(request_path, answer, file_limit="max_text_mb")


def answer(request: dict[str, Any]) -> int:
    """Read the upload that a request names and write its report; return the exit code."""
    return report_of(request, _read, _refusal)


def _refusal(error: DatasetError) -> dict[str, Any]:
    return {
        "key": error.key,
        "args": error.args_of_words,
        "problems": [problem.to_json() for problem in error.problems],
        "columns": list(error.columns),
        "levels": {str(level): list(names) for level, names in error.levels.items()},
        "unreadable": [[name, reason.to_json()] for name, reason in error.unreadable],
        "names": [asdict(each) for each in error.names],
        "look": error.look.to_json() if error.look else None,
    }


def _read(request: dict[str, Any]) -> dict[str, Any]:
    # pyarrow is imported below the limits, so that they hold for it too.
    from bigmodel.data.tables.table import Findings  # noqa: PLC0415

    findings = Findings()
    if request["only_text"]:
        return _document(request, findings)
    try:
        if (attached := _attached(request, findings)) is not None:
            return attached
        if request["files"]:
            files = _files(Path(request["files"]))
            return _loose(request, findings, files) or _media(request, findings).read_files(files)
        if _is_archive(path := Path(request["path"]), request["name"]):
            packed = _packed(request, findings, path)
            return packed or _media(request, findings).read_archive(path)
        return _read_table(request, findings)
    except DatasetError as error:
        found = [message for message in findings.all() if message.level != "info"]
        error.problems = (*error.problems, *found)
        raise


def _document(request: dict[str, Any], findings: "Findings") -> dict[str, Any]:
    """Read a text file as the one row of a table."""
    from bigmodel.data.ingest.texts import TextFile, read_texts  # noqa: PLC0415
    from bigmodel.data.media.entry import Given, given_entries  # noqa: PLC0415
    from bigmodel.data.tables.sniff import require_text  # noqa: PLC0415

    path, name = Path(request["path"]), request["name"]
    require_text(path, name)
    target = _target(request, findings)
    [entry] = given_entries([Given(name, path, "")], limit=1)
    read_texts([TextFile(entry, name)], target, Path(request["report"]).parent)
    target.close()
    return _table_report(target, "texts", findings)


def _is_archive(path: Path, name: str) -> bool:
    from bigmodel.archive import is_archive  # noqa: PLC0415
    from bigmodel.data.tables.sniff import (  # noqa: PLC0415
        NAMED_WORKBOOKS,
        is_workbook,
        office_kind,
    )

    ending = Path(name).suffix.lower()
    is_named = ending == ".zip"
    if ending in NAMED_WORKBOOKS or not is_archive(path, is_named=is_named):
        return False
    return is_named or not (is_workbook(path) or office_kind(path, ending))


def _files(index: Path) -> "list[Given]":
    from bigmodel.data.media.entry import Given  # noqa: PLC0415

    listed = json.loads(index.read_text("utf-8"))
    return [Given(file["name"], Path(file["place"]), file["text"]) for file in listed]


def _media(request: dict[str, Any], findings: "Findings") -> "MediaUpload":
    from bigmodel.data.media.reading import MediaUpload, ReadOptions  # noqa: PLC0415
    from bigmodel.data.tables.table import limits_from  # noqa: PLC0415

    limits = request["limits"]
    scratch = Path(request["report"]).parent
    return MediaUpload(
        folder=Path(request["media"]),
        table=Path(request["table"]),
        scratch=scratch,
        limits=limits_from(limits),
        bounds=_bounds(limits),
        wishes=ReadOptions(**request["wishes"]),
        progress=_progress,
        findings=findings,
    )


def _attached(request: dict[str, Any], findings: "Findings") -> dict[str, Any] | None:
    """Read a table together with the files that its cells name or hold; None where files are rows of their own."""
    from bigmodel.data.ingest.held import ENDINGS  # noqa: PLC0415
    from bigmodel.data.media.archive import archive_entries, file_entries  # noqa: PLC0415
    from bigmodel.data.media.entry import Given  # noqa: PLC0415

    scratch, bounds = Path(request["report"]).parent, _bounds(request["limits"])
    if request["files"]:
        with file_entries(_files(Path(request["files"])), bounds, scratch) as given:
            return _rows_with_files(given, request, findings)
    path, name = Path(request["path"]), request["name"]
    if name.lower().endswith(ENDINGS):
        with file_entries([Given(name, path)], bounds, scratch) as given:
            return _from_cells(given, request, findings)
    if not _is_archive(path, name):
        return None
    with archive_entries(path, bounds, scratch) as (entries, _prefix):
        return _rows_with_files(entries, request, findings)


def _rows_with_files(
    entries: "Sequence[Entry]", request: dict[str, Any], findings: "Findings"
) -> dict[str, Any] | None:
    from bigmodel.data.media.attached import KIND, AttachedTable, are_whole_rows  # noqa: PLC0415

    if (found := _from_cells(entries, request, findings)) is not None:
        return found
    target, scratch = _target(request, findings), Path(request["report"]).parent
    wishes = request["wishes"]
    told = ("level", "file", "text", "kind", "name_part")  # somebody said what files are
    is_open = not any(wishes[name] for name in told) and not any(each.text for each in entries)
    if not request["whole_rows"] and not (
        is_open and are_whole_rows(entries, scratch, target.limits)
    ):
        return None
    media = Path(request["media"])
    AttachedTable(media, scratch, target, wishes["leave_out"], findings).read(entries)
    target.close()
    return _table_report(target, "zip", findings) | {"kind": KIND}


def _from_cells(
    entries: "Sequence[Entry]", request: dict[str, Any], findings: "Findings"
) -> dict[str, Any] | None:
    """Read the pictures or recordings that tables hold in their cells, None where they hold none."""
    from bigmodel.data.ingest.held import unpack_held  # noqa: PLC0415

    held = unpack_held(entries, _bounds(request["limits"]), Path(request["report"]).parent)
    return _media(request, findings).read_files(held) if held else None


def _packed(request: dict[str, Any], findings: "Findings", path: Path) -> dict[str, Any] | None:
    """Read the tables or texts of an archive; None where it holds something else."""
    from bigmodel.data.media.archive import archive_entries  # noqa: PLC0415

    bounds, scratch = _bounds(request["limits"]), Path(request["report"]).parent
    with archive_entries(path, bounds, scratch) as (entries, _):
        return _bundle(request, findings, entries)


def _loose(
    request: dict[str, Any], findings: "Findings", files: "list[Given]"
) -> dict[str, Any] | None:
    """Read the tables or texts among files of this machine; None where they are something else."""
    from bigmodel.data.media.archive import file_entries  # noqa: PLC0415

    bounds, scratch = _bounds(request["limits"]), Path(request["report"]).parent
    with file_entries(files, bounds, scratch) as entries:
        return _bundle(request, findings, entries)


def _bundle(
    request: dict[str, Any], findings: "Findings", entries: "Sequence[Entry]"
) -> dict[str, Any] | None:
    from bigmodel.data.ingest.bundle import read_bundle  # noqa: PLC0415
    from bigmodel.data.tables.pairs.dialogues import put_together  # noqa: PLC0415
    from bigmodel.data.tables.pairs.files import read_parallel  # noqa: PLC0415
    from bigmodel.data.tables.shapes.tagged import mark_words  # noqa: PLC0415

    target = _target(request, findings)
    level, scratch = request["wishes"]["level"], Path(request["report"]).parent
    if read_parallel(entries, target, scratch):
        target.close()
        return _table_report(target, "parallel", findings)
    found = read_bundle(entries, target, scratch, level=level)
    if found is None:
        return None
    if not target.only_looks:
        target.close()
        put_together(target)
        mark_words(target)
    return _table_report(target, found[0], findings) | {"level": found[1]}


def _bounds(limits: dict[str, int]) -> "Bounds":
    from bigmodel.archive import Bounds  # noqa: PLC0415

    total = limits["max_media_mb"] * 2**20
    return Bounds(limits["max_media_files"], total, limits["max_media_file_mb"] * 2**20)


def _target(request: dict[str, Any], findings: "Findings") -> "Target":
    from bigmodel.data.tables.table import ReadRequest, Target, limits_from  # noqa: PLC0415

    return Target(
        Path(request["table"]),
        limits_from(request["limits"]),
        findings,
        _progress,
        asked=ReadRequest(**request["asked"]),
        only_looks=request["only_looks"],
    )


def _read_table(request: dict[str, Any], findings: "Findings") -> dict[str, Any]:
    from bigmodel.data.tables.pairs.dialogues import put_together  # noqa: PLC0415
    from bigmodel.data.tables.shapes.columned import part_by_class  # noqa: PLC0415
    from bigmodel.data.tables.shapes.tagged import mark_words  # noqa: PLC0415

    target = _target(request, findings)
    try:
        form = _fill(target, request)
        if not target.only_looks:
            target.close()
            put_together(target)
            part_by_class(target)
            mark_words(target)
    except DatasetError as error:
        error.look = target.look
        raise
    return _table_report(target, form, findings)


def _table_report(target: "Target", form: str, findings: "Findings") -> dict[str, Any]:
    return {
        "format": form,
        "encoding": target.encoding,
        "delimiter": target.delimiter,
        "columns": list(target.columns),
        "rows": target.rows,
        "names_line": target.names_line,
        "problems": [problem.to_json() for problem in findings.all()],
        "look": target.look.to_json() if target.look else None,
    }


def _fill(target: "Target", request: dict[str, Any]) -> str:
    """Read a table, packed by itself or not, into the target; return its format."""
    from bigmodel.data.ingest.joined import OWN  # noqa: PLC0415
    from bigmodel.data.ingest.unpacked import unpacked  # noqa: PLC0415
    from bigmodel.data.tables.readers import find_readers  # noqa: PLC0415
    from bigmodel.data.tables.sniff import WPS, choose_reader  # noqa: PLC0415

    path, name = Path(request["path"]), request["name"]
    packed = unpacked(path, name, target, Path(request["report"]).parent)
    path, name = packed or (path, name)
    reader = choose_reader(path, name, find_readers(), target.findings, target.asked.kind)
    try:
        reader.read(path, target)
    except DatasetError as error:
        if error.key == "workbook_broken" and name.lower().endswith(WPS):
            raise DatasetError("workbook_et") from error
        raise
    return "tables" if packed and reader.name in OWN else reader.name


def _progress(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
