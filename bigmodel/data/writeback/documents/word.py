"""A Word document with passages put in other words: its style, tables, pictures, links and fields stay where they are.

A passage is what stands between two breaks of a paragraph: tabulators, new lines, fields and links end it. Its new words
stand in the longest of its runs, so that they look as most of it did.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.documents.passages import Passage, passage_of
from bigmodel.data.writeback.order import Order, Rows
from bigmodel.data.writeback.package import Package, Write, open_package
from bigmodel.data.writeback.splice import Splicer, prefix_of, text_of

SPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",  # the strict kind
)
NAMES = {f"{space} {name}": name for space in SPACES for name in (
    "p", "t", "tab", "ptab", "br", "cr", "fldChar", "fldSimple", "hyperlink",
)}  # fmt: skip
PARTS = ("header", "footer", "footnotes", "endnotes")  # beside the document itself
BROKEN, BROKEN_DOCUMENT = "workbook_", "document_broken"
Say = Callable[[str], str | None]  # a passage in other words; None leaves it


@dataclass
class Run:
    """Words of a passage: between which bytes their element stands, and its tag."""

    start: int
    tag: bytes
    text: str = ""
    stop: int = 0


class Passages(Splicer):
    """Copies a part of a document, and has each of its passages said in other words."""

    def __init__(self, write: Write, say: Say) -> None:
        super().__init__(write)
        self._parser.CharacterDataHandler = self._heard
        self._say = say
        self._names: list[str] = []
        # Runs of each open paragraph: a text box in one holds more of them.
        self._open: list[list[Run]] = []
        self._run: Run | None = None
        self._changes: list[tuple[int, int, bytes]] = []

    def start(self, name: str, attributes: Sequence[str]) -> None:  # noqa: ARG002
        """Begin a paragraph or a run, or end a passage where it breaks."""
        local = NAMES.get(name, "")
        self._names.append(local)
        if local == "p":
            self.keep_from = self.at if not self._open else self.keep_from
            self._open.append([])
        elif local == "t" and self._open:
            self._run = Run(self.at, self.tag())
        elif local:
            self._end_passage()

    def end(self) -> None:
        """End what was begun."""
        local = self._names.pop()
        if local == "t" and self._run:
            if self._run.text:  # one without words may have no end tag
                self._run.stop = self.at
                self._open[-1].append(self._run)
            self._run = None
        elif local == "p":
            self._end_passage()
            self._open.pop()
            if not self._open:
                for change in sorted(self._changes):
                    self.replace(*change)
                self._changes, self.keep_from = [], None
        elif local in ("fldSimple", "hyperlink"):
            self._end_passage()

    def _heard(self, text: str) -> None:
        if self._run:
            self._run.text += text

    def _end_passage(self) -> None:
        runs = self._open[-1] if self._open else []
        said = self._say("".join(run.text for run in runs)) if runs else None
        longest = max(runs, key=lambda run: len(run.text), default=None)
        for run in runs if said is not None else ():
            tag = b"<" + prefix_of(run.tag) + b't xml:space="preserve">'
            new = tag + text_of(said or "") if run is longest else run.tag
            self._changes.append((run.start, run.stop, new))
        runs.clear()


def word_passages(order: Order) -> list[Passage]:
    """Return the passages of the document of an order.

    Raises:
        DatasetError: `document_broken`.
    """
    found: list[Passage] = []

    def note(text: str) -> None:
        found.append(passage_of(text))

    with _opened(order) as package:
        for part in package.parts(PARTS):
            Passages(lambda _: None, note).feed(package.chunks(part))
    return found


def write_word(order: Order, rows: Rows, progress: Callable[[float], None]) -> None:
    """Write the document of an order, with other words for the passages that have some.

    Raises:
        DatasetError: `document_broken`.
    """
    place = -1

    def say(text: str) -> str | None:
        nonlocal place
        place += 1
        said = rows.get(place, (None,))[0]
        return passage_of(text).with_words(str(said)) if said is not None else None

    with _opened(order) as package:
        for part in package.parts(PARTS):
            package.change(part, partial(_said, say))
        package.save(order.out)
    progress(1.0)


def _said(say: Say, chunks: Iterator[bytes], write: Write) -> None:
    Passages(write, say).feed(chunks)


@contextmanager
def _opened(order: Order) -> Iterator[Package]:
    try:
        with open_package(order.source) as package:
            yield package
    except DatasetError as error:
        if error.key.startswith(BROKEN):  # a package of Word is told in words of its own
            raise DatasetError(BROKEN_DOCUMENT) from error
        raise
