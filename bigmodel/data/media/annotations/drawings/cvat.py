"""Reads boxes as CVAT writes them for images: one XML file with every picture. Entities and DTDs are refused before they are read."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.core.errors import DatasetError
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

NAME = "CVAT"
MOST_BYTES = 128 * 2**20
SIDES = ("xtl", "ytl", "xbr", "ybr")
OUTLINES = ("polygon", "polyline", "points")


def read_cvat(others: Sequence[Entry], pictures: Pictures) -> Annotations | None:
    """Return the boxes of files of CVAT; None where there are none, or only words about whole pictures.

    Raises:
        DatasetError: `boxes_hostile`.
    """
    found = Annotations(NAME)
    is_drawn = False
    for entry, root in cvat_files(others):
        found.sources.append(entry.name)
        for image in root.iter("image"):
            name = image.get("name", "")
            picture = pictures.named(name, entry)
            if picture is None:
                found.absent.append(name[-80:])
                continue
            boxes = tuple(_boxes(image, found))
            is_drawn = is_drawn or bool(boxes)
            width, height = number(image.get("width")), number(image.get("height"))
            found.drawn[picture.name] = Drawn(boxes, (width, height) if width and height else None)
    return found if is_drawn else None


def cvat_files(others: Sequence[Entry]) -> Iterator[tuple[Entry, Element]]:
    """Yield the files of CVAT and what they hold.

    Raises:
        DatasetError: `boxes_hostile`.
    """
    for entry in others:
        raw = content(entry, MOST_BYTES) if entry.ending == ".xml" else None
        if not raw or b"<annotations" not in raw or b"<image" not in raw:
            continue
        try:
            root: Element = fromstring(raw, forbid_dtd=True)
        except DefusedXmlException as error:
            raise DatasetError("boxes_hostile", name=entry.name[-80:]) from error
        except (ParseError, ValueError, LookupError, RecursionError):
            continue
        if root.tag == "annotations":
            yield entry, root


def _boxes(image: Element, found: Annotations) -> Iterator[Box]:
    for shape in image:
        name = kind(shape.get("label", ""))
        if shape.tag not in ("box", *OUTLINES):
            continue
        sides = _sides(shape)
        if not name:
            found.counts["unnamed"] += 1
        elif sides is None:
            found.counts["unread"] += 1
        else:
            found.counts["outlines"] += shape.tag != "box"
            yield box_of(sides, name)


def _sides(shape: Element) -> Sequence[float] | None:
    if shape.tag == "box":
        sides = [number(shape.get(side)) for side in SIDES]
        known = [side for side in sides if side is not None]
        return known if len(known) == len(sides) else None
    pairs = [point.split(",") for point in shape.get("points", "").split(";")]
    points = [(number(pair[0]), number(pair[-1])) for pair in pairs]
    placed = [(x, y) for x, y in points if x is not None and y is not None]
    return around(placed) if len(placed) > 1 and len(placed) == len(points) else None
