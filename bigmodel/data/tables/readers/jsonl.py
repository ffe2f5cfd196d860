"""JSON lines, and one JSON array under the same name: read object by object, never as one tree."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import Encoding, find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Findings, Target, as_text

MAX_DEPTH = 100
PROGRESS_ROWS = 20_000
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
SPACE = re.compile(r"[\s,]*")
Record = dict[str, object]
# Numbers stay as they were written: "1.50" must not become "1.5".
DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    columns = _columns(path, encoding, target)
    target.start(list(columns))
    for line, record in _records(path, encoding, target.findings):
        target.add([_cell(record.get(column)) for column in columns], line)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, 0.4 + target.rows / target.limits.max_rows))
        if target.is_full:
            return


def _columns(path: Path, encoding: Encoding, target: Target) -> dict[str, None]:
    """Return every key in the order it first comes, from a first pass over the file."""
    findings = Findings()
    columns: dict[str, None] = {}
    for _, record in _records(path, encoding, findings):
        columns.update(dict.fromkeys(record))
        if len(columns) > target.limits.max_columns:
            raise DatasetError(
                "columns_many", columns=len(columns), limit=target.limits.max_columns
            )
    if not columns:
        if findings.counts.get("json_deep"):
            raise DatasetError("json_deep", line=findings.places["json_deep"][0], limit=MAX_DEPTH)
        raise DatasetError("json_no_rows")
    return columns


def _records(path: Path, encoding: Encoding, findings: Findings) -> Iterator[tuple[int, Record]]:
    lines = read_lines(path, encoding, findings)
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith("[") and number == 1:
            yield from _items(path, encoding, findings)
            return
        if not text:
            continue
        record = _parsed(text, number, findings)
        if record is not None:
            yield number, record


def _items(path: Path, encoding: Encoding, findings: Findings) -> Iterator[tuple[int, Record]]:
    """Yield the objects of one array, by their place in it."""
    text = "".join(read_lines(path, encoding, findings))
    if _depth(text) > MAX_DEPTH:
        findings.at("json_deep", 1)
        return
    place, number = SPACE.match(text, text.index("[") + 1).end(), 0  # type: ignore[union-attr]
    while place < len(text) and text[place] != "]":
        number += 1
        try:
            value, place = DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            findings.at("json_line_broken", number)
            return
        if isinstance(value, dict):
            yield number, value
        else:
            findings.at("json_line_broken", number)
        place = SPACE.match(text, place).end()  # type: ignore[union-attr]


def _parsed(text: str, number: int, findings: Findings) -> Record | None:
    if _depth(text) > MAX_DEPTH:
        findings.at("json_deep", number)
        return None
    try:
        value = DECODER.decode(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    findings.at("json_line_broken", number)
    return None


def _depth(text: str) -> int:
    """Return how deep brackets nest; the costly count is made only when there are many."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _cell(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value)


def _claims(head: bytes, path: Path) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\x00 \t\r\n").replace(b"\x00", b"")
    if text.startswith(b"{"):
        return True
    follower = text[1:].lstrip()[:1]
    return text.startswith(b"[") and (
        follower in (b"{", b"[") or path.suffix.lower() in READER.endings
    )


READER = Reader(
    name="jsonl", order=3, endings=(".jsonl", ".json", ".ndjson"), claims=_claims, read=_read
)
