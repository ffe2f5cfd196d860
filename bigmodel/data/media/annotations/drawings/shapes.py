"""Reads boxes as LabelMe writes them, a JSON file for each picture, and as the VGG annotator does, one for all."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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

LABELME, VIA = "LabelMe", "VIA"
MOST_BYTES = 64 * 2**20
ROUND = ("circle", "ellipse")
Values = Mapping[str, Any]  # Any: as JSON has it


def read_shapes(others: Sequence[Entry], pictures: Pictures) -> Annotations | None:
    """Return the boxes of such files; None where there are none, or nothing is drawn in them."""
    found = Annotations(LABELME)
    for entry, told in shape_files(others):
        found.sources.append(entry.name)
        if "shapes" in told:
            name, boxes = told["imagePath"], tuple(_of_labelme(told["shapes"], found))
            size = number(told.get("imageWidth")), number(told.get("imageHeight"))
            _take(found, pictures, entry, str(name), boxes, size)
            continue
        found.name = VIA
        for one in told.values():
            boxes = tuple(_of_via(one["regions"], found))
            _take(found, pictures, entry, str(one.get("filename", "")), boxes, (None, None))
    return found if any(drawn.boxes for drawn in found.drawn.values()) else None


def shape_files(others: Sequence[Entry]) -> Iterator[tuple[Entry, Values]]:
    """Yield each file of LabelMe, and of each of the VGG annotator what it says of every picture."""
    for entry in others:
        raw = content(entry, MOST_BYTES) if entry.ending == ".json" else None
        if not raw or not (b'"shapes"' in raw or b'"regions"' in raw):
            continue
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        if not isinstance(told, dict):
            continue
        if isinstance(told.get("shapes"), list) and "imagePath" in told:
            yield entry, told
            continue
        every = told.get("_via_img_metadata", told)
        if isinstance(every, dict) and every and all(map(_is_via, every.values())):
            yield entry, every


def _is_via(one: object) -> bool:
    return (
        isinstance(one, dict) and "filename" in one and isinstance(one.get("regions"), list | dict)
    )


def _take(
    found: Annotations,
    pictures: Pictures,
    entry: Entry,
    name: str,
    boxes: tuple[Box, ...],
    size: tuple[float | None, float | None],
) -> None:
    picture = pictures.named(name, entry) or (pictures.beside(entry) if size[0] else None)
    if picture is None:
        found.absent.append(name[-80:])
        return
    width, height = size
    found.drawn[picture.name] = Drawn(boxes, (width, height) if width and height else None)


def _of_labelme(shapes: Sequence[Values], found: Annotations) -> Iterator[Box]:
    for shape in shapes:
        points = _points(shape.get("points", ()))
        form = shape.get("shape_type", "polygon")
        if points and form == "circle" and len(points) == 2:
            (x, y), (edge, side) = points
            far = ((x - edge) ** 2 + (y - side) ** 2) ** 0.5
            points = [(x - far, y - far), (x + far, y + far)]
        found.counts["outlines"] += form not in ("rectangle", "polygon", *ROUND) and bool(points)
        yield from _boxed(points, kind(shape.get("label", "")), found)


def _of_via(regions: Any, found: Annotations) -> Iterator[Box]:  # Any: a list, or an object
    every: Sequence[Values] = list(regions.values()) if isinstance(regions, dict) else regions
    for region in every:
        shape = region.get("shape_attributes", {})
        names = [kind(value) for value in region.get("region_attributes", {}).values()]
        name = next(filter(None, names), "")
        yield from _boxed(_corners(shape), name, found)


def _corners(shape: Values) -> list[tuple[float, float]]:
    """Return the corners of a rectangle, of a circle's or ellipse's box, or the points of an outline."""
    if isinstance(shape.get("all_points_x"), list):
        return _points(
            list(zip(shape["all_points_x"], shape.get("all_points_y", ()), strict=False))
        )
    x, y, width, height = (number(shape.get(name)) for name in ("x", "y", "width", "height"))
    if None not in (x, y, width, height):
        return _points([(x, y), (x + width, y + height)])  # type: ignore[operator]
    x, y = number(shape.get("cx")), number(shape.get("cy"))
    across, down = number(shape.get("rx", shape.get("r"))), number(shape.get("ry", shape.get("r")))
    if None in (x, y, across, down):
        return []
    return _points([(x - across, y - down), (x + across, y + down)])  # type: ignore[operator]


def _points(points: object) -> list[tuple[float, float]]:
    """Return points of which every number is one, none where any is not."""
    pairs = [point for point in points if len(point) == 2] if isinstance(points, list) else []
    told = [(number(x), number(y)) for x, y in pairs]
    placed = [(x, y) for x, y in told if x is not None and y is not None]
    return placed if len(placed) == len(told) else []


def _boxed(points: Sequence[tuple[float, float]], name: str, found: Annotations) -> Iterator[Box]:
    if not name:
        found.counts["unnamed"] += 1
    elif len(points) < 2:
        found.counts["unread"] += 1
    else:
        yield box_of(around(points), name)
