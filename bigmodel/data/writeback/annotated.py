"""Pictures and recordings with their labels as other tools read them: COCO, YOLO, Pascal VOC, or a folder for each class."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.boxes import Box, Boxed, boxed_of, kinds_of

NAME_CHARACTERS = 80
UNSAFE = re.compile(r"[^\w.()\[\] -]+")
FOLDER = "images"


@dataclass(frozen=True)
class Labelled:
    """A file that is kept here, the name it is to have, and its label as a cell."""

    path: Path
    name: str
    label: str


Written = Iterator[tuple[str, str]]  # names in the archive, and texts


def coco(rows: Sequence[Labelled]) -> Written:
    """Yield one JSON file with all boxes, as COCO writes them: left, top, width, height."""
    kinds = kinds_of(row.label for row in rows)
    pictures: list[dict[str, object]] = []
    boxes: list[dict[str, object]] = []
    for number, (row, drawn) in enumerate(_drawn(rows), 1):
        width, height = drawn.size
        pictures.append({"id": number, "file_name": row.name, "width": width, "height": height})
        for box in drawn.boxes:
            sides = [box.left, box.top, box.right - box.left, box.bottom - box.top]
            known = {"id": len(boxes) + 1, "image_id": number, "iscrowd": 0}
            kind, area = kinds.index(box.kind) + 1, round(box.area, 2)
            bbox = [round(side, 2) for side in sides]
            boxes.append({**known, "category_id": kind, "bbox": bbox, "area": area})
    named = [{"id": number, "name": kind} for number, kind in enumerate(kinds, 1)]
    whole = {"images": pictures, "annotations": boxes, "categories": named}
    yield "annotations.json", json.dumps(whole, ensure_ascii=False)


def yolo(rows: Sequence[Labelled]) -> Written:
    """Yield a text file for each picture, as YOLO reads it: kind, middle, width and height as shares; and the kinds."""
    kinds = kinds_of(row.label for row in rows)
    for row, drawn in _drawn(rows):
        lines = (_shares(box, drawn.size, kinds.index(box.kind)) for box in drawn.boxes)
        yield f"labels/{Path(row.name).stem}.txt", "".join(lines)
    yield "classes.txt", "".join(f"{kind}\n" for kind in kinds)
    names = json.dumps(kinds, ensure_ascii=False)  # a list of JSON is one of YAML too
    yield (
        "data.yaml",
        f"path: .\ntrain: {FOLDER}\nval: {FOLDER}\nnc: {len(kinds)}\nnames: {names}\n",
    )


def voc(rows: Sequence[Labelled]) -> Written:
    """Yield an XML file for each picture, as Pascal VOC has it: whole pixels."""
    for row, drawn in _drawn(rows):
        root = Element("annotation")
        SubElement(root, "filename").text = row.name
        size = SubElement(root, "size")
        for name, number in zip(("width", "height", "depth"), (*drawn.size, 3), strict=True):
            SubElement(size, name).text = str(number)
        for box in drawn.boxes:
            found = SubElement(root, "object")
            SubElement(found, "name").text = box.kind
            place = SubElement(found, "bndbox")
            for name, side in zip(("xmin", "ymin", "xmax", "ymax"), box[:4], strict=True):
                SubElement(place, name).text = str(round(side))
        yield f"annotations/{Path(row.name).stem}.xml", tostring(root, "unicode")


BOXES: Mapping[str, Callable[[Sequence[Labelled]], Written]] = {
    "coco": coco,
    "yolo": yolo,
    "voc": voc,
}
FOLDERS = "folders"


def write(rows: Sequence[Labelled], style: str, out: Path, progress: OnShare) -> None:
    """Write files and labels as one ZIP, which is there whole or not at all."""
    rows = _named(rows)
    part = out.with_name(f".{out.name}.part")
    folders = _folders({row.label for row in rows}) if style == FOLDERS else {}
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as package:  # they are packed already
            for done, row in enumerate(rows):
                progress(done / len(rows))
                package.write(row.path, f"{folders.get(row.label, FOLDER)}/{row.name}")
            for name, text in BOXES[style](rows) if style in BOXES else ():
                package.writestr(name, text, zipfile.ZIP_DEFLATED)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _drawn(rows: Sequence[Labelled]) -> Iterator[tuple[Labelled, Boxed]]:
    """Yield the rows whose boxes can be read."""
    for row in rows:
        if drawn := boxed_of(row.label):
            yield row, drawn


def _shares(box: Box, size: tuple[int, int], kind: int) -> str:
    width, height = size
    across, down = (box.left + box.right) / 2 / width, (box.top + box.bottom) / 2 / height
    wide, high = (box.right - box.left) / width, (box.bottom - box.top) / height
    return f"{kind} {across:.6f} {down:.6f} {wide:.6f} {high:.6f}\n"


def _named(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return rows whose names are safe, each stem once: labels beside them are told by it."""
    taken: set[str] = set()
    named = []
    for row in rows:
        stem = _free(Path(row.name).stem, "file", taken)
        named.append(Labelled(row.path, stem + row.path.suffix, row.label))
    return named


def _folders(classes: set[str]) -> dict[str, str]:
    """Return the folder of each class."""
    taken: set[str] = set()
    return {name: _free(name, "class", taken) for name in sorted(classes)}


def _free(name: str, otherwise: str, taken: set[str]) -> str:
    """Return a safe name that is not taken yet, whatever the case of letters."""
    safe = UNSAFE.sub("_", name).strip(" .")[:NAME_CHARACTERS] or otherwise
    found, number = safe, 1
    while found.casefold() in taken:
        number += 1
        found = f"{safe} {number}"
    taken.add(found.casefold())
    return found
