"""Texts with marked words as brat keeps them: a text and a list of marks (.ann) of the same name; rows are texts with spans."""

import re
from collections.abc import Iterator, Sequence

from bigmodel.core.datasets.spans import Span, write_spans
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.tables.table import Target

FORMAT = "brat"
ENDING = ".ann"
MARK = re.compile(r"T\d+\t(?P<kind>\S+) (?P<start>\d+) (?P<end>\d+)\t.*")
IN_PIECES = re.compile(r"T\d+\t\S+ [\d ;]+\t.*")
ENOUGH = 0.5  # of the texts have marks
FEW, LONG = 20, 400  # texts, and characters of a usual one, from which on each sentence is a row
BREAK = re.compile(r"(?<=[.!?。！？；])\s+|(?<=[。！？；])|\n+")


def read_brat(
    entries: Sequence[Entry], texts: Sequence[Entry], target: Target
) -> list[Entry] | None:
    """Read texts with their marks into a table and return what was read; None where there are no such marks."""
    marks = {_stem(entry): entry for entry in entries if entry.ending == ENDING}
    plain = [each for each in texts if each.ending != ENDING]
    pairs = [(each, marks[_stem(each)]) for each in plain if _stem(each) in marks]
    if not pairs or len(pairs) < ENOUGH * len(plain):
        return None
    target.start(("text", "entities"))
    target.encoding = "UTF-8"
    limit, left = target.limits.max_text_mb * 2**20, 0
    is_parted = len(pairs) < FEW and sum(each.size for each, _ in pairs) > LONG * len(pairs)
    for number, (entry, marked) in enumerate(pairs, 1):
        text = text_of(entry, limit)
        lines = [line.rstrip() for line in text_of(marked, limit).splitlines()]
        found = [mark for line in lines if (mark := MARK.fullmatch(line))]
        left += sum(bool(IN_PIECES.fullmatch(line)) for line in lines) - len(found)
        spans = [Span(int(each["start"]), int(each["end"]), each["kind"]) for each in found]
        spans = [span for span in spans if span.end <= len(text)]
        for low, high in _pieces(text, spans) if is_parted else [(0, len(text))]:
            held = [Span(s - low, e - low, kind) for s, e, kind in spans if low <= s and e <= high]
            target.add([text[low:high], write_spans(held)], number)
    if is_parted:
        target.findings.note("brat_parted", level="info", count=len(pairs), rows=target.rows)
    target.findings.note("brat", level="info", count=len(pairs), left=left)
    return [entry for pair in pairs for entry in pair]


def _pieces(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield from where to where the sentences of a text stand; none ends within a mark."""
    low = 0
    for found in BREAK.finditer(text):
        is_within = any(s < found.end() and e > found.start() for s, e, _ in spans)
        if not is_within and text[low : found.start()].strip():
            yield low, found.start()
            low = found.end()
    if text[low:].strip():
        yield low, len(text)


def _stem(entry: Entry) -> str:
    return entry.name.removesuffix(entry.ending)
