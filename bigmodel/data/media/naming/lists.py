"""Plain lists among the files of an upload: lines that begin with the name of a file, with or without a word after it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Split
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.media.files import Item, MediaFiles
from bigmodel.data.media.naming.lookup import FileNames, listed
from bigmodel.data.parts import split_of
from bigmodel.data.tables.table import Findings

ENDINGS = (".txt", ".lst", ".list", "")
MOST_BYTES = 64 * 2**20
LINES = 0.9  # of the lines name a file
LOOKED_AT = 20  # lines of which none names a file: then it is no list

PLACE = re.compile(r"(?<=\.\w{3})#\d$")  # which of several captions, as Flickr8k writes it
WORDS, VARIED = 2.5, 0.5  # of captions: more on average, and most of them differ
Rows = list[tuple[Item, str]]


def with_listed_parts(
    items: Sequence[Item], files: MediaFiles, findings: Findings
) -> tuple[Item, ...]:
    """Return files with the parts of lists that only name files, as `validation_list.txt`; the rest is for training.

    Where something else says the parts, or such lists name none but training files, nothing is changed.
    """
    if any(item.split for item in items):
        return tuple(items)
    part_of: dict[str, str] = {}
    used: list[str] = []
    parts = {id(e): part for e in lists_among(files.others) if (part := split_of(stem_of(e)))}
    for entry, rows in rows_of_lists([e for e in files.others if id(e) in parts], items):
        part = parts[id(entry)]
        if rows and not any(label for _, label in rows):
            part_of |= {item.entry.name: str(part) for item, _ in rows}
            used.append(entry.name)
    if not set(part_of.values()) - {Split.TRAIN, Split.NONE}:
        return tuple(items)
    findings.note("parts_listed", level="info", count=len(part_of), names=listed(used))
    return tuple(
        replace(item, split=part_of.get(item.entry.name, str(Split.TRAIN))) for item in items
    )


def lists_among(others: Iterable[Entry]) -> list[Entry]:
    return [e for e in others if e.ending in ENDINGS and e.size <= MOST_BYTES]


def rows_of_lists(lists: Sequence[Entry], items: Sequence[Item]) -> Iterator[tuple[Entry, Rows]]:
    """Yield each list with the files that its lines begin with, and the words after each ("" for none); none where it is no list.

    The files are indexed once, for there may be as many texts as files.
    """
    if lists:
        names = FileNames(items, lists[0])
        for entry in lists:
            yield entry, _rows(entry, names.beside(entry))


def _rows(entry: Entry, names: FileNames) -> Rows:
    lines = list(_lines(text_of(entry, MOST_BYTES)))
    if all(names.find(name) is None for name, _ in lines[:LOOKED_AT]):
        return []
    names = names.among(name for name, _ in lines)
    found = ((names.find(name), label) for name, label in lines)
    rows = [(item, label) for item, label in found if item is not None]
    return rows if rows and len(rows) >= LINES * len(lines) else []


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        words = re.split(r"[\t,;]\s*| +", line.strip())
        if words[0] and not line.startswith("#"):
            yield PLACE.sub("", words[0]), " ".join(words[1:])


def are_captions(labels: Sequence[str]) -> bool:
    """Tell sentences about pictures from names of classes."""
    words = sum(len(label.split()) for label in labels)
    return len(set(labels)) > VARIED * len(labels) and words > WORDS * len(labels)


def stem_of(entry: Entry) -> str:
    return entry.base.rpartition(".")[0] or entry.base
