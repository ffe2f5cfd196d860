"""Boxes as annotation files write them, and the pictures they are of; names of files are looked up and never opened."""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bigmodel.core.datasets.boxes import MOST_KIND_CHARACTERS, Box
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item
from bigmodel.data.parts import split_of

# Folders that pictures and their annotations lie in side by side.
BESIDE = {
    "images", "image", "img", "imgs", "jpegimages", "photos", "pictures", "labels", "label", "annotations",
    "annotation", "xml", "xmls", "txt", "bbox", "bboxes", "data",
}  # fmt: skip

WORDS = re.compile(r"[\s_\-.]+")


@dataclass(frozen=True)
class Drawn:
    """The boxes of one picture in pixels of `size`, as it was when they were drawn; (1, 1) for fractions of it, None where nothing says."""

    boxes: tuple[Box, ...] = ()
    size: tuple[float, float] | None = None

    def to_text(self) -> str:
        return json.dumps([self.size, self.boxes], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Drawn":
        size, boxes = json.loads(text)
        return cls(tuple(Box(*box) for box in boxes), (size[0], size[1]) if size else None)


@dataclass
class Annotations:
    """What files of one format say. `drawn` and `splits` are by the name of a picture's file; `counts` is of what was left out."""

    name: str
    drawn: dict[str, Drawn] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)  # files that cannot be read
    absent: list[str] = field(default_factory=list)  # pictures that are named and not there


class Pictures:
    """Finds the picture that an annotation is of."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._by_path = {"/".join(item.entry.parts).casefold(): item.entry for item in items}
        self._by_key = {_key(item.entry): item.entry for item in items}
        by_stem, by_base = defaultdict(list), defaultdict(list)
        for item in items:
            by_stem[_stem(item.entry)].append(item.entry)
            by_base[item.entry.base.casefold()].append(item.entry)
        self._by_stem, self._by_base = by_stem, by_base

    def beside(self, annotation: Entry) -> Entry | None:
        """Return the picture that a file of its own name is of."""
        found = self._by_key.get(_key(annotation))
        return found or _only(self._by_stem.get(_stem(annotation), []))

    def named(self, name: str, annotation: Entry) -> Entry | None:
        """Return the picture that a list calls so: below the folder of the list, else of that name alone."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        if not parts:
            return None
        here = annotation.parts[:-1]
        for folder in (here, here[:-1], (*here[:-1], "images")):
            if found := self._by_path.get("/".join((*folder, *parts)).casefold()):
                return found
        same = self._by_base.get(parts[-1].casefold(), [])
        near = [entry for entry in same if entry.parts[: len(here)] == here]
        return _only(near) or _only(same)


def content(entry: Entry, most: int) -> bytes | None:
    """Return the bytes of a file, None where it is larger or cannot be unpacked."""
    try:
        with entry.open() as file:
            found = file.read(most + 1)
    except DatasetError:
        return None
    return found if len(found) <= most else None


def number(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def kind(name: object) -> str:
    """Return the name of a class as it is kept, "" for none."""
    if isinstance(name, bool) or not isinstance(name, int | float | str):
        return ""
    said = "".join(letter if letter.isprintable() else " " for letter in str(name))
    return " ".join(said.split())[:MOST_KIND_CHARACTERS].strip()


def part_named(entry: Entry) -> str:
    """Return the part that the name of a list or its folder says, "" for none."""
    stem = entry.base.rpartition(".")[0]
    words = [*WORDS.split(stem), *entry.parts[-2:-1]]
    return next((str(found) for word in words if word and (found := split_of(word))), "")


def around(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Return the box around the points of an outline."""
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _only(entries: Sequence[Entry]) -> Entry | None:
    return entries[0] if len(entries) == 1 else None


def _stem(entry: Entry) -> str:
    return entry.base.casefold().rpartition(".")[0]


def _key(entry: Entry) -> tuple[tuple[str, ...], str]:
    folders = (part.casefold() for part in entry.parts[:-1])
    return tuple(part for part in folders if part not in BESIDE), _stem(entry)
