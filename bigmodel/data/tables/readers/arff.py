"""ARFF (Weka): attributes are columns, `?` is nothing, sparse rows are filled up; whatever else the header declares is not obeyed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target

SIGNS = re.compile(rb"^\s*@relation\b.*^\s*@attribute\b", re.IGNORECASE | re.DOTALL | re.MULTILINE)
QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
ATTRIBUTE = re.compile(rf"@attribute\s+({QUOTED}|\S+?)\s*(\{{.*|\s\S.*)", re.IGNORECASE)
FIELD = re.compile(rf"\s*({QUOTED}|[^,\t]*)\s*(?:[,\t]|$)")
SPARSE = re.compile(rf"\s*(\d+)\s+({QUOTED}|[^,]*?)\s*(?:,|$)")
WEIGHT = re.compile(r"\s*,\s*\{\s*[\d.]+\s*\}\s*$")  # of a row, behind it
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
MISSING = "?"
PROGRESS_ROWS = 5_000


@dataclass(frozen=True)
class Attribute:
    """A column, and what a sparse row means that does not name it."""

    name: str
    unsaid: str


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    lines = enumerate(read_lines(path, encoding, target.findings), 1)
    told = ((number, text) for number, line in lines if (text := line.strip("\ufeff \r\n")))
    rows = ((number, text) for number, text in told if not text.startswith("%"))
    attributes = list(_attributes(rows))
    if not attributes:
        raise DatasetError("rows_none")
    target.start([each.name for each in attributes])
    target.findings.note("arff", level="info", count=len(attributes))
    for number, text in rows:
        cells = _cells(text, attributes)
        if len(cells) != len(attributes):
            target.findings.at("rows_ragged", number)
            continue
        target.add(cells, number)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, target.rows / target.limits.max_rows))
        if target.is_full:
            return


def _attributes(rows: Iterator[tuple[int, str]]) -> Iterator[Attribute]:
    """Yield the attributes; the rows go on behind `@data`."""
    for _, text in rows:
        if text.lower().startswith("@data"):
            return
        if found := ATTRIBUTE.fullmatch(text):
            kind = found[2].strip()
            names = FIELD.findall(kind[1:].partition("}")[0]) if kind.startswith("{") else ()
            is_text = kind.lower().startswith(("string", "date"))
            unsaid = _plain(names[0]) if names else "" if is_text else "0"
            yield Attribute(_plain(found[1]), unsaid)


def _cells(text: str, attributes: Sequence[Attribute]) -> list[str]:
    if text.startswith("{"):
        cells = [each.unsaid for each in attributes]
        for place, value in SPARSE.findall(text.strip("{} ")):
            if int(place) >= len(cells):
                return []
            cells[int(place)] = _plain(value)
        return cells
    text = WEIGHT.sub("", text)
    cells, place = [], 0
    while found := FIELD.match(text, place):
        cells.append(_plain(found[1]))
        if found.end() == len(text) and not found[0].endswith((",", "\t")):
            break
        place = found.end()
    return cells


def _plain(value: str) -> str:
    """Return a value without its quotes; nothing for what is missing."""
    value = value.strip()
    if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
        return re.sub(r"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), value[1:-1])
    return "" if value == MISSING else value


READER = Reader(
    name="arff",
    order=-7,
    endings=(".arff",),
    claims=lambda head, path: bool(SIGNS.search(head)),  # noqa: ARG005
    read=_read,
)
