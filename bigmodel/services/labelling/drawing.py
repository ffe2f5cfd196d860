"""Labels that are drawn: boxes around objects, each with a class; which pictures can have them, and what is kept of a drawing."""

from dataclasses import replace

from bigmodel.core.datasets.boxes import Box, Boxed, boxed_of
from bigmodel.core.datasets.dataset import Form, Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.files import IMAGE
from bigmodel.data.versions.revise import renamed
from bigmodel.services.labelling.workspace import Workspace
from bigmodel.settings import Settings

MOST_BOXES = 500  # of one picture
SMALLEST = 1.0  # pixels of a side


def can_be_drawn(workspace: Workspace) -> bool:
    """Tell whether these are pictures of which nothing is said yet."""
    version = workspace.version
    is_plain = version.summary.medium == IMAGE and version.recipe.form == Form.FOLDERS
    return is_plain and not workspace.by_hand and not workspace.contents.has_label.any()


def as_drawn(settings: Settings, workspace: Workspace) -> Version:
    """Return the next version of pictures without classes, in which objects are found by boxes."""
    version = workspace.version
    recipe = replace(version.recipe, form=Form.BOXES)
    return renamed(settings, version, version.number + 1, recipe, {})


def drawn_label(cell: str) -> str:
    """Return a drawing as it is kept: boxes cut at the rim, those that are nothing left out.

    Raises:
        DatasetError: `boxes_unreadable`.
    """
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
