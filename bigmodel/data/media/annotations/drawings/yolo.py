"""Reads boxes as YOLO writes them: a text file for each picture, a line for each box in fractions of the picture, class numbers first."""

import re
from collections.abc import Sequence

import yaml  # type: ignore[import-untyped]

from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.data.media.annotations.drawings.drawn import (
    Annotations,
    Drawn,
    Pictures,
    around,
    content,
    kind,
    number,
)
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import Item

NAME = "YOLO"
LOOKED_AT = 5  # files that are not empty
MOST_BYTES = 2**20
MOST_NAME_BYTES = 2**16
LINE = re.compile(rb"\s*\d{1,9}(?:\s+[\d.eE+-]+){4,}\s*")
WHOLE = (1.0, 1.0)


def read_yolo(
    others: Sequence[Entry], pictures: Pictures, items: Sequence[Item]
) -> Annotations | None:
    """Return the boxes of the text files beside pictures; a picture without such a file has none."""
    beside = [
        (entry, picture)
        for entry in others
        if entry.ending == ".txt" and (picture := pictures.beside(entry)) is not None
    ]
    if not _are_boxes([entry for entry, _ in beside]):
        return None
    found = Annotations(NAME)
    names = _names(others, found)
    for entry, picture in beside:
        found.sources.append(entry.name)
        lines = _lines(entry)
        if lines is None:
            found.bad.append(entry.name)
        else:
            boxes = (_box(line, names, found) for line in lines)
            found.drawn[picture.name] = Drawn(tuple(box for box in boxes if box), WHOLE)
    if names is None:
        found.counts["numbers"] += 1
    refused = set(found.bad)
    bad = {picture.name for entry, picture in beside if entry.name in refused}
    for item in items:  # what has no file shows nothing, as those who train on this format take it
        if item.entry.name not in found.drawn and item.entry.name not in bad:
            found.drawn[item.entry.name] = Drawn((), WHOLE)
    return found


def _are_boxes(entries: Sequence[Entry]) -> bool:
    looked = 0
    for entry in entries:
        lines = _lines(entry)
        if lines is None:
            return False
        looked += bool(lines)
        if looked == LOOKED_AT:
            break
    return looked > 0


def _lines(entry: Entry) -> list[bytes] | None:
    """Return the lines of a file, None where one of them is no box."""
    raw = content(entry, MOST_BYTES)
    if raw is None:
        return None
    lines = [line for line in raw.splitlines() if line.strip()]
    return lines if all(map(LINE.fullmatch, lines)) else None


def _box(line: bytes, names: dict[int, str] | None, found: Annotations) -> Box | None:
    first, *rest = line.decode("ascii", "replace").split()
    place = int(first)
    name = str(place) if names is None else names.get(place, "")
    numbers = [one for text in rest if (one := number(text)) is not None]
    if not name:
        found.counts["unnamed"] += 1
    elif len(numbers) < len(rest):
        found.counts["unread"] += 1
    elif len(numbers) >= 6 and len(numbers) % 2 == 0:  # else a box, and points of a pose
        found.counts["outlines"] += 1
        return box_of(around(list(zip(numbers[::2], numbers[1::2], strict=False))), name)
    else:
        across, down, width, height = numbers[:4]
        left, top = across - width / 2, down - height / 2
        return Box(left, top, left + width, top + height, name)
    return None


def _names(others: Sequence[Entry], found: Annotations) -> dict[int, str] | None:
    """Return the names of the classes by their numbers, None where no file says them."""
    for entry in sorted(others, key=lambda one: (len(one.parts), one.name)):
        is_list = (
            entry.base.casefold() in ("classes.txt", "_darknet.labels") or entry.ending == ".names"
        )
        if not is_list and entry.ending not in (".yaml", ".yml"):
            continue
        raw = content(entry, MOST_NAME_BYTES)
        text = (raw or b"").decode("utf-8-sig", "replace")
        lines = [line.strip() for line in text.splitlines()]
        names = dict(enumerate(lines)) if is_list else _of_yaml(text)
        if names:
            found.sources.append(entry.name)
            return {place: kind(name) for place, name in names.items()}
    return None


def _of_yaml(text: str) -> dict[int, str]:
    """Return the names of a `data.yaml`: a list, or by number."""
    try:
        # Texts alone: a class may be called "no" or "01", and nothing is built from what a file refers to.
        told = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes lists, mappings and texts
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    names = told.get("names") if isinstance(told, dict) else None
    pairs = (
        enumerate(names)
        if isinstance(names, list)
        else names.items()
        if isinstance(names, dict)
        else ()
    )
    return {
        int(place): name
        for place, name in pairs
        if re.fullmatch(r"\d{1,9}", str(place)) and isinstance(name, str)
    }
