"""The parent's half of writing a table back: hands an order to the limited child and takes the finished file; it opens neither."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

from bigmodel.core.callbacks import OnShare
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.data.sandbox.limited import end_of, run_limited
from bigmodel.data.sandbox.limits import EXIT_REFUSED
from bigmodel.data.writeback.order import Order
from bigmodel.settings import Settings

CHILD = "bigmodel.data.writeback.child"
PATIENCE = 5  # times the limit of reading: a table is looked at twice and packed again
ROOM_MB = 256  # for answers, beside what was given


def write_back(settings: Settings, order: Order, progress: OnShare | None = None) -> Path:
    """Write the table of an order beside its place, move it there when it is whole, and return that place.

    Raises:
        DatasetError: the table cannot be written, or only with more time or memory than allowed.
        OSError: the place cannot be written to.
    """
    folder = settings.scratch / f"write-{new_id()}"
    folder.mkdir(mode=0o700, parents=True)
    part = order.out.with_name(f".{order.out.name}.part")
    try:
        part.touch(mode=0o600)
        seconds = PATIENCE * settings.reader_s
        request = _request(settings, folder, replace(order, out=part.resolve()), seconds)
        memory_mb = settings.reader_mb
        code = run_limited(CHILD, request, progress, seconds=seconds, memory_mb=memory_mb)
        if code == EXIT_REFUSED:
            refused = json.loads((folder / "report.json").read_text("utf-8"))
            raise DatasetError(refused["key"], **refused["args"])
        if code:
            raise end_of(code, seconds=seconds, memory_mb=memory_mb)
        part.replace(order.out)
    finally:
        part.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    return order.out


def _request(settings: Settings, folder: Path, order: Order, seconds: float) -> Path:
    request = {
        "order": order.to_json(),
        "report": str(folder / "report.json"),
        "limits": {
            "memory_mb": settings.reader_mb,
            "seconds": seconds,
            "threads": os.cpu_count() or 1,
            "file_mb": settings.max_upload_mb + ROOM_MB,
        },
    }
    place = folder / "request.json"
    place.write_text(json.dumps(request), "utf-8")
    return place
