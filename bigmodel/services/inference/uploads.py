"""Files given to a demo to ask about: they lie in the scratch folder for minutes, and are never opened here.

Their names never become paths: a file is named by an id of ours and a harmless ending.
"""

import re
import time
from pathlib import Path

from bigmodel.core.errors import ModelError
from bigmodel.core.ids import is_id, new_id
from bigmodel.services.people.limits import Limits, size_of
from bigmodel.settings import Settings

KEPT_S = 600.0  # so that another model can be asked about the same file
MOST_FILES = 2_000
ENDING = re.compile(r"\.[a-z0-9]{1,5}")


class DemoUploads:
    """The files of all owners, each in a folder of its owner."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._root = settings.scratch / "demo"
        self._limits = limits
        if limits is not None:
            limits.held["demo"] = lambda owner: size_of(self._root / owner)

    def place(self, owner: str, name: str, size: int = 0) -> Path:
        """Return a fresh path for a file of this name; its stem is the id by which it is found again.

        Raises:
            DatasetError: `disk_limited`.
        """
        if self._limits is not None:
            self._limits.check_share(owner, size)
        folder = self._root / owner
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sweep()
        ending = Path(name).suffix.lower()
        return folder / f"{new_id()}{ending if ENDING.fullmatch(ending) else ''}"

    def find(self, owner: str, upload_id: str) -> Path:
        """Return the path of a file.

        Raises:
            ModelError: `upload_gone`.
        """
        folder = self._root / owner
        if is_id(upload_id):
            for path in folder.glob(f"{upload_id}*"):
                return path
        raise ModelError("upload_gone")

    def forget(self, owner: str, upload_id: str) -> None:
        """Delete a file, if it is still there."""
        if is_id(upload_id):
            for path in (self._root / owner).glob(f"{upload_id}*"):
                path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete the files whose time is over, and the oldest where there are too many."""
        paths = sorted(self._root.glob("*/*"), key=_age_s)
        for place, path in enumerate(paths):
            if place >= MOST_FILES or _age_s(path) > KEPT_S:
                path.unlink(missing_ok=True)


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # swept by somebody else meanwhile
        return 0.0
