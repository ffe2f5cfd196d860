"""The kinds of findings, one module each, found by looking; a kind reads rows and changes nothing."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bigmodel.core.datasets.checkup import Finding
from bigmodel.data.checkup.rows import CheckedRows


@dataclass(frozen=True)
class Kind:
    """What looks for one kind of trouble; `media` are those it knows: "text", "image", "audio"."""

    media: tuple[str, ...]
    find: Callable[[CheckedRows], Iterator[Finding]]


def find_kinds(medium: str) -> list[Kind]:
    """Return the kinds that look at a medium, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found: list[Kind] = [importlib.import_module(f"{__name__}.{name}").KIND for name in names]
    return [kind for kind in found if medium in kind.media]
