"""Rows of pictures and recordings whose files went through steps of cleaning: each keeps the name of the file that came.

Files are opened in a limited child alone. A recording that is cut becomes several rows, which stay in one part.
"""

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.checkup import FileChange, Finding, Repair, RepairPreview
from bigmodel.core.datasets.dataset import Form, Recipe, Version
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.task import Medium
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.sound_steps import PIECES
from bigmodel.data.tables.source import CAME, ORIGINAL, TEST, Source
from bigmodel.data.versions.revise import written
from bigmodel.data.versions.versions import ITEMS, media_folder
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

CHILD = "bigmodel.data.media.cleaning.child"
REPORT = "cleaned.json"
PREVIEWED, SHOWN_FILES, SHOWN_PIECES = 60, 4, 3
FITTING_FORMS = {
    Medium.IMAGE: (Form.FOLDERS, Form.FILES),  # boxes and pairs lie by their pixels
    Medium.AUDIO: (Form.FOLDERS, Form.FILES, Form.TRANSCRIPTS),  # pairs go by the same clock
}
MEASURES = {
    "width": "width",
    "height": "height",
    "seconds": "seconds",
}  # column: what is kept of a file

Files = Mapping[str, Sequence[Mapping[str, Any]]]  # file as it came: what it became, as `Kept` says


def require_fitting(recipe: Recipe, steps: Sequence[str]) -> None:
    """Refuse steps that would move files away from what is said of them.

    Raises:
        DatasetError: `clean_bound`, where boxes or pairs belong to every pixel or moment; `clean_no_pieces`,
            where a text belongs to the whole recording.
    """
    bounds = bounds_of(recipe)
    if steps and "clean_bound" in bounds:
        raise DatasetError("clean_bound")
    if "clean_no_pieces" in bounds and any(step.startswith(PIECES) for step in steps):
        raise DatasetError("clean_no_pieces")


def bounds_of(recipe: Recipe) -> tuple[str, ...]:
    """Return which of those refusals hold for the files of a recipe."""
    if recipe.form not in FITTING_FORMS[Medium(recipe.medium)]:
        return ("clean_bound",)
    return ("clean_no_pieces",) if recipe.form == Form.TRANSCRIPTS else ()


def with_clean_media(
    settings: Settings,
    version: Version,
    steps: Sequence[str],
    progress: OnShare | None = None,
) -> Version:
    """Write the next version whose files went through these steps and no others; rows stay in their part.

    Raises:
        DatasetError: as of `require_fitting`; what is left cannot be trained on; or the child's end.
    """
    require_fitting(version.recipe, steps)
    home = settings.home / version.folder
    recipe = replace(version.recipe, cleaning=tuple(steps))
    rows = as_they_came(pq.read_table(home / ITEMS))
    with cleaned_files(settings, rows, media_folder(home), recipe, progress) as made:
        place = made.folder / ITEMS
        pq.write_table(made.rows(rows), place)
        sources = [Source(place, ORIGINAL, only="", keeps_split=True)]
        if recipe.test_name:
            sources.append(Source(place, ORIGINAL, origin=TEST, only=TEST))
        return written(settings, version, version.number + 1, sources, recipe, media=made.media)


def preview_media(settings: Settings, version: Version, steps: Sequence[str]) -> RepairPreview:
    """Return how some files, spread over a version, would change that went through these steps and no others.

    Raises:
        DatasetError: as of `require_fitting`; or the child's end.
    """
    require_fitting(version.recipe, steps)
    home = settings.home / version.folder
    now = pq.read_table(home / ITEMS)
    now = now.take(list(range(0, now.num_rows, -(-now.num_rows // PREVIEWED) or 1)))
    recipe = replace(version.recipe, cleaning=tuple(steps))
    before = {row.get(CAME) or row["input"]: row for row in now.to_pylist()}
    with cleaned_files(settings, as_they_came(now), media_folder(home), recipe, None) as made:
        changed = {
            came: kept for came, kept in made.files.items()
            if [each["file"] for each in kept] != [before[came]["input"]]
        }  # fmt: skip
        shown = [
            _change(before[came], kept, (made.media, media_folder(home)))
            for came, kept in list(changed.items())[:SHOWN_FILES]
        ]
        found = Finding("cleaning", 0, len(changed), repair=Repair.CLEAN, steps=tuple(steps))
        named = tuple((f"{one.name}: {one.sizes[0]}", one.sizes[1]) for one in shown)
        return RepairPreview(found, len(before), len(changed), named, tuple(shown))


def _change(
    row: Mapping[str, str], kept: Sequence[Mapping[str, Any]], folders: Sequence[Path]
) -> FileChange:
    """Return a row before and after; its files lie in one of the folders."""
    paths = [
        next(folder / each["file"] for folder in folders if (folder / each["file"]).is_file())
        for each in kept[:SHOWN_PIECES]
    ]
    was = {measure: row.get(ORIGINAL + column) or 0 for column, measure in MEASURES.items()}
    sizes = _size(was), " + ".join(map(_size, kept))
    after = tuple((path.suffix[1:], path.read_bytes()) for path in paths)
    return FileChange(row["name"], row["input"], after, sizes)


def _size(measured: Mapping[str, Any]) -> str:
    seconds = float(measured["seconds"])
    return f"{seconds:.1f} s" if seconds else f"{measured['width']} × {measured['height']}"


def clean_upload(settings: Settings, upload: Upload, recipe: Recipe) -> None:
    """Clean the files of a fresh upload as those of a dataset were, before its rows are added.

    Raises:
        DatasetError: the child's end.
    """
    if recipe.medium == Medium.TEXT or not recipe.cleaning:
        return
    rows = pq.read_table(upload.table_path)
    with cleaned_files(settings, rows, upload.media_folder, recipe, None) as made:
        pq.write_table(made.rows(rows), upload.table_path, compression="zstd")
        for file in made.media.glob("*/*"):
            file.replace(upload.media_folder / file.parent.name / file.name)


@dataclass(frozen=True)
class CleanedFiles:
    """What files became, in a folder that goes when it is left."""

    folder: Path
    files: Files

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def rows(self, rows: pa.Table) -> pa.Table:
        """Return rows whose files are the cleaned ones; the first piece of a file keeps the id of its row."""
        made = [row for each in rows.to_pylist() for row in self._of_row(each)]
        names = list(dict.fromkeys([*rows.column_names, CAME]))
        columns = {
            name: pa.array([row.get(name, "") for row in made], pa.string()) for name in names
        }
        return pa.table(columns)

    def _of_row(self, row: dict[str, str]) -> Iterator[dict[str, str]]:
        for number, kept in enumerate(self.files[row["input"]]):
            now = {
                "input": kept["file"],
                "content_hash": kept["digest"],
                "envelope": kept["envelope"],
                CAME: "" if kept["file"] == row["input"] else row["input"],
            }
            for column, measure in MEASURES.items():
                if row.get(ORIGINAL + column):
                    value = kept[measure]
                    now[ORIGINAL + column] = f"{value:.3f}" if measure == "seconds" else str(value)
            is_further = {"row_id": new_id()} if number and "row_id" in row else {}
            yield row | now | is_further


def as_they_came(rows: pa.Table) -> pa.Table:
    """Return rows with the files that came, one for each; of the pieces of a recording the first says the label."""
    if CAME not in rows.column_names:
        return rows
    found, seen = [], set[tuple[str, str]]()
    for row in rows.to_pylist():
        came = row[CAME]
        if came and (came, row["name"]) in seen:
            continue
        seen.add((came, row["name"]))
        found.append(
            row | ({"input": came, CAME: "", "content_hash": Path(came).stem} if came else {})
        )
    return pa.Table.from_pylist(found, rows.schema)


@contextmanager
def cleaned_files(
    settings: Settings, rows: pa.Table, media: Path, recipe: Recipe, progress: OnShare | None
) -> Iterator[CleanedFiles]:
    """Give what the files of rows become by the steps of a recipe.

    Raises:
        DatasetError: it takes too long or too much memory, or it broke.
    """
    folder = settings.scratch / f"cleaned-{new_id()}"
    (folder / "media").mkdir(mode=0o700, parents=True)
    names = list(dict.fromkeys(rows.column("input").to_pylist()))
    seconds, memory_mb = settings.media_s, settings.reader_mb
    try:
        request = folder / "request.json"
        asked = {
            "names": names,
            "media": str(media),
            "folder": str(folder / "media"),
            "medium": recipe.medium,
            "steps": recipe.cleaning,
            "report": str(folder / REPORT),
            "limits": {"memory_mb": memory_mb, "seconds": seconds},
        }
        request.write_text(json.dumps(asked), "utf-8")
        code = run_limited(CHILD, request, progress, seconds=seconds, memory_mb=memory_mb)
        if code:
            said = (folder / "err").read_text("utf-8", "replace")
            log.warning("cleaning of files ended: %s", said[-2_000:])
            raise end_of(code, seconds=seconds, memory_mb=memory_mb)
        found = json.loads((folder / REPORT).read_text("utf-8"))
        yield CleanedFiles(folder, dict(zip(names, found, strict=True)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
