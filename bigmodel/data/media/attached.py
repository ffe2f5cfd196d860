"""Reads a ZIP with one table whose cells name pictures or recordings, inside the limited child: a row stays a row, each file is kept once.

A name in the table is looked up among the files of the upload and never opened as a path.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from bigmodel.core.datasets.attached import attach
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.drawings.shapes import shape_files
from bigmodel.data.media.annotations.tables import may_be_table
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import (
    AUDIO,
    IMAGE,
    OTHER_PICTURES,
    PICTURES,
    Item,
    MediaFiles,
    is_media,
    sort_files,
)
from bigmodel.data.media.keep import keep_all
from bigmodel.data.media.listing import LISTING, read_columns
from bigmodel.data.media.naming.lookup import FileNames, listed
from bigmodel.data.tables.source import PLACE
from bigmodel.data.tables.table import Findings, Limits, Target

KIND = "fused"  # the target kind of such rows
TARGETS = re.compile(
    r"label|class|target|category|price|value|rating|score|标签|类别|分类|价格|评分", re.IGNORECASE
)
FEWEST_WORDS, DIFFERENT = (
    3.0,
    0.8,
)  # of cells that are prose: words on average, and the share that differs
ENOUGH = 0.5  # of the filled cells of a column name a file: then it is one of files


@dataclass
class AttachedTable:
    """One upload on its way into a table whose cells name files that are kept beside it."""

    media: Path
    scratch: Path
    target: Target
    leave_out: bool
    findings: Findings = field(default_factory=Findings)

    def read(self, entries: Sequence[Entry]) -> str:
        """Read the table and keep the files that it names; return the name of the table.

        Raises:
            DatasetError: `attached_no_table`, `attached_no_files`, `media_unreadable`, `transcripts_paths`, or as of reading a table.
        """
        files = sort_files(entries, looks_like_media=lambda _entry: "")
        table = self._table(files.others)
        columns = read_columns(table, self.scratch, self.target.limits, self.findings)
        items = _of_any_medium(files)
        by_name = FileNames(items, table)
        of_files = {name: by_name.among(columns[name]) for name in _file_columns(columns, by_name)}
        if not of_files:
            found = listed(list(columns))
            raise DatasetError("attached_no_files", name=table.base, columns_found=found)
        for name, by_column in of_files.items():
            by_column.refuse_outside(columns[name])
            by_column.tell(columns[name], self.findings)
        kept = self._kept(
            [item for name, by in of_files.items() for item in _named(columns[name], by)]
        )
        self._write(columns, of_files, kept)
        self._tell(table, items, list(of_files), kept)
        return table.base

    def _table(self, others: Sequence[Entry]) -> Entry:
        tables = [entry for entry in others if may_be_table(entry) and entry.ending != ".txt"]
        if not tables:
            raise DatasetError("attached_no_table", count=len(others))
        chosen = max(tables, key=lambda entry: (-len(entry.parts), entry.size))
        if unused := [entry.name for entry in tables if entry is not chosen]:
            self.findings.note("tables_unused", count=len(unused), names=listed(unused))
        return chosen

    def _kept(self, items: Sequence[Item]) -> dict[str, str]:
        """Return where each named file is kept, and settle with the person what could not be read."""
        kept: dict[str, str] = {}
        bad: list[tuple[str, DatasetError]] = []
        wanted = list({item.entry.name: item for item in items}.values())
        for medium in (IMAGE, AUDIO):
            mine = [item for item in wanted if medium_of(item.entry) == medium]
            if not mine:
                continue
            for item, result in keep_all(mine, medium, self.media, self.target.progress):
                if isinstance(result, DatasetError):
                    bad.append((item.entry.name, result))
                else:
                    kept[item.entry.name] = result.file
        if bad and not self.leave_out:
            error = DatasetError("media_unreadable", count=len(bad), kept=len(kept))
            error.unreadable = tuple((name, reason.message) for name, reason in bad)
            raise error
        if bad:
            names = listed([name for name, _ in bad], 50)
            self.findings.note("attached_unread", count=len(bad), names=names)
        return kept

    def _write(
        self,
        columns: Mapping[str, Sequence[str]],
        of_files: Mapping[str, FileNames],
        kept: Mapping[str, str],
    ) -> None:
        """Write the rows; a cell without a file says that it lacks one, and which rows those are is told."""
        self.target.start(list(columns))
        lost: dict[str, list[str]] = {name: [] for name in of_files}
        places = pq.read_table(self.scratch / LISTING, columns=[PLACE]).column(0).to_pylist()
        for place, *cells in zip(places, *columns.values(), strict=True):
            row = []
            for name, cell in zip(columns, cells, strict=True):
                written = cell
                if name in of_files:
                    item = of_files[name].find(cell)
                    file = kept.get(item.entry.name, "") if item else ""
                    written = attach(cell, file) if file else ""
                    if cell.strip() and not file:
                        lost[name].append(f"{place}: {cell.strip()}")
                row.append(written)
            self.target.add(row, int(place))
        for name, rows in lost.items():
            if rows:
                self.findings.note(
                    "attached_missing", column=name, count=len(rows), rows=listed(rows, 8)
                )

    def _tell(
        self,
        table: Entry,
        items: Sequence[Item],
        of_files: Sequence[str],
        kept: Mapping[str, str],
    ) -> None:
        note = self.findings.note
        note(
            "attached_read", "info", name=table.base, columns=listed(of_files),
            files=len(kept), rows=self.target.rows,
        )  # fmt: skip
        if silent := sorted(item.entry.name for item in items if item.entry.name not in kept):
            note("attached_unnamed", count=len(silent), names=listed(silent))


def are_whole_rows(entries: Sequence[Entry], scratch: Path, limits: Limits) -> bool:
    """Tell whether a table among files describes rows of several media, rather than saying what each file is.

    Two of its columns name files, or one names pictures and another tells something in prose beside what is to be learned.
    """
    found = [entry for entry in entries if may_be_table(entry) and entry.ending != ".txt"]
    if len(found) != 1:
        return False
    try:
        files = sort_files(entries, looks_like_media=lambda _entry: "")
        if any(shape_files(found)):  # drawn, and no table
            return False
        columns = read_columns(found[0], scratch, limits, Findings())
    except DatasetError:  # whoever reads it says why
        return False
    by_name = FileNames(_of_any_medium(files), found[0])
    of_files = _file_columns(columns, by_name)
    others = {name: cells for name, cells in columns.items() if name not in of_files}
    is_learned = [name for name in others if TARGETS.fullmatch(name.strip())]
    if len(of_files) > 1:
        return bool(others)
    prose = [name for name, cells in others.items() if name not in is_learned and _is_prose(cells)]
    return bool(of_files and files.medium == IMAGE and is_learned and prose)


def _of_any_medium(files: MediaFiles) -> list[Item]:
    """Return all pictures and recordings of an upload, however many there are of each."""
    return [*files.items, *(Item(entry) for entry in files.others if is_media(entry))]


def _is_prose(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    words = sum(
        len(cell.split()) + sum("\u4e00" <= c <= "\u9fff" for c in cell) / 2 for cell in filled
    )
    return words >= FEWEST_WORDS * len(filled) > 0 and len(set(filled)) >= DIFFERENT * len(filled)


def medium_of(entry: Entry) -> str:
    """Return whether a file is a picture or a recording, by its name."""
    return IMAGE if entry.ending in PICTURES | OTHER_PICTURES else AUDIO


def _names_files(cells: Sequence[str], by_name: FileNames) -> bool:
    return by_name.share([cell for cell in cells if cell.strip()]) > ENOUGH


def _file_columns(columns: Mapping[str, Sequence[str]], by_name: FileNames) -> list[str]:
    """Return the columns that name files; bare numbers only do where no column has names."""
    found = [name for name, cells in columns.items() if _names_files(cells, by_name)]
    worded = [
        n for n in found if not all(cell.strip().isdigit() for cell in columns[n] if cell.strip())
    ]
    return worded or found


def _named(cells: Sequence[str], by_name: FileNames) -> list[Item]:
    found = (by_name.find(cell) for cell in cells)
    return [item for item in found if item is not None]
