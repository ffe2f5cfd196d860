"""The parent's half of cutting a long recording at its pauses: a limited child reads it; it is never opened here."""

import json
import os
import shutil
from pathlib import Path

from bigmodel.core.callbacks import OnShare
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.results.talk import Piece
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.sandbox.limits import EXIT_REFUSED
from bigmodel.settings import Settings

CHILD = "bigmodel.training.speech.pieces.cut"
PIECE_MB = 4  # of fifteen seconds, never packed so badly


def cut(
    settings: Settings,
    source: Path,
    folder: Path,
    usual_s: float,
    progress: OnShare | None = None,
) -> tuple[float, tuple[Piece, ...]]:
    """Write the pieces of a recording into a folder, each `usual_s` long or more; return its seconds and the pieces.

    Raises:
        DatasetError: `sound_*`, or it took more time or memory than allowed.
    """
    work = settings.scratch / f"cut-{new_id()}"
    work.mkdir(mode=0o700, parents=True)
    seconds, memory_mb = settings.media_s, settings.reader_mb
    request = {
        "source": str(source.resolve()),
        "folder": str(folder.resolve()),
        "usual_s": usual_s,
        "report": str(work / "report.json"),
        "limits": {
            "memory_mb": memory_mb,
            "seconds": seconds,
            "threads": os.cpu_count() or 1,
            "file_mb": PIECE_MB,
        },
    }
    try:
        (work / "request.json").write_text(json.dumps(request), "utf-8")
        code = run_limited(
            CHILD, work / "request.json", progress, seconds=seconds, memory_mb=memory_mb
        )
        if code not in (0, EXIT_REFUSED):
            raise end_of(code, seconds=seconds, memory_mb=memory_mb)
        report = json.loads((work / "report.json").read_text("utf-8"))
        if code == EXIT_REFUSED:
            raise DatasetError(report["key"], **report["args"])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report["seconds"], tuple(Piece(start, end) for start, end in report["pieces"])
