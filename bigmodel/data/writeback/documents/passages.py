"""Passages of a text document, and the same document with other words for them: lines, blanks and marks stay; it reads no Word file."""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.sniff import require_text
from bigmodel.data.tables.table import Findings
from bigmodel.data.writeback.order import Order, Rows

AROUND = re.compile(r"(\s*(?:(?:#+|>|[-*+•])\s+)*)(.*?)(\s*)", re.DOTALL)  # marks of Markdown first


@dataclass(frozen=True)
class Passage:
    """The words of a passage, "" where it holds no letter, and what stands around them."""

    before: str
    words: str
    after: str

    def with_words(self, words: str) -> str:
        """Return the passage in other words."""
        return f"{self.before}{' '.join(words.split())}{self.after}"


def passage_of(text: str) -> Passage:
    """Return a text as a passage."""
    found = AROUND.fullmatch(text)
    before, words, after = found.groups() if found else ("", text, "")
    return Passage(before, words if any(map(str.isalpha, words)) else "", after)


def text_passages(order: Order) -> list[Passage]:
    """Return the lines of the document of an order.

    Raises:
        DatasetError: it is no text.
    """
    require_text(order.source, order.source.name)
    return [passage_of(line) for line in _lines(order)]


def encoding_of(order: Order) -> str:
    """Return the name of the encoding of the document of an order, "" for UTF-8, in which it comes back."""
    name = find_encoding(order.source).name
    return "" if name.startswith("UTF-8") and "+" not in name else name


def write_text(order: Order, rows: Rows, progress: Callable[[float], None]) -> None:
    """Write the document of an order in UTF-8, with other words for the lines that have some."""
    with order.source.open("rb") as file:
        has_mark = file.read(3) == codecs.BOM_UTF8
    coding = "utf-8-sig" if has_mark else "utf-8"
    with order.out.open("w", encoding=coding, errors="replace", newline="") as out:
        for place, line in enumerate(_lines(order)):
            said = rows.get(place, (None,))[0]
            out.write(line if said is None else passage_of(line).with_words(str(said)))
    progress(1.0)


def _lines(order: Order) -> Iterator[str]:
    return read_lines(order.source, find_encoding(order.source), Findings(), newline="")
