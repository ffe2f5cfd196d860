"""Tagged words as CoNLL has them: a word and its tag a line, an empty line after each sentence; rows are texts with spans."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bigmodel.core.datasets.spans import OUTSIDE, write_spans
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.shapes.tagged import TAG, marked
from bigmodel.data.tables.table import Target

COLUMNS = ("text", "entities")
MOST_FIELDS = 12
FEWEST_LINES = 3
MOST_STRANGE = 0.02  # of the lines end in no tag
DOCUMENT = "-DOCSTART-"
LONG = 200  # words from which on a text without empty lines is parted after a sentence
ENDS = frozenset(".!?。！？")
PROGRESS_ROWS = 5_000
BOM = "\ufeff"
ENDED = re.compile(rf"(?P<words>.+)(?P<mark>[;,])(?P<tag>{TAG.pattern})")
Word = tuple[str, str]  # and its tag


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    target.start(COLUMNS)
    lines = read_lines(path, encoding, target.findings)
    words = marks = 0
    for line, sentence in _sentences(lines, target):
        text, spans = marked([word for word, _ in sentence], [tag for _, tag in sentence])
        target.add([text, write_spans(spans)], line)
        words, marks = words + len(sentence), marks + len(spans)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, target.rows / target.limits.max_rows))
        if target.is_full:
            break
    target.findings.note("conll", level="info", words=words, marks=marks)


def _sentences(lines: Iterator[str], target: Target) -> Iterator[tuple[int, list[Word]]]:
    """Yield sentences with the number of their first line."""
    sentence: list[Word] = []
    first = 1
    for number, raw in enumerate(lines, 1):
        line = raw.strip("\r\n").strip(BOM)
        fields = _fields(line)
        if not fields or fields[0] == DOCUMENT:
            if sentence:
                yield first, sentence
            sentence = []
            continue
        if len(fields) < 2 or not TAG.fullmatch(fields[-1]):
            if not _is_comment(line):
                target.findings.at("conll_line_broken", number)
            continue
        first = first if sentence else number
        sentence.append((fields[0], fields[-1]))
        if len(sentence) >= LONG and fields[0] in ENDS and fields[-1] == OUTSIDE:
            yield first, sentence
            sentence = []
    if sentence:
        yield first, sentence


def _fields(line: str) -> list[str]:
    """Return the columns of a line: parted by tabs where there are any, else by blanks, or by what stands before its tag."""
    parts = line.split("\t") if "\t" in line else line.split()
    if len(parts) == 1 and (found := ENDED.fullmatch(line.strip())):
        parts = [
            found["words"].partition(found["mark"])[0].strip('"') or found["mark"],
            found["tag"],
        ]
    return [part.strip() for part in parts] if line.strip() else []


def _is_comment(line: str) -> bool:
    return line.startswith("#") and "\t" not in line


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the content tells
    for encoding in ("utf-8", "utf-16", "gb18030"):
        if encoding == "utf-16" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        lines = head.decode(encoding, "ignore").lstrip(BOM).splitlines()[:-1] or [""]
        if _are_tagged([line for line in lines if not _is_comment(line)]):
            return True
    return False


def _are_tagged(lines: Sequence[str]) -> bool:
    """Tell lines of a word and a tag: nearly all end in one, and some tag marks something."""
    rows = [fields for line in lines if (fields := _fields(line)) and fields[0] != DOCUMENT]
    if len(rows) < FEWEST_LINES:
        return False
    fitting = [row for row in rows if 2 <= len(row) <= MOST_FIELDS and TAG.fullmatch(row[-1])]
    are_few = len(rows) - len(fitting) <= MOST_STRANGE * len(rows)
    return are_few and any(row[-1] != OUTSIDE for row in fitting)


READER = Reader(
    name="conll",
    order=97,
    endings=(".conll", ".bio", ".bioes", ".bmes", ".iob", ".iob2", ".ner", ".txt", ".tsv", ".csv"),
    claims=_claims,
    read=_read,
)
