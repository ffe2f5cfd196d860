"""Trays: files gathered one by one before they become a dataset; what is in a file is never looked at here.

A tray is a folder `trays/<id>`: each file under an id of ours, and a journal of what was done, so that
a folder half sent, or ten recordings made yesterday, are still there after a restart. Paths and names
that a browser gives are kept as text in the journal and never become a path.
"""

import json
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.ids import is_id, new_id
from bigmodel.core.name import printable
from bigmodel.services.datasets.upload_session import Kind, OpenSession, UploadItem, UploadSession
from bigmodel.services.people.limits import Limits
from bigmodel.settings import Settings

T = TypeVar("T")
FOLDER: Kind = "folder"  # a folder of the person's computer, sent file by file
COLLECT: Kind = "collect"  # classes and files that the person puts together in the page
JOURNAL = "journal.jsonl"
MOST_ITEMS = 100_000
MOST_SESSIONS = 32  # of one owner, unfinished; empty ones give way to new ones
TIMES_UPLOAD = 4  # a tray may hold as much as so many of the largest uploads
TIMES_OWNER = 16  # and all of an owner together
SPARE_BYTES = 256 * 2**20  # of the disk that stay free
NAME_CHARACTERS = 120
MOST_PARTS = 8
FOLDER_KEPT_S = 7 * 86_400.0  # a folder half sent and forgotten
MOST_CLAIMS = 100  # trays whose outcome is remembered, for a press that comes late


@dataclass
class _Claim:
    """Who is making something of a tray now, and what came of it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: list[Any] = field(default_factory=list)


class UploadService:
    """The trays of all owners on disk."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        self._limits = limits
        if limits is not None:
            limits.held["trays"] = self.held
        self._root = settings.home / "trays"
        self._most_bytes = TIMES_UPLOAD * settings.max_upload_mb * 2**20
        self._owner_bytes = TIMES_OWNER * settings.max_upload_mb * 2**20
        self._file_bytes = settings.max_upload_mb * 2**20
        self._lock = threading.RLock()
        self._known: dict[str, OpenSession] = {}
        self._claims: dict[tuple[str, str], _Claim] = {}

    # trays ------------------------------------------------------------------------------------

    def open(self, owner: str, kind: Kind, name: str = "") -> UploadSession:
        """Return the tray of this kind and name that is not finished yet, else a new one.

        Raises:
            DatasetError: `trays_many`.
        """
        if self._limits is not None:
            self._limits.check_upload(owner)
        self._sweep()
        name = _clean(name)
        with self._lock:
            for known in self._all():
                if (known.head.owner, known.head.kind, known.head.name) == (owner, kind, name):
                    return known.shown()
            self._require_quota(owner)
            tray_id = new_id()
            folder = self._root / tray_id
            folder.mkdir(mode=0o700, parents=True)
            head = UploadSession(tray_id, owner, kind, name, folder)
            self._known[tray_id] = OpenSession(head)
            self._write(folder, {"owner": owner, "kind": kind, "name": name})
            return head

    def get(self, owner: str, tray_id: str) -> UploadSession:
        """Return what lies in a tray.

        Raises:
            NotFoundError: `tray_gone`.
        """
        with self._lock:
            return self._find(owner, tray_id).shown()

    def discard(self, owner: str, tray_id: str) -> None:
        """Delete a tray and its files."""
        with self._lock:
            known = self._find(owner, tray_id)
            del self._known[tray_id]
            shutil.rmtree(known.head.folder, ignore_errors=True)

    def consume(self, owner: str, tray_id: str, make: Callable[[UploadSession], T]) -> T:
        """Return what `make` makes of a tray, and delete the tray; a second call waits and gets the same.

        A page that is loaded anew, or a second press, asks while the first is still being read.

        Raises:
            NotFoundError: `tray_gone`.
            DatasetError: of `make`; the tray stays.
        """
        with self._lock:
            claim = self._claims.setdefault((owner, tray_id), _Claim())
            while len(self._claims) > MOST_CLAIMS:
                del self._claims[next(iter(self._claims))]
        with claim.lock:
            if not claim.made:
                made = make(self.get(owner, tray_id))
                self.discard(owner, tray_id)
                claim.made.append(made)
            outcome: T = claim.made[0]
            return outcome

    # files ------------------------------------------------------------------------------------

    def place(self, owner: str, tray_id: str, size: int) -> Path:
        """Return where a file of this size may be written, to be kept by `keep` when it is whole.

        Raises:
            DatasetError: `tray_full`, `trays_many`, `file_big`, `disk_short_for_files` or `disk_limited`.
        """
        with self._lock:
            known = self._find(owner, tray_id)
            if self._limits is not None:
                self._limits.check_upload(owner, size)
            if size > self._file_bytes:
                raise DatasetError("file_big", mb=size // 2**20, limit=self._file_bytes // 2**20)
            self._require_room(known, size)
            free = shutil.disk_usage(self._root).free
            if free < (need := size + SPARE_BYTES):
                raise DatasetError("disk_short_for_files", need=need // 2**20, free=free // 2**20)
            return known.head.folder / new_id()

    def keep(self, owner: str, tray_id: str, path: str, place: Path) -> UploadItem:
        """Keep a file that was written to its place; in a folder the same path replaces what was there.

        Raises:
            DatasetError: `name_empty`, or `tray_full`: others were sent at the same time.
        """
        with self._lock:
            known = self._find(owner, tray_id)
            size = place.stat().st_size
            self._require_room(known, size)
            parts = [_clean(part) for part in path.replace("\\", "/").split("/")]
            parts = [part for part in parts if part not in ("", ".", "..")][-MOST_PARTS:]
            if not parts:
                raise DatasetError("name_empty")
            cleaned, replaced = "/".join(parts), ""
            if known.head.kind == COLLECT:
                self._do(known, {"do": "class", "name": parts[0]})
                cleaned = known.free_path(cleaned)
            else:
                replaced = known.paths.get(cleaned, "")
            self._do(known, {"do": "put", "id": place.name, "path": cleaned, "size": size})
            if replaced:
                (known.head.folder / replaced).unlink(missing_ok=True)
            return known.items[place.name]

    def remove(self, owner: str, tray_id: str, item_id: str) -> None:
        """Take a file out of a tray."""
        with self._lock:
            known = self._find(owner, tray_id)
            if item_id in known.items:
                self._do(known, {"do": "remove", "id": item_id})
                (known.head.folder / item_id).unlink(missing_ok=True)

    def say(self, owner: str, tray_id: str, item_id: str, text: str) -> None:
        """Write down what is said in a recording."""
        with self._lock:
            known = self._find(owner, tray_id)
            self._do(known, {"do": "say", "id": item_id, "text": " ".join(text.split())[:1000]})

    # classes ----------------------------------------------------------------------------------

    def add_class(self, owner: str, tray_id: str, name: str) -> None:
        """Make a class, or nothing where it is there.

        Raises:
            DatasetError: `name_empty`.
        """
        with self._lock:
            self._do(self._find(owner, tray_id), {"do": "class", "name": _class_name(name)})

    def rename_class(self, owner: str, tray_id: str, old: str, new: str) -> None:
        """Call a class differently; where the new name is taken, the two become one."""
        with self._lock:
            known = self._find(owner, tray_id)
            if old != (name := _class_name(new)):
                self._do(known, {"do": "rename", "old": old, "new": name})

    def remove_class(self, owner: str, tray_id: str, name: str) -> None:
        """Take a class and its files out of a tray."""
        with self._lock:
            known = self._find(owner, tray_id)
            gone = [item.place for item in known.items.values() if item.label == name]
            self._do(known, {"do": "drop", "name": name})
            for place in gone:
                place.unlink(missing_ok=True)

    # disk -------------------------------------------------------------------------------------

    def _require_quota(self, owner: str) -> None:
        """Refuse one session too many; the oldest empty folder gives way, for nothing was sent to it."""
        own = [known for known in self._all() if known.head.owner == owner]
        empty = [k for k in own if k.head.kind == FOLDER and not k.items]
        if len(own) >= MOST_SESSIONS and empty:
            self.discard(owner, empty[0].head.id)
        elif len(own) >= MOST_SESSIONS:
            raise DatasetError("trays_many", most=MOST_SESSIONS, limit=self._owner_bytes // 2**20)

    def held(self, owner: str) -> int:
        """Return the bytes of all trays of an owner."""
        with self._lock:
            return sum(each.size for each in self._all() if each.head.owner == owner)

    def _require_room(self, known: OpenSession, size: int) -> None:
        if self.held(known.head.owner) + size > self._owner_bytes:
            raise DatasetError("trays_many", most=MOST_SESSIONS, limit=self._owner_bytes // 2**20)
        if known.size + size > self._most_bytes or len(known.items) >= MOST_ITEMS:
            raise DatasetError("tray_full", limit=self._most_bytes // 2**20, most=MOST_ITEMS)

    def _do(self, known: OpenSession, entry: dict[str, Any]) -> None:
        self._write(known.head.folder, entry)
        known.apply(entry)

    def _write(self, folder: Path, entry: dict[str, Any]) -> None:
        with (folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(entry) + "\n")

    def _find(self, owner: str, tray_id: str) -> OpenSession:
        known = self._load(tray_id) if is_id(tray_id) else None
        if known is None or known.head.owner != owner:
            raise NotFoundError("tray_gone")
        return known

    def _all(self) -> list[OpenSession]:
        found = [self._load(path.name) for path in sorted(self._root.glob("*")) if is_id(path.name)]
        return [known for known in found if known is not None]

    def _load(self, tray_id: str) -> OpenSession | None:
        """Return a tray, replayed from its journal if it was not opened since the start."""
        if tray_id in self._known:
            return self._known[tray_id]
        folder = self._root / tray_id
        _end_line(folder / JOURNAL)
        entries = _entries(folder / JOURNAL)
        head = next(entries, None)
        if head is None:
            return None
        known = OpenSession(
            UploadSession(tray_id, head["owner"], head["kind"], head["name"], folder)
        )
        for entry in entries:
            known.apply(entry)
        for lost in [item.id for item in known.items.values() if not item.place.is_file()]:
            known.apply({"do": "remove", "id": lost})
        for path in folder.iterdir():  # cut off while it was sent, before this process started
            if path.name not in known.items and path.name != JOURNAL:
                path.unlink(missing_ok=True)
        self._known[tray_id] = known
        return known

    def _sweep(self) -> None:
        """Delete folders that were half sent and not touched for a week."""
        with self._lock:
            for known in self._all():
                journal = known.head.folder / JOURNAL
                is_old = time.time() - journal.stat().st_mtime > FOLDER_KEPT_S
                if known.head.kind == FOLDER and is_old:
                    self.discard(known.head.owner, known.head.id)


def _end_line(journal: Path) -> None:
    """Close a line that a crash cut off, so that the next one stands on its own."""
    if journal.is_file() and not journal.read_bytes().endswith(b"\n"):
        with journal.open("ab") as file:
            file.write(b"\n")


def _entries(journal: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal; one that was cut off never happened."""
    try:
        lines = journal.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _class_name(name: str) -> str:
    cleaned = _clean(name.replace("/", " ").replace("\\", " "))
    if cleaned in ("", ".", ".."):
        raise DatasetError("name_empty")
    return cleaned


def _clean(text: str) -> str:
    """Return a name as it is kept: composed, without control characters, not too long; its ending stays."""
    printed = printable(unicodedata.normalize("NFC", text))
    if len(printed) <= NAME_CHARACTERS:
        return printed
    return printed[: NAME_CHARACTERS - 20] + "…" + printed[-19:]
