"""SQL dumps: the rows of `INSERT` and `COPY` statements are read as they stand; no statement is ever run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.cell import Places
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.sheet import Marks, read_sheets
from bigmodel.data.tables.table import Target

BOM = b"\xef\xbb\xbf"
COMMENT = r"--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*.*?\*/;?"
SIGNS = re.compile(  # no comment is tried twice: several could be parted in very many ways
    rb"(?>--[^\n]*\n\s*|/\*.*?\*/;?\s*)*+"
    rb"((create\s+(table|database|schema)|(insert|replace)\s+(ignore\s+)?into|drop\s+table|begin\s+transaction|use)\b"
    rb"|set\s+\S+\s*=|pragma\s+\w+\s*=|copy\s+\S+\s*\([^()]*\)\s*from\s)",
    re.IGNORECASE | re.DOTALL,
)
NAME = r"(?:[`\"\[]?[\w$ -]+?[`\"\]]?\.)*(?:`[^`]+`|\"[^\"]+\"|\[[^\]]+\]|[\w$]+)"
TEXT = {False: r"'(?:[^']|'')*'", True: r"'(?:[^'\\]|\\.|'')*'"}  # by whether a backslash escapes
STATEMENT = (
    rf"(?:insert|replace)\s+(?:ignore\s+|or\s+\w+\s+)?into\s+(?P<into>{NAME})\s*(?P<names>\([^()]*\))?\s*values\s*"
    rf"|create\s+table\s+(?:if\s+not\s+exists\s+)?(?P<made>{NAME})\s*\("
    rf"|^copy\s+(?P<copied>{NAME})\s*(?P<columns>\([^()]*\))?\s+from\s+stdin[^\n]*;\n(?P<block>.*?)^\\\.$"
)
LITERAL = r"'(?:[^']|'')*'"
INNER = rf"\((?:[^()']|{LITERAL}|\([^()]*\))*\)"
COLUMN = re.compile(rf"\s*({NAME})\s+(?:[^,()']|{LITERAL}|{INNER})*(?:,|\)|$)")
NO_COLUMN = re.compile(r"(primary|unique|key|index|constraint|foreign|check|fulltext)\b", re.I)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "", "Z": "", "b": ""}
NULL, NO_VALUE = "null", r"\N"
Row = list[str]


@dataclass
class DumpTable:
    """A table of a dump as a sheet whose first row names the columns."""

    name: str
    names: Row = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    is_hidden: bool = False
    names_row: int = 1
    marks: Marks = field(default_factory=Marks)

    @property
    def filled(self) -> int:
        """How many rows there are, with that of the names."""
        return len(self.lines) + 1 if self.lines else 0

    def rows(self, errors: Places | None = None) -> Iterator[Row]:  # noqa: ARG002 - of all sheets
        """Yield the names, then every row."""
        width = max(map(len, self.lines), default=0)
        yield self.names[:width] + [""] * (width - len(self.names))
        yield from self.lines


class _Dump:
    """Collects the tables of a dump."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._escapes = (
            "`" in text or "\\'" in text
        )  # as MySQL writes; elsewhere a backslash is one
        literal = TEXT[self._escapes]
        self._scan = re.compile(
            rf"{literal}|{COMMENT}|{STATEMENT}", re.IGNORECASE | re.DOTALL | re.MULTILINE
        )
        self._value = re.compile(
            rf"\s*(?:(?:[NE]|_utf8\w*\s+)?({literal})|([^,()']*(?:\([^()]*\))?[^,()']*))\s*([,)])",
            re.IGNORECASE | re.DOTALL,
        )
        self.tables: dict[str, DumpTable] = {}

    def read(self) -> list[DumpTable]:
        """Return the tables that hold rows."""
        place = 0
        while found := self._scan.search(self._text, place):
            place = found.end()
            if found["made"]:
                self._table(found["made"]).names = self._columns(place)
            elif found["into"]:
                table = self._table(found["into"])
                table.names = _listed(found["names"]) or table.names
                place = self._rows(table, place)
            elif found["copied"]:
                table = self._table(found["copied"])
                table.names = _listed(found["columns"]) or table.names
                table.lines += map(_copied, found["block"].splitlines())
        return [table for table in self.tables.values() if table.lines]

    def _table(self, written: str) -> DumpTable:
        name = _plain(re.split(r"\.(?=[^.]+$)", written)[-1])
        return self.tables.setdefault(name, DumpTable(name))

    def _columns(self, place: int) -> Row:
        names = []
        while found := COLUMN.match(self._text, place):
            place = found.end()
            if not NO_COLUMN.match(found[1]):
                names.append(_plain(found[1]))
            if found[0].endswith(")"):
                break
        return names

    def _rows(self, table: DumpTable, place: int) -> int:
        """Take the tuples behind VALUES; return where they end."""
        opening = re.compile(r"\s*,?\s*\(")
        while opened := opening.match(self._text, place):
            row, place = [], opened.end()
            while found := self._value.match(self._text, place):
                place = found.end()
                row.append(self._quoted(found[1]) if found[1] else _bare(found[2]))
                if found[3] == ")":
                    break
            else:
                return place
            table.lines.append(row)
        return place

    def _quoted(self, literal: str) -> str:
        text = literal[1:-1].replace("''", "'")
        if not self._escapes or "\\" not in text:
            return text
        return re.sub(r"\\(.)", lambda f: ESCAPES.get(f[1], f[1]), text, flags=re.DOTALL)


def _plain(name: str) -> str:
    return name.strip().strip('`"[]')


def _bare(value: str) -> str:
    value = value.strip()
    return "" if value.lower() == NULL else value


def _listed(names: str | None) -> Row:
    return [_plain(name) for name in (names or "")[1:-1].split(",") if name.strip()]


def _copied(line: str) -> Row:
    cells = ("" if cell == NO_VALUE else cell for cell in line.split("\t"))
    return [re.sub(r"\\(.)", lambda f: ESCAPES.get(f[1], f[1]), cell) for cell in cells]


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    tables = _Dump("".join(read_lines(path, encoding, target.findings))).read()
    if not tables:
        raise DatasetError("sql_no_rows")
    read_sheets(tables, target)


READER = Reader(
    name="sql",
    order=-6,
    endings=(".sql", ".dump"),
    claims=lambda head, path: (  # noqa: ARG005
        bool(SIGNS.match(head.removeprefix(BOM).lstrip()))
    ),
    read=_read,
)
