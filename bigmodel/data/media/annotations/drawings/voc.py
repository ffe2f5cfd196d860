"""Reads boxes as Pascal VOC writes them: an XML file for each picture. Entities and DTDs are refused before they are read."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bigmodel.core.datasets.boxes import box_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.drawings.drawn import (
    Annotations,
    Drawn,
    Pictures,
    content,
    kind,
    number,
)
from bigmodel.data.media.entry import Entry

NAME = "Pascal VOC"
MOST_BYTES = 4 * 2**20
LOOKED_AT = 5
SIDES = ("xmin", "ymin", "xmax", "ymax")


def read_voc(others: Sequence[Entry], pictures: Pictures) -> Annotations | None:
    """Return the boxes of the XML files beside pictures; None where there are no such files.

    Raises:
        DatasetError: `boxes_hostile`.
    """
    files = [(entry, pictures.beside(entry)) for entry in others if entry.ending == ".xml"]
    beside = [(entry, picture) for entry, picture in files if picture is not None]
    heads = (content(entry, MOST_BYTES) or b"" for entry, _ in beside[:LOOKED_AT])
    if not any(b"<annotation" in head for head in heads):
        return None
    found = Annotations(NAME)
    for entry, picture in beside:
        found.sources.append(entry.name)
        root = _root(entry)
        if root is None:
            found.bad.append(entry.name)
        else:
            found.drawn[picture.name] = _drawn(root, found)
    found.absent = [entry.name for entry, picture in files if picture is None]
    return found


def _root(entry: Entry) -> Element | None:
    """Return the annotation that a file holds, None where it holds none."""
    raw = content(entry, MOST_BYTES)
    try:
        root: Element | None = None if raw is None else fromstring(raw, forbid_dtd=True)
    except DefusedXmlException as error:
        raise DatasetError("boxes_hostile", name=entry.name[-80:]) from error
    except (ParseError, ValueError, LookupError, RecursionError):
        return None
    return root if root is not None and root.tag == "annotation" else None


def _drawn(root: Element, found: Annotations) -> Drawn:
    width, height = (number(root.findtext(f"size/{side}", "")) for side in ("width", "height"))
    size = (width, height) if width and height else None
    boxes = []
    for each in root.iterfind("object"):
        name = kind(each.findtext("name", ""))
        sides = [number(each.findtext(f"bndbox/{side}", "")) for side in SIDES]
        known = [side for side in sides if side is not None]
        if not name:
            found.counts["unnamed"] += 1
        elif len(known) < len(sides):
            found.counts["unread"] += 1
        else:
            boxes.append(box_of(known, name))
    return Drawn(tuple(boxes), size)
