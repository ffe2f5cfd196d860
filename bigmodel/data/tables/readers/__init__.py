"""The file formats, one file each, found by looking; a reader only ever runs inside the limited child process."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bigmodel.data.tables.table import Target


@dataclass(frozen=True)
class Reader:
    """One format: `claims` looks at the first bytes and the path, `read` streams the file into a target.

    The readers are asked in `order`; `endings` are the file name endings that promise this format. A file of
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
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found: list[Reader] = []
    for module in modules:
        found += getattr(module, "READERS", None) or [module.READER]
    return sorted(found, key=lambda reader: reader.order)
