"""Training data of Rasa as Markdown: headings name intents, list items below are their examples."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.readers.jsonl import copy_records
from bigmodel.data.tables.shapes.rasa import ASIDE, ITEM, row_of
from bigmodel.data.tables.table import Findings, Target

HEADING = re.compile(r"##\s*(?P<kind>intent|" + "|".join(ASIDE) + r")\s*:\s*(?P<name>.+?)\s*")
SEEN_LINES = 200


def _read(path: Path, target: Target) -> None:
    target.encoding = find_encoding(path).name
    copy_records(lambda findings: _rows(path, findings), target)


def _rows(path: Path, findings: Findings) -> Iterator[tuple[int, dict[str, str]]]:
    intent = ""
    for number, line in enumerate(read_lines(path, find_encoding(path), findings), 1):
        if heading := HEADING.fullmatch(line.strip("\ufeff \r\n")):
            intent = heading["name"] if heading["kind"] == "intent" else ""
        elif intent and (item := ITEM.fullmatch(line.rstrip("\r\n"))):
            yield number, dict(row_of(item["text"], intent))  # type: ignore[arg-type]
        elif line.startswith("#"):
            intent = ""
        elif intent and line.strip():
            findings.at("lines_outside", number)


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the lines tell
    lines = islice(head.decode("utf-8", "ignore").splitlines(), SEEN_LINES)
    headings = [found for line in lines if (found := HEADING.fullmatch(line.strip("\ufeff \r\n")))]
    return any(heading["kind"] == "intent" for heading in headings)


READER = Reader(name="rasa", order=96, endings=(".md", ".txt"), claims=_claims, read=_read)
