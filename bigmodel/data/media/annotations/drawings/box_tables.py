"""Reads boxes as tables write them, a line for each box: by the names of the columns, or as two known layouts without such names.

With names: those of TensorFlow (filename, class, xmin, ymin, xmax, ymax), Open Images (ImageID, LabelName, XMin, XMax,
YMin, YMax in fractions), x, y, width and height, one cell with all four (`bbox`), and the VGG image annotator.
Without: keras-retinanet (path, x1, y1, x2, y2, class) and Google AutoML (set, path, label, corners in fractions).
"""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bigmodel.core.datasets.boxes import Box, box_of
from bigmodel.core.datasets.dataset import Split
from bigmodel.data.media.annotations.drawings.drawn import (
    Annotations,
    Drawn,
    kind,
    number,
    part_named,
)
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.media.files import Item
from bigmodel.data.media.naming.lookup import FileNames
from bigmodel.data.parts import part_of

NAME = "CSV"
ENDINGS = (".csv", ".tsv")
MOST_BYTES = 64 * 2**20
LOOKED_AT = 20  # lines, of which half name a picture
WHOLE = (1.0, 1.0)
NO_NAME = "object"  # of boxes in a table without a column for their kinds
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# Names of columns, without case and marks, by what they hold.
COLUMNS = {
    "file": "filename file image imageid imagename imagepath imagefile img path photo picture name fname 文件名 文件 图片 图像",
    "kind": "class classname label labelname category categoryname classid object species 类别 标签 类",
    "part": "split set subset part usage 划分",
    "left": "xmin x1 left x bboxx bboxx1 boxx minx bboxxmin",
    "top": "ymin y1 top y bboxy bboxy1 boxy miny bboxymin",
    "right": "xmax x2 right bboxx2 maxx bboxxmax",
    "bottom": "ymax y2 bottom bboxy2 maxy bboxymax",
    "across": "w width boxwidth bboxw bboxwidth boxw",
    "down": "h height boxheight bboxh bboxheight boxh",
    "wide": "imagewidth imgwidth imagew imgw",
    "tall": "imageheight imgheight imageh imgh",
    "corner": "bbox box boundingbox",
    "shape": "regionshapeattributes",
    "about": "regionattributes",
}
ROLES = {name: role for role, names in COLUMNS.items() for name in names.split()}
AUTOML = ("part", "file", "kind", "left", "top", "", "", "right", "bottom", "", "")
RETINANET = ("file", "left", "top", "right", "bottom", "kind")
Cells = Mapping[str, str]  # of a line, by what they hold
Sides = Callable[[Cells], Sequence[float | None]]


@dataclass(frozen=True)
class Line:
    """One box of a picture, or a picture without any."""

    file: str
    part: str
    name: str
    sides: Sequence[float | None] | None
    size: tuple[float | None, float | None]


def read_tables(others: Sequence[Entry], items: Sequence[Item]) -> Annotations | None:
    """Return the boxes of every table that has such columns and names pictures; None where none does."""
    found = Annotations(NAME)
    lists = [(entry, lines) for entry in others if (lines := _lines(entry))]
    parts = {entry.name: part_named(entry) for entry, _ in lists}
    are_parts = Split.TRAIN in parts.values() and len(set(parts.values())) > 1
    for entry, lines in lists:
        names = FileNames(items, entry)
        looked = lines[:LOOKED_AT]
        if 2 * sum(names.find(line.file) is not None for line in looked) < len(looked):
            continue
        found.sources.append(entry.name)
        _take(lines, names, found, parts[entry.name] if are_parts else "")
    return found if found.drawn else None


def _lines(entry: Entry) -> list[Line]:
    """Return the lines of a table of boxes, none where it is something else."""
    if entry.ending not in ENDINGS or entry.size > MOST_BYTES:
        return []
    text = text_of(entry, MOST_BYTES)
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(text.splitlines(), delimiter=mark) if any(row)]
    except csv.Error:
        return []
    if not rows:
        return []
    roles = _named(rows[0])
    if roles:
        rows = rows[1:]
    else:
        roles = _unnamed(rows)
    sides = _sides_of(roles)
    if "file" not in roles or sides is None:
        return []
    return [_line(dict(zip(roles, row, strict=False)), sides) for row in rows]


def _named(heads: Sequence[str]) -> tuple[str, ...]:
    """Return what each column holds by its name, nothing where the first line has no names."""
    roles = [ROLES.get(re.sub(r"[\W_]+", "", head.casefold()), "") for head in heads]
    if "right" in roles or "corner" in roles:  # then width and height are those of the picture
        instead = {"across": "wide", "down": "tall"}
        roles = [instead.get(role, role) for role in roles]
    once = [role if roles.index(role) == at else "" for at, role in enumerate(roles)]
    return tuple(once) if "file" in once and len(set(once)) > 2 else ()


def _unnamed(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return what each column holds in one of the two layouts without names."""
    for roles in (AUTOML, RETINANET):
        places = [roles.index(side) for side in ("left", "top", "right", "bottom")]
        looked = [row for row in rows[:LOOKED_AT] if len(row) == len(roles)]
        full = [row for row in looked if any(row[at].strip() for at in places)]
        if len(looked) == len(rows[:LOOKED_AT]) and full and all(NUMBER.fullmatch(row[at].strip()) for row in full for at in places):  # fmt: skip
            return roles
    return ()


def _sides_of(roles: Sequence[str]) -> Sides | None:
    """Return how the sides of a box are read from these columns, None where they hold none."""
    has = set(roles).__contains__
    if all(map(has, ("left", "top", "right", "bottom"))):
        return lambda cells: [number(cells.get(s, "")) for s in ("left", "top", "right", "bottom")]
    if all(map(has, ("left", "top", "across", "down"))):
        return lambda cells: _spanned([number(cells.get(s, "")) for s in ("left", "top", "across", "down")])  # fmt: skip
    if has("corner"):
        return lambda cells: _spanned([float(n) for n in NUMBER.findall(cells["corner"])])
    return _of_shape if has("shape") else None


def _spanned(values: Sequence[float | None]) -> Sequence[float | None]:
    """Return the sides of a box that is given by its upper left corner, its width and its height."""
    known = [value for value in values if value is not None]
    if len(known) != 4:
        return [None]
    left, top, width, height = known
    return left, top, left + width, top + height


def _of_shape(cells: Cells) -> Sequence[float | None]:
    """Return the sides of a rectangle of the VGG image annotator."""
    shape = _object(cells["shape"])
    return _spanned([number(shape.get(name)) for name in ("x", "y", "width", "height")])


def _object(text: str) -> dict[str, object]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _line(cells: Cells, sides: Sides) -> Line:
    has_kind = "kind" in cells or "about" in cells
    name = cells.get("kind") or next(map(str, _object(cells.get("about", "")).values()), "")
    is_empty = not any(
        cells.get(role, "").strip(" []{}") for role in ("left", "right", "corner", "shape")
    )
    size = (number(cells.get("wide", "")), number(cells.get("tall", "")))
    return Line(
        cells.get("file", ""),
        str(part_of(cells.get("part", "")) or ""),
        kind(name) if has_kind else NO_NAME,
        None if is_empty else sides(cells),
        size,
    )


def _take(lines: Sequence[Line], names: FileNames, found: Annotations, part: str) -> None:
    """Add the boxes of a table to those of the tables before."""
    names = names.among(line.file for line in lines)
    corners = [side for line in lines for side in line.sides or () if side is not None]
    are_fractions = bool(corners) and max(corners) <= 1.0
    found.counts["unclassed"] += any(line.name == NO_NAME for line in lines)
    boxes: dict[str, dict[Box, None]] = {}
    sizes: dict[str, tuple[float, float] | None] = {}
    for line in lines:
        item = names.find(line.file)
        if item is None:
            found.absent.append(line.file[-80:])
            continue
        place, (wide, tall) = item.entry.name, line.size
        sizes.setdefault(place, WHOLE if are_fractions else (wide, tall) if wide and tall else None)
        mine = boxes.setdefault(place, {})
        if told := line.part or part:
            found.splits[place] = told
        if (box := _box(line, found)) is not None:
            mine[box] = None
    for place, mine in boxes.items():
        before = found.drawn.get(place, Drawn())
        found.drawn[place] = Drawn(
            tuple(dict.fromkeys((*before.boxes, *mine))), sizes[place] or before.size
        )
    found.absent = list(dict.fromkeys(found.absent))


def _box(line: Line, found: Annotations) -> Box | None:
    if line.sides is None:
        return None
    known = [side for side in line.sides if side is not None]
    if not line.name:
        found.counts["unnamed"] += 1
    elif len(known) < 4:
        found.counts["unread"] += 1
    else:
        return box_of(known, line.name)
    return None
