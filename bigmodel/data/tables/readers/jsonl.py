"""JSON lines and JSON arrays, read object by object; only one object that holds all others is read as a whole.

Lines and lists as Python prints its dictionaries (single quotes, None) are read as well, as literals and nothing else.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from bigmodel.core.datasets.spans import NOTHING, parse_marks, read_list
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import Encoding, find_encoding, read_lines
from bigmodel.data.tables.nested import flat, rows_in
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.shapes.judged import is_judged, judged
from bigmodel.data.tables.shapes.keyed import JUDGED, names_of, patterns_of
from bigmodel.data.tables.shapes.rasa import examples_of, is_in_pieces, is_rasa, of_pieces
from bigmodel.data.tables.table import Digits, Findings, Target

MAX_DEPTH = 100
PROGRESS_ROWS = 20_000
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
UNNAMED = re.compile(r"column \d+")  # a column of lists without names
NAN = re.compile(r"(?<=[:,\[( ])-?(nan|inf)(?=\s*[,}\])])")  # no literal of Python
MOST_CHARACTERS = 20_000_000  # of a file that is one literal of Python
ASSIGNED = re.compile(  # what scripts write before a value: `window.data = [`
    r"\s*(?:(?:export\s+)?(?:var|let|const)\s+)?[A-Za-z_][\w.]*\s*=\s*(?=[\[{])"
)
TUPLE = re.compile(r"\(\s*[\"'].*\)\s*,?")  # a row as Python prints it, on a line of its own
BLANK = "\ufeff \t\r\n"
SPACE = re.compile(r"[\s,]*")
Record = dict[str, str]
Numbered = Iterator[tuple[int, Any]]  # values of JSON
Read = Callable[[Findings], Iterator[tuple[int, Record]]]
# Numbers stay as they were written: "1.50" must not become "1.5".
DECODER = json.JSONDecoder(
    parse_float=Digits,
    parse_int=Digits,
    parse_constant=lambda name: None if name == "NaN" else name,
)


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    copy_records(lambda findings: _records(path, encoding, findings), target)


def copy_records(read: Read, target: Target) -> None:
    """Copy records into a target; they are read twice, first for the names of all their keys."""
    columns = _columns(read, target)
    target.start(list(columns))
    if all(map(UNNAMED.fullmatch, columns)):
        target.findings.note("header_missing")
    counts: Counter[str] = Counter()
    for line, record in read(target.findings):
        if turns := max((len(turns_of(cell)) for cell in record.values()), default=0):
            counts.update(rows=1, turns=turns)
        cells = ((record.get(name, ""), has_marks) for name, has_marks in columns.items())
        target.add(
            [cell if has_marks or cell != NOTHING else "" for cell, has_marks in cells], line
        )
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, 0.4 + target.rows / target.limits.max_rows))
        if target.is_full:
            break
    if counts["rows"]:
        rows, turns = counts["rows"], counts["turns"]
        target.findings.note("chats", level="info", rows=rows, turns=turns)


def _columns(read: Read, target: Target) -> dict[str, bool]:
    """Return every key in the order it first comes, from a first pass over all records, and whether it lists marked words."""
    findings = Findings()
    columns: dict[str, bool] = {}
    for _, record in read(findings):
        for name, cell in record.items():
            is_list = cell.startswith(("[[", "[{")) and not columns.get(name)
            columns[name] = columns.get(name, False) or (is_list and bool(parse_marks(cell)))
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
    lines = enumerate(read_lines(path, encoding, findings), 1)
    filled = ((number, text) for number, line in lines if (text := line.strip(BLANK)))
    head = list(islice(filled, 2))
    if len(head) == 2 and all(isinstance(_decoded(text), list) for _, text in head):
        yield from _of_lists(_lists(chain(head, filled), findings))
        return
    if head and _is_whole(*(text for _, text in head)):
        yield from _whole(path, encoding, findings)
        return
    for number, text in chain(head, filled):
        record = _parsed(text, number, findings)
        if record is not None:
            yield number, record


def _is_whole(first: str, second: str = "") -> bool:
    """Tell an array, an object over several lines or one that holds all rows from lines that are a record each."""
    if first.startswith("[") or first == "{" or ASSIGNED.match(first):
        return True
    if _depth(first) > MAX_DEPTH:
        return False
    try:
        DECODER.decode(first)
    except (ValueError, RecursionError):
        return first.endswith((",", "[", "{", ":")) or "}{" in "".join(first.split())
    return not second and _holds_rows(first)


def _holds_rows(text: str) -> bool:
    """Tell an object that is the whole file from the first of many."""
    found = rows_in(DECODER.decode(text))
    return found is not None and len(found.rows) > 1


def _whole(path: Path, encoding: Encoding, findings: Findings) -> Iterator[tuple[int, Record]]:
    """Yield the records of one array by their place in it, of an object that holds them, or of objects over several lines."""
    text = "".join(read_lines(path, encoding, findings))
    if assigned := ASSIGNED.match(text.lstrip(BLANK)):
        text = text.lstrip(BLANK)[assigned.end() :].rstrip(f"{BLANK};")
    if _depth(text) > MAX_DEPTH:
        findings.at("json_deep", 1)
        return
    is_list = text.lstrip(BLANK).startswith("[")
    values = _values(text, findings)
    first = next(values, None)
    if first is None:
        yield from _literal(text, findings)
        return
    second = next(values, None)
    if second is None and not is_list:
        yield from keyed(first[1], findings)
        return
    came = chain((first, *([second] if second else [])), values)
    if isinstance(first[1], list):
        yield from _of_lists(_only(list, came, findings))
        return
    kind = str if isinstance(first[1], str) else dict
    for number, value in _only(kind, came, findings):
        yield from _row(number, value if kind is dict else {"text": value}, findings)


def keyed(value: object, findings: Findings) -> Iterator[tuple[int, Record]]:
    """Yield the rows of one object that holds them all, and say where they were."""
    found = rows_in(value)
    if found is None:
        return
    if found.how:
        findings.note(f"json_{found.how}", level="info", name=found.name)
    for number, row in enumerate(found.rows, 1):
        yield from _row(number, row, findings)


def _row(number: int, record: Mapping[str, object], findings: Findings) -> Numbered:
    """Yield a record, or the rows of one that is an intent with its patterns, which is counted."""
    if is_judged(record):
        findings.at("json_judged", number)
        record = judged(record)
    if is_rasa(record):
        yield from ((number, flat(row)) for row in examples_of(record))
        return
    if is_in_pieces(record):
        record = of_pieces(record)
    rows = patterns_of(record)
    if rows:
        findings.at("json_patterns", number)
    yield from ((number, flat(row)) for row in rows or [record])


def _literal(text: str, findings: Findings) -> Iterator[tuple[int, Record]]:
    """Yield the rows of a list or object that Python printed."""
    value = _python(text) if len(text) <= MOST_CHARACTERS else None
    if value is None:
        findings.at("json_line_broken", 1)
        return
    findings.note("python_printed", level="info")
    yield from keyed(value, findings)


def _python(text: str) -> object:
    """Return the literal of Python that a text is, None where it is none; what is no number counts as nothing."""
    value = read_list(text)
    value = read_list(NAN.sub("None", text)) if value is None else value
    if isinstance(value, list):
        return [list(each) if isinstance(each, tuple) else each for each in value]
    return value


def _only(kind: type, values: Numbered, findings: Findings) -> Numbered:
    for number, value in values:
        if isinstance(value, kind):
            yield number, value
        else:
            findings.at("json_line_broken", number)


def _lists(lines: Iterator[tuple[int, str]], findings: Findings) -> Numbered:
    return _only(list, ((number, _decoded(text)) for number, text in lines), findings)


def _of_lists(lists: Numbered) -> Iterator[tuple[int, Record]]:
    """Yield lists as records, under the names that the first holds if it holds names; empty ones are none."""
    filled = ((number, row) for number, row in lists if row)
    head = list(islice(filled, JUDGED))
    names = names_of([row for _, row in head])
    if names and not UNNAMED.fullmatch(names[0]):
        del head[0]
    for number, row in chain(head, filled):
        yield number, flat(dict(zip(names, row, strict=False)))


def _decoded(text: str) -> object:
    """Return the value of a line of JSON, None where it is none or too deep."""
    if _depth(text) > MAX_DEPTH:
        return None
    if TUPLE.fullmatch(text):
        found = _python(f"[{text}]")
        return found[0] if isinstance(found, list) and len(found) == 1 else None
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _values(text: str, findings: Findings) -> Iterator[tuple[int, object]]:
    """Yield the values of an array, or those that follow each other, one by one."""
    start = text.lstrip(BLANK)
    place, number = len(text) - len(start), 0
    if start.startswith("["):
        place += 1
    place = SPACE.match(text, place).end()  # type: ignore[union-attr]
    while place < len(text) and text[place] != "]":
        number += 1
        try:
            value, place = DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            if number > 1:  # else it may be no JSON at all
                findings.at("json_line_broken", number)
            return
        yield number, value
        place = SPACE.match(text, place).end()  # type: ignore[union-attr]


def _parsed(text: str, number: int, findings: Findings) -> Record | None:
    if _depth(text) > MAX_DEPTH:
        findings.at("json_deep", number)
        return None
    value = _decoded(text)
    if value is None and "'" in text and isinstance(value := _python(text), dict):
        findings.at("python_lines", number)
    if isinstance(value, dict):
        if is_judged(value):
            findings.at("json_judged", number)
            value = judged(value)
        return flat(value)
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


def _claims(head: bytes, path: Path) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\x00 \t\r\n").replace(b"\x00", b"")
    lines = text.split(b"\n", 2)[:2]  # of a file of one line the first is enough
    if text.startswith(b"{") or ASSIGNED.match(text[:200].decode("latin-1")):
        return True
    if all(TUPLE.fullmatch(line.decode("latin-1").strip()) for line in lines if line.strip()):
        return True
    follower = text[1:].lstrip()[:1]
    return text.startswith(b"[") and (
        follower in (b"{", b"[", b"(") or path.suffix.lower() in READER.endings
    )


READER = Reader(
    name="jsonl", order=3, endings=(".jsonl", ".json", ".ndjson"), claims=_claims, read=_read
)
