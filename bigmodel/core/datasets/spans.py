"""Marked words of a text: spans with a kind, how they are written in one cell, and how tags become spans; it opens no file.

A cell holds `[[start, end, kind], …]`, in characters of the text from 0, the end not included; `[]` says that
nothing is marked. A fourth item of a mark is its words, by which it is found again where the offsets are of another count.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

NOTHING = "[]"
SEPARATOR = "; "
OUTSIDE = "O"
BEGIN, INSIDE = "B-", "I-"
BEGINS, ENDS, ALONE = "BSUW", "ELSUW", "SUW"  # prefixes of the schemes BIO, BIOES, BMES and BILOU
STARTS = ("start", "start_offset", "begin", "start_char", "from")
STOPS = ("end", "end_offset", "stop", "end_char", "to")
KINDS = ("label", "labels", "kind", "type", "entity", "entity_group", "tag", "hypertextlabels")
WORDS = ("text", "word", "value")
MOST_KIND_CHARACTERS = 100
NO_COMMA = re.compile(
    r"""(?<=['"])\s+(?=['"])"""
)  # between the texts of an array as numpy prints it
NUMPY = re.compile(r"array\((\[[^\]]*\])(?:,\s*dtype=\w+)?\)")  # an array as pandas writes it


class Span(NamedTuple):
    """Characters `start` to `end` (not included) of a text, and what they are."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Mark:
    """A span as somebody wrote it; `words` are what it covers, where they say so."""

    start: int
    end: int
    kind: str
    words: str = ""


def parse_marks(cell: str) -> list[Mark] | None:
    """Return the marks that a cell lists, in any of the usual forms; None where it is no list of marks."""
    value = read_list(cell)
    if isinstance(value, dict):
        value = value.get("entities", [value])
    if not isinstance(value, list):
        return None
    marks = [_mark(list(item) if isinstance(item, tuple) else item) for item in value]
    return None if None in marks else [mark for mark in marks if mark is not None]


def read_list(cell: str) -> Any:
    """Return the list or object that a cell holds, as JSON or as Python writes it ('…'); None where it holds none."""
    text = cell.strip()
    if not text.startswith(("[", "{")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        plain = NUMPY.sub(r"\1", text)
        return ast.literal_eval(NO_COMMA.sub(", ", plain)) if "'" in text or "(" in text else None
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def spans_of(cell: str) -> list[Span]:
    """Return the spans of a cell that `write_spans` wrote; none of anything else."""
    return [Span(mark.start, mark.end, mark.kind) for mark in parse_marks(cell) or ()]


def write_spans(spans: Sequence[Span], text: str = "") -> str:
    """Return spans as one cell, in the order of the text; with a text, each with its words."""
    items: list[list[Any]] = []
    for start, end, kind in sorted(spans):
        items.append([start, end, kind, *([text[start:end]] if text else [])])
    return json.dumps(items, ensure_ascii=False)


def write_marks(marks: Iterable[Mark]) -> str:
    """Return marks as one cell, with their words where they say them."""
    items = [[m.start, m.end, m.kind, *([m.words] if m.words else [])] for m in marks]
    return json.dumps(items, ensure_ascii=False)


def line_of(text: str, marks: Sequence[Span | Mark]) -> str:
    """Return marked words in one line, by kind."""
    words: dict[str, list[str]] = {}
    for mark in marks:
        said = mark.words if isinstance(mark, Mark) else text[mark.start : mark.end]
        words.setdefault(mark.kind, []).append(said or f"{mark.start}–{mark.end}")
    return " · ".join(f"{kind}: {SEPARATOR.join(found)}" for kind, found in words.items()) or "–"


def marked_line(cell: str) -> str:
    """Return the marks of a cell in one line, by kind."""
    return line_of("", parse_marks(cell) or ())


def spans_of_tags(tags: Sequence[str]) -> list[Span]:
    """Return the runs of tags that are one entity, by their places; BIO, IOB1, BIOES, BMES and BILOU alike.

    As conlleval counts them: an I- after another kind or after nothing begins one.
    """
    found: list[Span] = []
    start, kind = -1, ""
    for place, tag in enumerate((*tags, OUTSIDE)):
        head, name = part_tag(tag)
        goes_on = start >= 0 and name == kind and head not in BEGINS
        if start >= 0 and not goes_on:
            found.append(Span(start, place, kind))
            start = -1
        if name and start < 0:
            start, kind = place, name
        if name and head in ENDS:
            found.append(Span(start, place + 1, kind))
            start = -1
    return found


def tags_of_spans(spans: Sequence[Span], places: Sequence[tuple[int, int]]) -> list[str]:
    """Return a BIO tag for each part of a text, given from where to where each stands."""
    tags = [OUTSIDE] * len(places)
    for start, end, kind in spans:
        inside = [at for at, (low, high) in enumerate(places) if low < end and high > start]
        for number, at in enumerate(inside):
            if tags[at] == OUTSIDE:
                tags[at] = (INSIDE if number else BEGIN) + kind
    return tags


def bio_tags(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return every tag there is for some kinds, that of nothing first."""
    return (OUTSIDE, *(prefix + kind for kind in kinds for prefix in (BEGIN, INSIDE)))


def part_tag(tag: str) -> tuple[str, str]:
    """Return the prefix and the kind of a tag; both empty for nothing."""
    if tag == OUTSIDE or not tag:
        return "", ""
    if len(tag) > 2 and tag[1] in "-_" and tag[0] in "BIESMLUW":
        return tag[0], tag[2:]
    return "I", tag


def _mark(item: object) -> Mark | None:
    if isinstance(item, list) and len(item) in (3, 4):
        start, end, kind = map(_scalar, item[:3])
        words = item[3] if len(item) == 4 and isinstance(item[3], str) else ""
        return _checked(start, end, kind, words)
    if isinstance(item, dict):
        start, end, kind = (
            _scalar(next(_values(item, names), None)) for names in (STARTS, STOPS, KINDS)
        )
        words = next(_values(item, WORDS), "")
        return _checked(start, end, kind, words if isinstance(words, str) else "")
    return None


def _values(item: Mapping[str, Any], names: Sequence[str]) -> Iterator[Any]:
    return (item[name] for name in names if item.get(name) not in (None, ""))


def _scalar(value: object) -> object:
    """Return a list of one thing as that thing."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _checked(start: object, end: object, kind: object, words: str) -> Mark | None:
    if not isinstance(kind, str) or not kind.strip() or isinstance(start, bool):
        return None
    try:
        return Mark(int(str(start)), int(str(end)), kind.strip()[:MOST_KIND_CHARACTERS], words)
    except ValueError:
        return None
