"""A project on its way in from a browser, piece by piece, so that a lost connection costs one piece; what is in it is not looked at here."""

import json
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.ids import is_id, new_id
from bigmodel.data.projects.read import SPARE_MB
from bigmodel.services.people.limits import Limits
from bigmodel.settings import Settings

NOTE, FILE = "upload.json", "upload.zip"
MOST_OPEN = 8  # of one owner
IDLE_S = 600.0  # without a piece, after which an upload gives way to a new one
MB = 2**20


@dataclass(frozen=True)
class UploadState:
    """How much of a file is here."""

    id: str
    done: int
    size: int


@dataclass(frozen=True)
class _Upload:
    """A folder of an upload. `coming` is what it will still take of the disk, if somebody still sends it."""

    folder: Path
    owner: str
    touched_at: float
    coming: int
    size: int

    @classmethod
    def read(cls, folder: Path) -> "_Upload | None":
        """Return what a folder says, or nothing if it went meanwhile."""
        try:
            note = json.loads((folder / NOTE).read_text("utf-8"))
            file = (folder / FILE).stat()
        except (OSError, ValueError):
            return None
        is_live = time.time() - file.st_mtime < IDLE_S
        coming = 2 * note["size"] - file.st_size if is_live else 0
        return cls(folder, note["owner"], file.st_mtime, coming, note["size"])


class ProjectUploads:
    """Files on their way in. Each lies in a folder of its own in the scratch folder, where the sweep finds it."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._settings, self._limits = settings, limits
        if limits is not None:
            limits.held["projects"] = self.held
        self._lock = threading.Lock()

    def open(self, owner: str, size: int) -> UploadState:
        """Return a fresh place for a file of this size.

        Raises:
            DatasetError: `file_big`, `project_disk_short`, `projects_many` or `disk_limited`.
        """
        if self._limits is not None:
            self._limits.check_upload(owner, 2 * size)  # the file, and what is unpacked from it
        with self._lock:
            return self._open(owner, size)

    def _open(self, owner: str, size: int) -> UploadState:
        if size // MB > self._settings.max_project_mb:
            raise DatasetError("file_big", mb=size // MB, limit=self._settings.max_project_mb)
        free = shutil.disk_usage(self._settings.scratch).free // MB
        coming = self._make_way(owner)
        need = (2 * size + coming) // MB + SPARE_MB  # the file, and what is unpacked from it
        if need > free:
            raise DatasetError("project_disk_short", need=need, free=free)
        key = new_id()
        folder = self._settings.scratch / f"project-{key}"
        folder.mkdir(mode=0o700, parents=True)
        (folder / FILE).touch(mode=0o600)
        (folder / NOTE).write_text(json.dumps({"owner": owner, "size": size}), "utf-8")
        return UploadState(key, 0, size)

    def _make_way(self, owner: str) -> int:
        """Drop idle uploads where an owner has many; return how many bytes the others still take."""
        own = [each for each in self._all() if each.owner == owner]
        too_many = max(0, len(own) - MOST_OPEN + 1)
        for idle in sorted(own, key=lambda each: each.touched_at)[:too_many]:
            if time.time() - idle.touched_at < IDLE_S:
                raise DatasetError("projects_many", most=MOST_OPEN)
            shutil.rmtree(idle.folder, ignore_errors=True)
        return sum(each.coming for each in self._all())

    def held(self, owner: str) -> int:
        """Return the bytes that an owner's uploads take, or will."""
        return sum(each.size for each in self._all() if each.owner == owner)

    def _all(self) -> list["_Upload"]:
        """Return what is on its way in, of all owners."""
        notes = self._settings.scratch.glob(f"project-*/{NOTE}")
        return [found for note in notes if (found := _Upload.read(note.parent))]

    def look(self, owner: str, key: str) -> UploadState:
        """Return how much is here.

        Raises:
            NotFoundError: `project_gone`.
        """
        folder = self._folder(owner, key)
        size = json.loads((folder / NOTE).read_text("utf-8"))["size"]
        return UploadState(key, (folder / FILE).stat().st_size, size)

    def add(self, owner: str, key: str, at: int, piece: bytes) -> UploadState:
        """Add a piece that begins at this byte; one that does not follow changes nothing."""
        with self._lock:
            sent = self.look(owner, key)
            if at == sent.done and sent.done + len(piece) <= sent.size:
                with (self._folder(owner, key) / FILE).open("ab") as file:
                    file.write(piece)
            return self.look(owner, key)

    def whole(self, owner: str, key: str) -> Path:
        """Return the file when all of it is here.

        Raises:
            NotFoundError: `project_gone`.
        """
        sent = self.look(owner, key)
        if sent.done != sent.size:
            raise NotFoundError("project_gone")
        return self._folder(owner, key) / FILE

    def discard(self, owner: str, key: str) -> None:
        """Forget a file."""
        shutil.rmtree(self._folder(owner, key), ignore_errors=True)

    def _folder(self, owner: str, key: str) -> Path:
        folder = self._settings.scratch / f"project-{key}"
        if not is_id(key) or not (folder / NOTE).is_file():
            raise NotFoundError("project_gone")
        if json.loads((folder / NOTE).read_text("utf-8"))["owner"] != owner:
            raise NotFoundError("project_gone")
        return folder
