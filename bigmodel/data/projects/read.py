"""The parent's half of reading a project: starts the limited child and turns its end into a sentence; it unpacks nothing itself."""

import json
import math
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.data.projects import layout
from bigmodel.data.projects.judge import Columns
from bigmodel.data.projects.record import BaseRecord, DatasetRecord, JobRecord, read_lines
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.sandbox.limits import EXIT_REFUSED
from bigmodel.settings import Settings

MOST_FILES = 250_000
TIMES_TEXT = 4  # a version may hold as much text as so many of the largest uploads
SPARE_MB = 256  # of the disk that stay free
MB = 2**20


@dataclass(frozen=True)
class Unpacked:
    """A project that was unpacked and judged: every file lies below `files` under its name in it."""

    folder: Path
    app: str
    datasets: tuple[DatasetRecord, ...]
    jobs: tuple[JobRecord, ...]
    bases: tuple[BaseRecord, ...]

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def points(self) -> dict[str, list[int]]:
        """Return where in the file of points the lines of each job begin."""
        found: dict[str, list[int]] = defaultdict(list)
        with (self.files / layout.POINTS).open("rb") as file:
            place = 0
            for text in file:
                found[json.loads(text)["job"]].append(place)
                place += len(text)
        return found

    def points_at(self, places: Sequence[int]) -> Iterator[tuple[str, int, float]]:
        """Yield points (curve, step, value) of some lines; they were judged when they were unpacked."""
        with (self.files / layout.POINTS).open("rb") as file:
            for place in places:
                file.seek(place)
                record = json.loads(file.readline())
                for step, value in record["points"]:
                    yield record["name"], step, math.nan if value is None else value

    def discard(self) -> None:
        """Remove what is left of it in the scratch folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def unpack(
    path: Path,
    settings: Settings,
    answers: Mapping[str, Columns],
    progress: Callable[[float], None] | None = None,
) -> Unpacked:
    """Unpack a project into the scratch folder. Call `discard` on what comes back.

    Args:
        answers: the columns of predictions by task.

    Raises:
        DatasetError: it cannot be used; nothing is left on disk.
    """
    _require_room(path, settings)
    folder = settings.scratch / f"project-{new_id()}"
    (folder / "files").mkdir(mode=0o700, parents=True)
    try:
        _run(path, folder, settings, answers, progress)
        report = json.loads((folder / "report.json").read_text("utf-8"))
        files = folder / "files"
        return Unpacked(
            folder=folder,
            app=report["app"],
            datasets=tuple(read_lines(files / layout.DATASETS, DatasetRecord)),
            jobs=tuple(read_lines(files / layout.JOBS, JobRecord)),
            bases=tuple(read_lines(files / layout.BASES, BaseRecord)),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _require_room(path: Path, settings: Settings) -> None:
    """Refuse what is no file, is too large, or would fill the disk."""
    if not path.is_file():
        raise DatasetError("file_missing", name=path.name)
    size = path.stat().st_size // MB
    if size > settings.max_project_mb:
        raise DatasetError("file_big", mb=size, limit=settings.max_project_mb)
    free = shutil.disk_usage(settings.scratch).free // MB
    if size + SPARE_MB > free:
        raise DatasetError("project_disk_short", need=size + SPARE_MB, free=free)


def _run(
    path: Path,
    folder: Path,
    settings: Settings,
    answers: Mapping[str, Columns],
    progress: Callable[[float], None] | None,
) -> None:
    bounds = {"seconds": settings.media_s, "memory_mb": settings.reader_mb}
    free_mb = shutil.disk_usage(settings.scratch).free // MB - SPARE_MB
    request = {
        "path": str(path.resolve()),
        "folder": str(folder / "files"),
        "report": str(folder / "report.json"),
        "answers": {task: asdict(columns) for task, columns in answers.items()},
        "limits": {
            **bounds,
            "threads": os.cpu_count() or 1,
            "max_project_mb": min(settings.max_project_mb, free_mb),
            "max_project_files": MOST_FILES,
            "max_rows": settings.max_rows,
            "max_columns": settings.max_columns,
            "max_field_characters": settings.max_field_characters,
            "max_text_mb": TIMES_TEXT * settings.max_upload_mb,
        },
    }
    place = folder / "request.json"
    place.write_text(json.dumps(request), "utf-8")
    code = run_limited(
        "bigmodel.data.projects.unpack",
        place,
        progress,
        seconds=settings.media_s,
        memory_mb=settings.reader_mb,
    )
    if code == EXIT_REFUSED:
        refused = json.loads((folder / "report.json").read_text("utf-8"))
        raise DatasetError(refused["key"], **refused["args"])
    if code:
        raise end_of(code, seconds=settings.media_s, memory_mb=settings.reader_mb)
