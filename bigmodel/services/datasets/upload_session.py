"""The files of a tray and its classes, as its journal tells them line by line; it opens no file."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Kind = Literal["folder", "collect"]


@dataclass(frozen=True)
class UploadItem:
    """One file of a tray. `path` is text: "class/name.jpg" or "folder/class/name.jpg". `text` is what is said in it."""

    id: str
    path: str
    size: int
    place: Path
    text: str = ""

    @property
    def label(self) -> str:
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class UploadSession:
    """What lies in a tray now. `classes` are in the order in which the person made them."""

    id: str
    owner: str
    kind: Kind
    name: str
    folder: Path
    classes: tuple[str, ...] = ()
    items: tuple[UploadItem, ...] = ()


@dataclass
class OpenSession:
    """A tray in memory; only touched while the lock is held."""

    head: UploadSession
    classes: list[str] = field(default_factory=list)
    items: dict[str, UploadItem] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)  # path → id
    size: int = 0

    def shown(self) -> UploadSession:
        return replace(self.head, classes=tuple(self.classes), items=tuple(self.items.values()))

    def apply(self, entry: dict[str, Any]) -> None:
        """Do what a line of the journal says; a line about something that is gone does nothing."""
        what = entry["do"]
        if what == "put":
            item = UploadItem(
                entry["id"], entry["path"], entry["size"], self.head.folder / entry["id"]
            )
            self._put(item)
        elif what == "remove":
            self._remove(entry["id"])
        elif what == "say" and entry["id"] in self.items:
            self.items[entry["id"]] = replace(self.items[entry["id"]], text=entry["text"])
        elif what == "class" and entry["name"] not in self.classes:
            self.classes.append(entry["name"])
        elif what == "rename":
            self._rename(entry["old"], entry["new"])
        elif what == "drop":
            self._drop(entry["name"])

    def _put(self, item: UploadItem) -> None:
        self._remove(self.paths.get(item.path, ""))
        self.items[item.id] = item
        self.paths[item.path] = item.id
        self.size += item.size

    def _remove(self, item_id: str) -> None:
        item = self.items.pop(item_id, None)
        if item is not None:
            self.paths.pop(item.path, None)
            self.size -= item.size

    def _rename(self, old: str, new: str) -> None:
        if old not in self.classes:
            return
        kept = [new if name == old else name for name in self.classes]
        self.classes = list(dict.fromkeys(kept))  # renamed to another one: the two are joined
        for item in [item for item in self.items.values() if item.label == old]:
            moved = replace(item, path=self.free_path(f"{new}/{item.name}"))
            self.paths.pop(item.path)
            self.items[item.id] = moved
            self.paths[moved.path] = item.id

    def _drop(self, name: str) -> None:
        self.classes = [other for other in self.classes if other != name]
        for item in [item for item in self.items.values() if item.label == name]:
            self._remove(item.id)

    def free_path(self, path: str) -> str:
        """Return a path that is not taken: phones call every photo `image.jpg`."""
        if path not in self.paths:
            return path
        stem, dot, ending = path.rpartition(".")
        stem = stem if dot else path
        number = 2
        while (found := f"{stem} ({number}){dot}{ending if dot else ''}") in self.paths:
            number += 1
        return found
