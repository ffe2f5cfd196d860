"""Copies a part of a package byte for byte, with changes only where a parser found the place for them; it never writes XML anew.

expat is used because it alone says at which byte an element stands. A document type, and with it every
entity, is refused.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from xml.parsers import expat

from bigmodel.core.errors import DatasetError

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",  # the strict kind
)
TAG = re.compile(rb"<[^'\">]*(?:\"[^\"]*\"[^'\">]*|'[^']*'[^'\">]*)*>")
PREFIX = re.compile(rb"<([^\s/>:]+:)?")
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
DECLARED = re.compile(r"^(<\?xml[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')")
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Splicer:
    """Reads chunks of XML and passes them on; whoever derives from it says what changes at an element."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.ordered_attributes = True
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser
        self._write = write
        self._held, self._base = b"", 0  # bytes not yet passed on, and where they begin
        self._edits: list[tuple[int, int, bytes]] = []
        self.at = 0  # the byte at which the present element, or its end, begins
        self.keep_from: int | None = None  # bytes from here on may still be replaced

    def start(self, name: str, attributes: Sequence[str]) -> None:
        """Take the start of an element; attributes are names and values in turn."""

    def end(self) -> None:
        """Take the end of an element."""

    def feed(self, chunks: Iterable[bytes]) -> None:
        """Take the whole part.

        Raises:
            DatasetError: `workbook_broken` or `workbook_unsafe`.
        """
        try:
            for chunk in as_utf8(chunks):
                self._held += chunk
                self._parser.Parse(chunk, False)
                self._flush(self.at)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise DatasetError("workbook_broken") from error
        self.keep_from = None
        self._flush(self._base + len(self._held))

    def tag(self, at: int | None = None) -> bytes:
        """Return a tag as it is written, the present one or the one at a byte."""
        found = TAG.match(self._held, (self.at if at is None else at) - self._base)
        if found is None:
            raise DatasetError("workbook_broken")
        return found.group()

    def replace(self, start: int, stop: int, new: bytes) -> None:
        """Write `new` in place of some bytes; changes must come in the order of the part."""
        self._edits.append((start, stop, new))

    def _started(self, name: str, attributes: list[str]) -> None:
        self.at = self._parser.CurrentByteIndex
        self.start(name, attributes)

    def _ended(self, _name: str) -> None:
        self.at = self._parser.CurrentByteIndex
        self.end()

    def _flush(self, limit: int) -> None:
        limit = limit if self.keep_from is None else min(limit, self.keep_from)
        parts, at = [], self._base
        while self._edits and self._edits[0][1] <= limit:
            start, stop, new = self._edits.pop(0)
            parts += [self._held[at - self._base : start - self._base], new]
            at = stop
        limit = min(limit, self._edits[0][0]) if self._edits else limit
        if limit > at:
            parts.append(self._held[at - self._base : limit - self._base])
            at = limit
        self._held, self._base = self._held[at - self._base :], at
        if parts:
            self._write(b"".join(parts))


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks; a part in UTF-16 comes in UTF-8, and says so."""
    iterator = iter(chunks)
    first = next(iterator, b"")
    codec = UTF16.get(first[:2])
    if codec is None:
        yield first
        yield from iterator
        return
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        head = decoder.decode(first[2:])
        yield DECLARED.sub(r'\1 encoding="UTF-8"', head).encode()
        for chunk in iterator:
            yield decoder.decode(chunk).encode()
    except UnicodeError as error:
        raise DatasetError("workbook_broken") from error


def prefix_of(tag: bytes) -> bytes:
    """Return the prefix with its colon under which a tag is written, or nothing."""
    found = PREFIX.match(tag)
    return (found.group(1) or b"") if found else b""


def text_of(text: str) -> bytes:
    """Return a text as it may stand in an element or an attribute, in any encoding that holds ASCII."""
    clean = ILLEGAL.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace('"', "&quot;").replace("\r", "&#13;").encode("ascii", "xmlcharrefreplace")


def named(*names: str) -> dict[str, str]:
    """Return local names by the names that the parser gives to spreadsheet elements."""
    return {f"{space} {name}": name for space in MAIN for name in names}


def _refuse(*_: object) -> None:
    raise DatasetError("workbook_unsafe")
