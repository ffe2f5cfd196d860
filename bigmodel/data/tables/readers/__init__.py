"""The file formats, one file each, found by looking; a reader only ever runs inside the limited child process."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bigmodel.data.tables.table import Target

SURE = 0  # orders below it are of readers that know their files by signs of their own


@dataclass(frozen=True)
class Reader:
    """One format: `claims` looks at the first bytes and the path, `read` streams the file into a target.

    The readers are asked in `order`, those below `SURE` before a file is refused for what it is not.
    `endings` are the file name endings that promise this format. A file of
    such an ending that is brought for targets of a `kind` is read by that kind's reader where only the last resort is left,
    or, if it `is_first`, before all others; other files never are.
    """

    name: str
    order: int
    endings: tuple[str, ...]
    claims: Callable[[bytes, Path], bool]
    read: Callable[[Path, Target], None]
    kind: str = ""
    is_first: bool = False


def find_readers() -> list[Reader]:
    """Return the readers of all formats in the order in which they are asked; two of one sort stand in one file as `READERS`."""
    listed = pkgutil.walk_packages(__path__, f"{__name__}.")
    names = [module.name for module in listed if not module.ispkg]
    found: list[Reader] = []
    for name in sorted(names, key=lambda name: name.rpartition(".")[2]):
        module = importlib.import_module(name)
        found += getattr(module, "READERS", None) or [module.READER]
    return sorted(found, key=lambda reader: reader.order)
