"""Boxes and outlines in pictures (YOLO, COCO, Pascal VOC): told to be that, because here each picture has one class."""

import re

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import are_classes
from bigmodel.data.media.entry import Entry
from bigmodel.data.media.files import IMAGE, MediaFiles
from bigmodel.data.media.listing import Context

LOOKED_AT = 5  # files of a kind
HEAD_BYTES = 2**20
YOLO = re.compile(rb"\s*\d+(?:\s+-?[\d.eE+-]+){4,}\s*")
COCO = re.compile(rb'"(?:bbox|segmentation)"\s*:')


def _read(files: MediaFiles, context: Context) -> Annotated | None:  # noqa: ARG001  (nothing is asked of a person)
    if files.medium != IMAGE or are_classes(files):
        return None
    found = _kind(files)
    if found:
        raise DatasetError("media_boxes", found=found)
    return None


def _kind(files: MediaFiles) -> str:
    """Return what boxes are written as beside the pictures, "" where there are none."""
    stems = {_stem(item.entry) for item in files.items}
    beside = [entry for entry in files.others if _stem(entry) in stems]
    lists = [entry for entry in files.others if entry.ending == ".json"]
    for name, entries, is_such in (
        ("COCO", lists, COCO.search),
        ("Pascal VOC", [e for e in beside if e.ending == ".xml"], re.compile(rb"<bndbox>").search),
        ("YOLO", [e for e in beside if e.ending == ".txt"], _is_yolo),
    ):
        if any(is_such(head(entry, HEAD_BYTES)) for entry in entries[:LOOKED_AT]):
            return name
    return ""


def _is_yolo(content: bytes) -> bool:
    lines = [line for line in content.splitlines() if line.strip()]
    return bool(lines) and all(map(YOLO.fullmatch, lines))


def _stem(entry: Entry) -> str:
    return entry.base.rpartition(".")[0]


def head(entry: Entry, most: int) -> bytes:
    """Return the first bytes of a file, none where it cannot be unpacked."""
    try:
        with entry.open() as file:
            return file.read(most)
    except DatasetError:
        return b""


FORMAT = AnnotationFormat("boxes", order=0, read=_read, kinds=("label",))
