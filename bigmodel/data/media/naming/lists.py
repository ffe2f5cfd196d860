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
NO_OR_YES = {"-1", "0", "1"}
FEWEST_MARKS = 2  # columns of no and yes in a list that is a table of them
PARTITION = re.compile(r".*(partition|train_?(val|test)|split).*", re.IGNORECASE)
NUMBERED = {"0": Split.TRAIN, "1": Split.VALIDATION, "2": Split.TEST}  # as CelebA has it
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
    lists = [e for e in lists_among(files.others) if split_of(stem_of(e)) or is_partition(e)]
    for entry, rows in rows_of_lists(lists, items):
        if found := _parts(entry, rows):
            part_of |= found
            used.append(entry.name)
    told = set(part_of.values())
    is_whole = len(part_of) == len(items) and Split.TRAIN not in told
    if is_whole or not told - {Split.TRAIN, Split.NONE}:
        return tuple(items)
    findings.note("parts_listed", level="info", count=len(part_of), names=listed(used))
    return tuple(
        replace(item, split=part_of.get(item.entry.name, str(Split.TRAIN))) for item in items
    )


def _parts(entry: Entry, rows: Rows) -> dict[str, str]:
    """Return the part of each file that a list names: the one in the name of the list, or that which stands behind each."""
    if part := split_of(stem_of(entry)):
        return {item.entry.name: str(part) for item, _ in rows}
    said = {label: NUMBERED.get(label) or split_of(label) for _, label in rows}
    if not all(said.values()) or Split.TRAIN not in said.values():
        return {}
    return {item.entry.name: str(said[label]) for item, label in rows}


def is_partition(entry: Entry) -> bool:
    """Tell a list that is called like one of parts, and never says classes."""
    return bool(PARTITION.fullmatch(stem_of(entry)))


def marked_columns(entry: Entry) -> dict[str, list[str]]:
    """Return the columns of a list with several marks, no or yes, behind each file and a line of their names above; else nothing."""
    lines = [line.split() for line in text_of(entry, MOST_BYTES).splitlines()]
    lines = [line for line in lines if line]
    if lines and len(lines[0]) == 1 and lines[0][0].isdecimal():  # how many there are
        lines = lines[1:]
    names, rows = lines[0] if lines else [], lines[1:]
    width = len(rows[0]) - 1 if rows else 0
    if width < FEWEST_MARKS or any(
        len(row) != width + 1 or not NO_OR_YES.issuperset(row[1:]) for row in rows
    ):
        return {}
    if len(names) not in (width, width + 1) or not NO_OR_YES.isdisjoint(names):
        return {}
    told = ["file", *names[-width:]]
    return dict(zip(told, map(list, zip(*rows, strict=True)), strict=True))


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
