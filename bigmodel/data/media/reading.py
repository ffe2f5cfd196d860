"""Reads an upload of pictures or recordings inside the limited child: files checked and kept, one row for each.

It must never leave out a file that it could not read unless the person agreed to that.
"""

import errno
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.archive import Bounds
from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Level
from bigmodel.data.media import audio, images
from bigmodel.data.media.annotations import Annotated, annotate
from bigmodel.data.media.archive import archive_entries, file_entries
from bigmodel.data.media.entry import Entry, Given
from bigmodel.data.media.files import (
    AUDIO,
    IMAGE,
    Item,
    MediaFiles,
    is_media,
    repeated_names,
    sort_files,
)
from bigmodel.data.media.keep import ODD, Kept, keep_all
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.tables.table import Findings, Limits

OF_FORM: Mapping[str, str] = {
    Form.BOXES: "boxes",
    Form.PICTURES: "clear",
    Form.TRANSCRIPTS: "text",
    Form.PAIRED: "clean",
}  # columns of what is said of files
BAD = "unread_"  # notes of files that could not be read, by reason
HEAD_BYTES = 64
ODD_SHARE = 0.1
MOST_NAMED = 2_000  # unreadable files whose names travel to the page
# What one file takes once it is stored, at most: pictures are made smaller, sounds are resampled.
STORED_PICTURE_BYTES = 250_000
EXACT_PICTURE_BYTES = 2_500_000
SPARE_BYTES = 256 * 2**20


@dataclass(frozen=True)
class ReadOptions:
    """What the person answered, as of `Answers`."""

    leave_out: bool = False
    level: int = 0
    file: str = ""
    text: str = ""
    kind: str = ""
    unsorted: int = 0
    name_part: str = ""
    is_repeated: bool = False


@dataclass
class MediaUpload:
    """One upload on its way into a table; `folder` gets the files, `scratch` what is deleted at the end."""

    folder: Path
    table: Path
    scratch: Path
    limits: Limits
    bounds: Bounds
    wishes: ReadOptions
    progress: Callable[[float], None]
    findings: Findings = field(default_factory=Findings)

    def read_archive(self, path: Path) -> dict[str, Any]:
        """Read a ZIP and return the report."""
        with archive_entries(path, self.bounds, self.scratch) as (entries, prefix):
            if prefix:
                self.findings.note("archive_prefix", bytes=prefix)
            return self._read(entries, "zip")

    def read_files(self, files: Sequence[Given]) -> dict[str, Any]:
        """Read files that lie on this machine and return the report."""
        with file_entries(files, self.bounds, self.scratch) as entries:
            return self._read(entries, "folder")

    def _read(self, entries: Sequence[Entry], name: str) -> dict[str, Any]:
        files = sort_files(entries, looks_like_media=_looks_like_media)
        found = self._annotated(files)
        self._tell_files(files, found)
        self._check_disk(files, found)
        rows = self._placed(found, self._kept(found, files.medium))
        self._write(files.medium, found, rows)
        return {
            "format": name,
            "encoding": "",
            "delimiter": "",
            "columns": list(_columns(files.medium, found.form)),
            "rows": len(rows),
            "problems": [problem.to_json() for problem in self.findings.all()],
            "medium": files.medium,
            "form": found.form,
            "level": found.level,
            "name_part": found.name_part,
            "kind": found.kind,
        }

    def _annotated(self, files: MediaFiles) -> Annotated:
        """Return the files with what is typed for them, else with what the upload says of them."""
        if any(item.entry.text for item in files.items):
            items = tuple(replace(item, label=item.entry.text) for item in files.items)
            form = Form.FOLDERS if files.medium == IMAGE else Form.TRANSCRIPTS
            return Annotated(form, items)
        wishes = self.wishes
        context = Context(
            self.scratch,
            self.limits,
            self.findings,
            wishes.file,
            wishes.text,
            wishes.level,
            wishes.kind,
            wishes.unsorted,
            wishes.name_part,
            wishes.is_repeated,
        )
        return annotate(files, context)

    def _tell_files(self, files: MediaFiles, found: Annotated) -> None:
        sources = set(found.sources)
        unused = [entry for entry in files.others if entry.name not in sources]
        media = [entry.name for entry in unused if is_media(entry)]
        if media:
            self.findings.note(f"beside_{files.medium}", count=len(media), names=listed(media, 8))
        others = [entry.name for entry in unused if not is_media(entry)]
        if others:
            names = listed(others, 8)
            self.findings.note("others", level="info", count=len(others), names=names)
        if repeated := repeated_names(files.items):
            self.findings.note("names_twice", count=len(repeated), names=listed(repeated))

    def _check_disk(self, files: MediaFiles, found: Annotated) -> None:
        """Refuse early what would fill the disk."""
        sizes = [item.entry.size for item in files.items]
        need = need_bytes(sizes, files.medium, is_exact=_is_exact(found))
        free = shutil.disk_usage(self.scratch).free
        if free < need:
            raise DatasetError("disk_short_for_files", need=need // 2**20, free=free // 2**20)

    # keeping ----------------------------------------------------------------------------------

    def _kept(self, found: Annotated, medium: str) -> list[tuple[Item, Kept]]:
        """Keep every file, and settle with the person what could not be read."""
        items, is_exact = found.items, _is_exact(found)
        rows: list[tuple[Item, Kept]] = []
        bad: list[tuple[str, DatasetError]] = []
        remarks: dict[str, list[str]] = {}
        try:
            kept = keep_all(items, medium, self.folder, self.progress, is_exact=is_exact)
            for item, result in kept:
                if isinstance(result, DatasetError):
                    bad.append((item.entry.name, result))
                    continue
                rows.append((item, result))
                for remark in result.remarks:
                    remarks.setdefault(remark, []).append(item.entry.name)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            free = shutil.disk_usage(self.scratch).free
            raise DatasetError(
                "disk_short_for_files", need=SPARE_BYTES // 2**20, free=free // 2**20
            ) from error
        if len(remarks.get(ODD, ())) > ODD_SHARE * len(rows):
            del remarks[ODD]
        for key, names in remarks.items():
            level: Level = "info" if key == "metadata_removed" else "warning"
            self.findings.note(key, level, count=len(names), names=listed(names))
        self._settle(bad, len(rows))
        return rows

    def _placed(self, found: Annotated, rows: list[tuple[Item, Kept]]) -> list[tuple[Item, Kept]]:
        """Return files with labels that suit them as they are kept."""
        if found.joiner is not None:
            return found.joiner(rows, self.findings)
        if (place := found.placer) is None:
            return rows
        placed = [(replace(i, label=place(i.label, kept.transform)), kept) for i, kept in rows]
        place.tell(self.findings, found.source)
        return placed

    def _settle(self, bad: Sequence[tuple[str, DatasetError]], kept: int) -> None:
        by_reason: dict[str, list[tuple[str, DatasetError]]] = {}
        for name, error in bad:
            by_reason.setdefault(error.key, []).append((name, error))
        for reason, found in by_reason.items():
            args = found[0][1].args_of_words
            names = listed([name for name, _ in found], 50)
            self.findings.note(f"{BAD}{reason}", "warning", **args, count=len(found), names=names)
        if not kept:
            raise DatasetError("media_all_unreadable", count=len(bad))
        if bad and not self.wishes.leave_out:
            error = DatasetError("media_unreadable", count=len(bad), kept=kept)
            error.unreadable = tuple((name, reason.message) for name, reason in bad[:MOST_NAMED])
            raise error

    def _write(self, medium: str, annotated: Annotated, rows: Sequence[tuple[Item, Kept]]) -> None:
        kept = {
            "input": [found.file for _, found in rows],
            "content_hash": [found.digest for _, found in rows],
            "name": [item.entry.base for item, _ in rows],
            "given": [str(item.split) for item, _ in rows],
            "envelope": [found.envelope for _, found in rows],
            "transform": [found.transform for _, found in rows],
        }
        own: Mapping[str, list[str]] = {
            "file": [item.entry.name for item, _ in rows],
            "class": [item.label for item, _ in rows],
            "text": [item.label for item, _ in rows],
            "boxes": [item.label for item, _ in rows],
            "clear": [item.label for item, _ in rows],
            "clean": [item.label for item, _ in rows],
            "width": [str(found.width) for _, found in rows],
            "height": [str(found.height) for _, found in rows],
            "seconds": [f"{found.seconds:.3f}" for _, found in rows],
        }
        original = {f"{ORIGINAL}{name}": own[name] for name in _columns(medium, annotated.form)}
        columns = {
            name: pa.array(values, pa.string()) for name, values in (kept | original).items()
        }
        pq.write_table(pa.table(columns), self.table, compression="zstd")


def need_bytes(sizes: Sequence[int], medium: str, *, is_exact: bool = False) -> int:
    """Return how much disk files of these sizes take at most once they are stored."""
    if medium == IMAGE:
        most, times = (EXACT_PICTURE_BYTES, 10) if is_exact else (STORED_PICTURE_BYTES, 2)
        sizes = [min(times * size, most) for size in sizes]
    return sum(sizes) + SPARE_BYTES


def _columns(medium: str, form: str) -> tuple[str, ...]:
    """Return the original columns of this kind of upload."""
    sizes = ("width", "height") if medium == IMAGE else ("seconds",)
    return ("file", OF_FORM.get(form, "class"), *sizes)


def _is_exact(found: Annotated) -> bool:
    return found.form == Form.PICTURES


def _looks_like_media(entry: Entry) -> str:
    try:
        with entry.open() as file:
            head = file.read(HEAD_BYTES)
    except DatasetError:
        return ""
    return IMAGE if images.is_picture(head) else AUDIO if audio.is_sound(head) else ""
