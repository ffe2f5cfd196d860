"""Translations of programs (gettext PO): a row a message; what is not yet translated, doubtful or no longer used is left out."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target

FIELD = re.compile(r"(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+(\".*\")\s*")
MORE = re.compile(r"\".*\"\s*")
FIRST = re.compile(rb"^msgid\s+\".*\"\s*$(?:\s*^\".*\"\s*$)*\s*^msg(str|id_plural)", re.MULTILINE)
SOURCE, TARGET = "source", "target"
SINGLE = ("msgstr", "msgstr[0]")
PROGRESS_ROWS = 20_000


def _read(path: Path, target: Target) -> None:
    target.start([SOURCE, TARGET])
    left = size = 0
    for line, is_fuzzy, message in _messages(path, target):
        source = message.get("msgid", "")
        told = next((message[name] for name in SINGLE if message.get(name)), "")
        size += len(source) + len(told)
        if not source:
            continue  # the head of the file
        if is_fuzzy or not told:
            left += 1
            continue
        target.add([source, told], line)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, size / max(1, path.stat().st_size)))
        if target.is_full:
            break
    if left:
        target.findings.note("po_left", count=left)


def _messages(path: Path, target: Target) -> Iterator[tuple[int, bool, dict[str, str]]]:
    """Yield each message with its line, and whether its translation is marked as doubtful."""
    encoding = find_encoding(path)
    target.encoding = encoding.name
    lines = enumerate(read_lines(path, encoding, target.findings), 1)
    message: dict[str, str] = {}
    begun, field, is_fuzzy = 0, "", False
    for number, line in chain(lines, [(0, "")]):
        text = line.strip("\ufeff \t\r\n")
        found = FIELD.fullmatch(text)
        begins = not text or text.startswith("#") or (found and found[1] in ("msgid", "msgctxt"))
        if begins and SINGLE[0] in field:
            yield begun, is_fuzzy, message
            message, field, is_fuzzy = {}, "", False
        if text.startswith("#,"):
            is_fuzzy = "fuzzy" in text
        elif found:
            field, begun = found[1], begun if message else number
            message[field] = _string(found[2], number, target.findings)
        elif field and MORE.fullmatch(text):
            message[field] += _string(text, number, target.findings)


def _string(quoted: str, line: int, findings: Findings) -> str:
    try:
        return str(ast.literal_eval(quoted.strip()))
    except (ValueError, SyntaxError):
        findings.at("po_broken", line)
        return quoted.strip()[1:-1]


READER = Reader(
    name="po",
    order=2,
    endings=(".po", ".pot"),
    claims=lambda head, path: bool(FIRST.search(head)),  # noqa: ARG005
    read=_read,
)
