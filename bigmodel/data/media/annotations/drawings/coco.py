"""Reads boxes as COCO writes them: JSON with pictures, categories and annotations, one file or one a part."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.core.datasets.dataset import Split
from bigmodel.data.media.annotations.drawings.drawn import (
    Annotations,
    Drawn,
    Pictures,
    around,
    content,
    kind,
    number,
    part_named,
)
from bigmodel.data.media.entry import Entry

NAME = "COCO"
MOST_BYTES = 128 * 2**20
LISTS = ("images", "annotations", "categories")
DRAWN = {"bbox", "segmentation"}  # what an annotation with a box has
Records = list[dict[str, Any]]  # Any: as JSON has it


def read_coco(others: Sequence[Entry], pictures: Pictures) -> Annotations | None:
    """Return the boxes of every JSON file that is such a list; None where none is."""
    found = Annotations(NAME)
    lists = [(entry, told) for entry in others if (told := _lists(entry)) is not None]
    splits = {entry.name: part_named(entry) for entry, _ in lists}
    are_parts = Split.TRAIN in splits.values() and len(set(splits.values())) > 1
    for entry, told in lists:
        found.sources.append(entry.name)
        _take(told, entry, pictures, found, splits[entry.name] if are_parts else "")
    return found if found.drawn or found.absent else None


def _lists(entry: Entry) -> Mapping[str, Records] | None:
    """Return the three lists of a file, None where it is something else."""
    raw = content(entry, MOST_BYTES) if entry.ending == ".json" else None
    if not raw or b'"annotations"' not in raw or b'"images"' not in raw:
        return None
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(
        isinstance(told.get(name, []), list) for name in LISTS
    ):
        return None
    lists = {name: [x for x in told.get(name, []) if isinstance(x, dict)] for name in LISTS}
    are_others = lists["annotations"] and not any(
        DRAWN & each.keys() for each in lists["annotations"]
    )
    return None if are_others else lists  # captions, or maps of what every pixel is


def _take(
    told: Mapping[str, Records],
    entry: Entry,
    pictures: Pictures,
    found: Annotations,
    split: str,
) -> None:
    names = {_id(one.get("id")): kind(one.get("name")) for one in told["categories"]}
    by_picture: dict[object, list[Box]] = defaultdict(list)
    for each in told["annotations"]:
        if (box := _box(each, names, found)) is not None:
            by_picture[_id(each.get("image_id"))].append(box)
    for one in told["images"]:
        file = one.get("file_name")
        picture = pictures.named(file, entry) if isinstance(file, str) else None
        if picture is None:
            found.absent.append(str(file)[-80:])
            continue
        width, height = number(one.get("width")), number(one.get("height"))
        size = (width, height) if width and height else None
        before = found.drawn.get(picture.name, Drawn(()))  # of another list, as that of key points
        boxes = dict.fromkeys((*before.boxes, *by_picture.pop(_id(one.get("id")), ())))
        found.drawn[picture.name] = Drawn(tuple(boxes), size or before.size)
        if split:
            found.splits[picture.name] = split
    found.counts["astray"] += sum(map(len, by_picture.values()))


def _box(each: Mapping[str, Any], names: Mapping[object, str], found: Annotations) -> Box | None:
    name = names.get(_id(each.get("category_id")), "")
    if each.get("iscrowd") in (1, True):
        found.counts["crowd"] += 1
    elif not name:
        found.counts["unnamed"] += 1
    elif (sides := _sides(each, found)) is None:
        found.counts["unread"] += 1
    else:
        return box_of(sides, name)
    return None


def _sides(each: Mapping[str, Any], found: Annotations) -> tuple[float, ...] | None:
    """Return the sides of a box, or of the one around an outline."""
    box = each.get("bbox")
    if isinstance(box, list) and len(box) == 4:
        left, top, width, height = map(number, box)
        if left is None or top is None or width is None or height is None:
            return None
        return left, top, left + width, top + height
    parts = each.get("segmentation")
    flat = (
        [number(one) for part in parts if isinstance(part, list) for one in part]
        if isinstance(parts, list)
        else []
    )
    known = [one for one in flat if one is not None]
    if len(known) < 6 or len(known) != len(flat):
        return None
    found.counts["outlines"] += 1
    return around(list(zip(known[::2], known[1::2], strict=False)))


def _id(value: object) -> object:
    """Return an identifier as lists name it: some write numbers as texts."""
    return str(value) if isinstance(value, int | float | str) else None
