"""Boxes around objects in pictures: Pascal VOC, COCO, Create ML, YOLO, CVAT, LabelMe, VIA or tables, found by what the files hold.

Where several formats are there, the one with boxes in most pictures counts. Pictures in class folders
are read as such, unless boxes are asked for.
"""

from dataclasses import replace

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.drawings.box_tables import read_tables
from bigmodel.data.media.annotations.drawings.coco import read_coco
from bigmodel.data.media.annotations.drawings.createml import read_createml
from bigmodel.data.media.annotations.drawings.cvat import read_cvat
from bigmodel.data.media.annotations.drawings.drawn import Annotations, Pictures
from bigmodel.data.media.annotations.drawings.placing import Placer
from bigmodel.data.media.annotations.drawings.shapes import read_shapes
from bigmodel.data.media.annotations.drawings.voc import read_voc
from bigmodel.data.media.annotations.drawings.yolo import read_yolo
from bigmodel.data.media.annotations.folders import are_classes, with_splits
from bigmodel.data.media.files import IMAGE, MediaFiles
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed

KIND = "boxes"
# Boxes that are left out by what their file says, and what was made of others, in the order in which it is said.
COUNTED = ("unnamed", "unread", "crowd", "astray", "outlines", "numbers", "unclassed")


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if files.medium != IMAGE or (context.kind != KIND and are_classes(files)):
        return None
    pictures = Pictures(files.items)
    every = [
        read_coco(files.others, pictures),
        read_createml(files.others, pictures),
        read_voc(files.others, pictures),
        read_cvat(files.others, pictures),
        read_shapes(files.others, pictures),
        read_yolo(files.others, pictures, files.items),
        read_tables(files.others, files.items),
    ]
    found = [each for each in every if each is not None]
    if not found:
        return _undrawn(files, context)
    best = max(found, key=_pictures_with_boxes)
    if context.kind not in ("", KIND):
        raise DatasetError("media_boxes", found=best.name)
    if not any(drawn.boxes for drawn in best.drawn.values()):
        raise DatasetError("boxes_none", found=best.name)
    return _annotated(files, best, found, context)


def _undrawn(files: MediaFiles, context: Context) -> Annotated | None:
    """Return pictures on which boxes are to be drawn here, where somebody wants to learn from boxes and none came."""
    if context.kind != KIND or not 0 < context.unsorted <= len(files.items):
        return None
    return Annotated(Form.BOXES, tuple(with_splits(files.items)))


def _pictures_with_boxes(found: Annotations) -> int:
    """Return of how many pictures a format says something; YOLO takes those without a file for empty."""
    return sum(bool(drawn.boxes) for drawn in found.drawn.values())


def _annotated(
    files: MediaFiles, best: Annotations, found: list[Annotations], context: Context
) -> Annotated:
    items = []
    for item in files.items:
        drawn = best.drawn.get(item.entry.name)
        label = drawn.to_text() if drawn is not None else ""
        items.append(replace(item, label=label, split=best.splits.get(item.entry.name, "")))
    _tell(files, best, found, context)
    sources = tuple(name for each in found for name in (*each.sources, *each.absent))
    return Annotated(
        Form.BOXES, tuple(with_splits(items)), sources, source=best.name, placer=Placer()
    )


def _tell(files: MediaFiles, best: Annotations, found: list[Annotations], context: Context) -> None:
    note = context.findings.note
    for each in found:
        if each is not best:
            note("boxes_unused", source=each.name, used=best.name, count=len(each.sources))
    if best.bad:
        note("boxes_bad", count=len(best.bad), names=listed(best.bad))
    if best.absent:
        note("boxes_absent", count=len(best.absent), names=listed(best.absent))
    silent = [item.entry.name for item in files.items if item.entry.name not in best.drawn]
    if silent:
        note("boxes_unlisted", count=len(silent), names=listed(silent))
    for name in COUNTED:
        if count := best.counts[name]:
            note(f"boxes_{name}", count=count)


FORMAT = AnnotationFormat("boxes", order=0, read=_read, kinds=(KIND, "label"))
