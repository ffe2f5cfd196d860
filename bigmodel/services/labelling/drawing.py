"""Labels that are drawn: boxes around objects or marks in a text, each with a class; which rows can have them, and what is kept of a drawing."""

from dataclasses import replace

from bigmodel.core.datasets.boxes import Box, Boxed, boxed_of
from bigmodel.core.datasets.dataset import Form, Version
from bigmodel.core.datasets.spans import parse_marks, write_marks
from bigmodel.core.errors import DatasetError
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Medium
from bigmodel.data.media.files import IMAGE
from bigmodel.data.versions.revise import renamed
from bigmodel.services.labelling.workspace import Workspace
from bigmodel.settings import Settings

MARKS = "spans"  # the target kind of words that are marked
MOST_BOXES = 500  # of one picture
MOST_MARKS = 2_000  # of one text
SMALLEST = 1.0  # pixels of a side


def can_be_drawn(workspace: Workspace) -> bool:
    """Tell whether these are pictures or texts of which nothing is said yet."""
    version = workspace.version
    is_table = version.recipe.form == Form.TABLE and len(version.recipe.inputs) == 1
    is_plain = {IMAGE: version.recipe.form == Form.FOLDERS, Medium.TEXT: is_table}.get(
        version.summary.medium, False
    ) and not workspace.kind.is_drawn
    return is_plain and not workspace.by_hand and not workspace.contents.has_label.any()


def as_drawn(settings: Settings, workspace: Workspace) -> Version:
    """Return the next version of rows without classes, in which objects are found by boxes or words are marked."""
    version = workspace.version
    recipe = (
        replace(version.recipe, kind=MARKS, task="")
        if version.summary.medium == Medium.TEXT
        else replace(version.recipe, form=Form.BOXES)
    )
    return renamed(settings, version, version.number + 1, recipe, {})


def drawn_label(kind: TargetKind, cell: str) -> str:
    """Return a drawing as it is kept.

    Raises:
        DatasetError: `boxes_unreadable`, `marks_unreadable`.
    """
    return _marks(cell) if kind.name == MARKS else _boxes(cell)


def _marks(cell: str) -> str:
    marks = parse_marks(cell)
    if marks is None or len(marks) > MOST_MARKS:
        raise DatasetError("marks_unreadable")
    return write_marks(mark for mark in marks if 0 <= mark.start < mark.end and mark.kind)


def _boxes(cell: str) -> str:
    """Return boxes cut at the rim, those that are nothing left out."""
    found = boxed_of(cell)
    if found is None or min(found.size) < 1 or len(found.boxes) > MOST_BOXES:
        raise DatasetError("boxes_unreadable")
    width, height = found.size
    cut = (
        Box(max(0, b.left), max(0, b.top), min(width, b.right), min(height, b.bottom), b.kind)
        for b in found.boxes
    )
    kept = (b for b in cut if b.right - b.left >= SMALLEST and b.bottom - b.top >= SMALLEST)
    return Boxed(found.size, tuple(dict.fromkeys(kept))).to_cell()
