"""Finds the files of a dataset that cannot be read any more, all of them by name; it changes nothing."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Medium
from bigmodel.data.versions.versions import load_rows

NAMED = 5
OPENERS = {  # decoders, imported only when something is wrong
    Medium.IMAGE: ("bigmodel.data.media.images", "open_picture"),
    Medium.AUDIO: ("bigmodel.data.media.audio", "read_sound"),
}
MOST = 1_000  # row ids that travel with the message


def find_broken(
    medium: Medium, data: TaskData, folder: Path, *, are_targets: bool = False
) -> TrainingError | None:
    """Return what to tell of a dataset's unreadable files, or None when all of them can be read.

    Args:
        are_targets: the files are what is made, not what is read.
    """
    if medium not in OPENERS:
        return None
    module, name = OPENERS[medium]
    # Any: a picture or samples
    open_file: Callable[[Path], Any] = getattr(importlib.import_module(module), name)
    parts = (data.train, data.validation, data.test)
    rows = [
        pair
        for part in parts
        for pair in zip(part.ids, part.targets if are_targets else part.inputs, strict=True)
    ]
    broken = [row_id for row_id, path in rows if not _can_be_read(Path(path), open_file)]
    if not broken:
        return None
    names = load_rows(folder, broken[:NAMED])["name"]
    shown = ", ".join(names) + (" …" if len(broken) > NAMED else "")
    return TrainingError(
        "items_broken", names=shown, count=len(broken), rows=" ".join(broken[:MOST])
    )


def _can_be_read(path: Path, open_file: Callable[[Path], Any]) -> bool:
    try:
        open_file(path)
    except (DatasetError, OSError):
        return False
    return True
