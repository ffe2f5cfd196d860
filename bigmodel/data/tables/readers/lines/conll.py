"""Tagged words as CoNLL has them: a word and its tag a line, an empty line after each sentence; rows are texts with spans.

The tag stands last or first; without prefixes (B-, I-) neighbours of one kind are one entity.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from bigmodel.core.datasets.spans import OUTSIDE, write_spans
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.shapes.tagged import TAG, marked
from bigmodel.data.tables.table import Findings, Target

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
PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w-]{0,39}")  # a kind without a prefix
MOST_KINDS, FEWEST_OUTSIDE, FEWEST_SENTENCES = 50, 0.2, 3
SEEN_LINES = 2_000
Word = tuple[str, str]  # and its tag


@dataclass(frozen=True)
class Layout:
    """Where the word and its tag stand in a line, and how tags are written."""

    word: int
    tag: int
    written: re.Pattern[str]


LAYOUTS = tuple(
    Layout(word, tag, written) for written in (TAG, PLAIN) for word, tag in ((0, -1), (1, 0))
)


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    target.start(COLUMNS)
    seen = islice(read_lines(path, encoding, Findings()), SEEN_LINES)
    layout = _layout([line.strip("\r\n") for line in seen]) or LAYOUTS[0]
    lines = read_lines(path, encoding, target.findings)
    words = marks = 0
    for line, sentence in _sentences(lines, layout, target):
        text, spans = marked([word for word, _ in sentence], [tag for _, tag in sentence])
        target.add([text, write_spans(spans)], line)
        words, marks = words + len(sentence), marks + len(spans)
        if target.rows % PROGRESS_ROWS == 0:
            target.progress(min(0.95, target.rows / target.limits.max_rows))
        if target.is_full:
            break
    target.findings.note("conll", level="info", words=words, marks=marks)


def _sentences(
    lines: Iterator[str], layout: Layout, target: Target
) -> Iterator[tuple[int, list[Word]]]:
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
        if len(fields) < 2 or not layout.written.fullmatch(fields[layout.tag]):
            if not _is_comment(line):
                target.findings.at("conll_line_broken", number)
            continue
        first = first if sentence else number
        sentence.append((fields[layout.word], fields[layout.tag]))
        if len(sentence) >= LONG and sentence[-1][0] in ENDS and sentence[-1][1] == OUTSIDE:
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
        if _layout(lines) is not None:
            return True
    return False


def _layout(lines: Sequence[str]) -> Layout | None:
    """Return how lines of a word and a tag are written, None where they are something else."""
    told = [line for line in lines if not _is_comment(line)]
    rows = [fields for line in told if (fields := _fields(line)) and fields[0] != DOCUMENT]
    gaps = sum(not a.strip() and bool(b.strip()) for a, b in pairwise(told))
    if len(rows) < FEWEST_LINES:
        return None
    return next((each for each in LAYOUTS if _fits(each, rows, gaps)), None)


def _fits(layout: Layout, rows: Sequence[Sequence[str]], gaps: int) -> bool:
    """Tell lines of a layout: nearly all have its tags, and some tag marks something; those without prefixes must be sure."""
    fitting = [
        row
        for row in rows
        if 2 <= len(row) <= MOST_FIELDS and layout.written.fullmatch(row[layout.tag])
    ]
    tags = Counter(row[layout.tag] for row in fitting)
    if len(rows) - len(fitting) > MOST_STRANGE * len(rows) or not tags.keys() - {OUTSIDE}:
        return False
    if layout.written is TAG:
        return True
    is_sure = tags[OUTSIDE] >= FEWEST_OUTSIDE * len(rows) and gaps >= FEWEST_SENTENCES
    return is_sure and len(tags) <= min(MOST_KINDS, len({row[layout.word] for row in fitting}))


READER = Reader(
    name="conll",
    order=97,
    endings=(".conll", ".bio", ".bioes", ".bmes", ".iob", ".iob2", ".ner", ".txt", ".tsv", ".csv"),
    claims=_claims,
    read=_read,
)
