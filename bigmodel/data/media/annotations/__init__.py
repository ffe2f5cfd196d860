"""What says the class of each picture or what is spoken in each recording: one file a format, found by looking.

A format looks at the files of an upload and returns them with their labels, or None where it is not
there. Formats are asked in `order`, those of the target kind that somebody wants first; the first that
answers counts. None opens a file by a name that stands in another.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.media.files import Item, MediaFiles
from bigmodel.data.media.keep import Kept
from bigmodel.data.media.listing import SPEAKER, Context
from bigmodel.data.media.naming.lists import with_listed_parts
from bigmodel.data.tables.table import Findings


class LabelPlacer(Protocol):
    """Brings labels that name places of a picture to the picture as it is kept."""

    def __call__(self, label: str, transform: str) -> str:
        """Return the label of one picture, of which `transform` says what became of it."""

    def tell(self, findings: Findings, source: str) -> None:
        """Say what was placed and what was not, once all are."""


SPOKEN = "spoken"  # the target kind of texts that are read aloud
AS_WANTED = {SPEAKER: Form.FOLDERS, SPOKEN: Form.TRANSCRIPTS}  # kinds that a layout is read as

Joiner = Callable[[Sequence[tuple[Item, Kept]], Findings], list[tuple[Item, Kept]]]


@dataclass(frozen=True)
class Annotated:
    """Files with their labels and given parts. `sources` are names of files that said so.

    `level` is that of class folders, `name_part` the place of the class in names, `kind` the target kind
    that it names ("" where the form tells). `placer` finishes labels that name places of a picture; `source`
    is what the format is called then. `joiner` brings files that belong together into one row, once they are kept.
    """

    form: str
    items: tuple[Item, ...]
    sources: tuple[str, ...] = ()
    level: int = 0
    name_part: str = ""
    kind: str = ""
    source: str = ""
    placer: LabelPlacer | None = None
    joiner: Joiner | None = None


@dataclass(frozen=True)
class AnnotationFormat:
    """One way to say what files are; `kinds` are the target kinds of what it says."""

    name: str
    order: int
    read: Callable[[MediaFiles, Context], Annotated | None]
    kinds: tuple[str, ...]


def annotate(files: MediaFiles, context: Context) -> Annotated:
    """Return the files with what the first format that is there says of them.

    Raises:
        DatasetError: a format is there and cannot be used, or none is.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    formats: list[AnnotationFormat] = [
        module.FORMAT for module in modules if hasattr(module, "FORMAT")
    ]
    for each in sorted(formats, key=lambda one: (context.kind not in one.kinds, one.order)):
        if (found := each.read(files, context)) is not None:
            found = replace(found, items=with_listed_parts(found.items, files, context.findings))
            wanted = AS_WANTED.get(context.kind)
            return replace(found, kind=context.kind) if found.form == wanted else found
    raise RuntimeError("class folders are the last format, and answer or raise")
