"""Texts with marked words as brat keeps them: a text and a list of marks (.ann) of the same name; rows are texts with spans."""

import re
from collections.abc import Sequence

from bigmodel.core.datasets.spans import Span, write_spans
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.tables.table import Target

FORMAT = "brat"
ENDING = ".ann"
MARK = re.compile(r"T\d+\t(?P<kind>\S+) (?P<start>\d+) (?P<end>\d+)\t.*")
IN_PIECES = re.compile(r"T\d+\t\S+ [\d ;]+\t.*")
ENOUGH = 0.5  # of the texts have marks


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
    for number, (entry, marked) in enumerate(pairs, 1):
        text = text_of(entry, limit)
        lines = [line.rstrip() for line in text_of(marked, limit).splitlines()]
        found = [mark for line in lines if (mark := MARK.fullmatch(line))]
        left += sum(bool(IN_PIECES.fullmatch(line)) for line in lines) - len(found)
        spans = [Span(int(each["start"]), int(each["end"]), each["kind"]) for each in found]
        target.add([text, write_spans([span for span in spans if span.end <= len(text)])], number)
    target.findings.note("brat", level="info", count=len(pairs), left=left)
    return [entry for pair in pairs for entry in pair]


def _stem(entry: Entry) -> str:
    return entry.name.removesuffix(entry.ending)
