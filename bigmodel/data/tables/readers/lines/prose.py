"""Running text: a plain text file whose paragraphs belong together, parted into passages; it never breaks a short paragraph.

Passages of one neighbourhood have the same section, so that they can stay together where rows are held out.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

COLUMNS = ("text", "section")
MOST_SECTIONS, ROWS_A_SECTION = 40, 8  # at most so many of a file; of passages, roughly
SHORTEST, LONGEST = 60, 1_000  # characters of a passage, by the length of the file
PASSAGES = 200  # of a short file
SEEN_LINES = 400
FEWEST_LINES = 6
BLANKS = 1 / 12  # empty lines for each filled one, from which on they part paragraphs
PARAGRAPH = 200.0  # characters of a usual one, where no line is empty
SENTENCE = re.compile(r"(?<=[.!?。！？…])[\"”’』」）)]*\s*")


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    if encoding.is_assumed:
        target.findings.note("encoding_assumed", encoding=encoding.name)
    target.start(COLUMNS)
    total = sum(map(len, read_lines(path, encoding, Findings())))
    size = min(LONGEST, max(SHORTEST, total // PASSAGES))
    sections = min(MOST_SECTIONS, max(1, int(total / (1.6 * size)) // ROWS_A_SECTION))
    seen = 0
    for line, passage in _passages(read_lines(path, encoding, target.findings), size):
        section = min(sections - 1, seen * sections // max(1, total))
        target.add([passage, f"§ {1 + section}"], line)
        seen += len(passage)
        target.progress(min(0.95, seen / max(1, total)))
        if target.is_full:
            break
    target.findings.note("prose", level="info", rows=target.rows, characters=size)


def _passages(lines: Iterator[str], size: int) -> Iterator[tuple[int, str]]:
    """Yield passages with the number of their first line: ended by an empty line, or where they get long."""
    held: list[str] = []
    first, length = 1, 0
    for number, raw in enumerate(lines, 1):
        for part in _parts(raw.rstrip(), size):
            if length >= (2 * size if part.strip() else size):
                yield first, "\n".join(held).strip()
                held, length = [], 0
            first = first if held else number
            if held or part.strip():
                held.append(part)
                length += len(part)
    if "".join(held).strip():
        yield first, "\n".join(held).strip()


def _parts(line: str, size: int) -> Iterator[str]:
    """Yield a line, a long one in groups of its sentences."""
    if len(line) <= 2 * size:
        yield line
        return
    held = ""
    start = 0
    for end in [*(found.end() for found in SENTENCE.finditer(line)), len(line)]:
        held += line[start:end]
        start = end
        if len(held) >= size:
            yield held.strip()
            held = ""
    if held.strip():
        yield held.strip()


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    """Tell paragraphs of a text from lines that each are a row."""
    if path.suffix.lower() not in READER.endings:
        return False
    encoding = find_encoding(path)
    lines = [line.strip() for line in islice(read_lines(path, encoding, Findings()), SEEN_LINES)]
    return not _are_framed(lines) and _are_paragraphs(lines)


def _are_framed(lines: Sequence[str]) -> bool:
    """Tell a table of Markdown, perhaps below a heading: most lines stand between bars, and one is a ruler."""
    filled = [line for line in lines if line]
    framed = [line for line in filled if line.startswith("|")]
    return 2 * len(framed) > len(filled) and any(set(line) <= set("|:- ") for line in framed)


def _are_paragraphs(lines: Sequence[str]) -> bool:
    filled = [line for line in lines if line]
    if len(lines) < FEWEST_LINES or any("\t" in line for line in filled):
        return False
    inner = "\n".join(lines).strip().count("\n\n")
    characters = sum(map(len, filled)) / max(1, len(filled))
    paragraph = sum(map(len, filled)) / max(1, inner + 1)
    has_gaps = inner >= BLANKS * len(filled) and len(filled) > 1.2 * (inner + 1)
    return has_gaps or (inner > 0 and paragraph >= PARAGRAPH) or characters >= PARAGRAPH


READER = Reader(
    name="prose",
    order=98,
    endings=(".txt", ".text", ".md"),
    claims=_claims,
    read=_read,
    kind="none",
)
