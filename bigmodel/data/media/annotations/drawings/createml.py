"""Reads boxes as Create ML writes them: JSON with a list of pictures, each with its labels and the middles of their boxes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.data.media.annotations.drawings.drawn import (
    Annotations,
    Drawn,
    Pictures,
    content,
    kind,
    number,
)
from bigmodel.data.media.entry import Entry

NAME = "Create ML"
MOST_BYTES = 128 * 2**20
PLACED = ("x", "y", "width", "height")
Values = Mapping[str, Any]  # Any: as JSON has it


def read_createml(others: Sequence[Entry], pictures: Pictures) -> Annotations | None:
    """Return the boxes of every JSON file that is such a list; None where none is."""
    found = Annotations(NAME)
    for entry, told in _lists(others):
        found.sources.append(entry.name)
        for one in told:
            name = str(one.get("image", one.get("imagefilename", "")))
            if (picture := pictures.named(name, entry)) is None:
                found.absent.append(name[-80:])
            else:
                found.drawn[picture.name] = Drawn(tuple(_boxes(one["annotations"], found)))
    return found if found.drawn or found.absent else None


def _lists(others: Sequence[Entry]) -> Iterator[tuple[Entry, list[Values]]]:
    for entry in others:
        raw = content(entry, MOST_BYTES) if entry.ending == ".json" else None
        if not raw or b'"coordinates"' not in raw:
            continue
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if isinstance(told, list) and told and all(map(_is_picture, told)):
            yield entry, told


def _is_picture(one: object) -> bool:
    return isinstance(one, dict) and isinstance(one.get("annotations"), list)


def _boxes(annotations: Sequence[Any], found: Annotations) -> Iterator[Box]:
    for each in filter(lambda one: isinstance(one, dict), annotations):
        placed = each.get("coordinates")
        sides = [number(placed.get(name)) for name in PLACED] if isinstance(placed, dict) else []
        if not (name := kind(each.get("label"))):
            found.counts["unnamed"] += 1
        elif len(known := [one for one in sides if one is not None]) < len(PLACED):
            found.counts["unread"] += 1
        else:
            x, y, width, height = known
            left, top = x - width / 2, y - height / 2
            yield box_of((left, top, left + width, top + height), name)
