"""Plain lists of files: each line a name and its class (`img/1.jpg 3`), parts by the names of the lists.

Names of classes for bare numbers come from a file of their own (`classes.txt`), one a line, the first for 0.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.media.files import IMAGE, Item, MediaFiles
from bigmodel.data.media.listing import SPEAKER, Context
from bigmodel.data.media.naming.lists import (
    MOST_BYTES,
    are_captions,
    is_partition,
    lists_among,
    rows_of_lists,
    stem_of,
)
from bigmodel.data.media.naming.lookup import listed
from bigmodel.data.parts import split_of

ENOUGH = 0.5  # of the files are named
NUMBER = re.compile(r"\d{1,6}")
COUNTED = re.compile(r"(?P<number>\d{1,6})[\s:,=.]+(?P<name>\S.*)")
CLASSES = re.compile(r"(class|label|categor|synset|wnid|类别|标签)\w*", re.IGNORECASE)


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    items: dict[str, Item] = {}
    used: list[str] = []
    lists = [e for e in lists_among(files.others) if not (is_partition(e) or _counts_classes(e))]
    for entry, rows in rows_of_lists(lists, files.items):
        if rows and all(len(label.split()) == 1 for _, label in rows):
            part = str(split_of(stem_of(entry)) or "")
            items |= {item.entry.name: replace(item, label=lb, split=part) for item, lb in rows}
            used.append(entry.name)
        elif files.medium == IMAGE and are_captions([label for _, label in rows]):
            return without_captions(files.items, entry.name, context)
    kinds = {item.label for item in items.values()}
    if len(items) < ENOUGH * len(files.items) or not 1 < len(kinds) <= 0.5 * len(items):
        return None
    items, names = _named(items, [each for each in files.others if each.name not in used])
    context.findings.note(
        "list_used", level="info", count=len(items), names=listed(used), classes=len(kinds)
    )
    if missing := len(files.items) - len(items):
        silent = [item.entry.name for item in files.items if item.entry.name not in items]
        context.findings.note("files_unlisted", count=missing, names=listed(silent))
    named = (items[item.entry.name] for item in files.items if item.entry.name in items)
    return Annotated(Form.FOLDERS, tuple(named), (*used, *names))


def _named(
    items: dict[str, Item], others: Sequence[Entry]
) -> tuple[dict[str, Item], tuple[str, ...]]:
    """Return files with names for the numbers of their classes, where a file holds them, and that file."""
    numbers = {item.label for item in items.values()}
    if not all(map(NUMBER.fullmatch, numbers)):
        return items, ()
    for entry in lists_among(others):
        names = _class_names(entry)
        first, last = min(map(int, numbers)), max(map(int, numbers))
        if (first == 0 and len(names) > last) or (first == 1 and len(names) == last):
            return {
                key: replace(item, label=names[int(item.label) - first])
                for key, item in items.items()
            }, (entry.name,)
    return items, ()


def _class_names(entry: Entry) -> list[str]:
    """Return the names of a list of classes, without the numbers that count them in order ("0 rose", "1: tulip")."""
    if not CLASSES.fullmatch(stem_of(entry)):
        return []
    names = [name.strip() for name in text_of(entry, MOST_BYTES).split("\n") if name.strip()]
    found = [each for each in map(COUNTED.fullmatch, names) if each]
    first = int(found[0]["number"]) if found else 0
    is_counted = [int(each["number"]) for each in found] == list(range(first, first + len(names)))
    told = [each["name"] for each in found]
    return told if found and is_counted and len(set(told)) == len(told) else names


def _counts_classes(entry: Entry) -> bool:
    """Tell a list that gives each class its number: none of files, though these be called 0.jpg and 1.jpg."""
    names = _class_names(entry)
    return bool(names) and names[0] not in text_of(entry, MOST_BYTES).splitlines()


def without_captions(items: Sequence[Item], name: str, context: Context) -> Annotated | None:
    """Return pictures without classes where a file says a sentence of each, None where they need some."""
    if not 0 < context.unsorted <= len(items):
        return None
    context.findings.note("captions", name=name)
    bare = (replace(item, label="") for item in items)
    return Annotated(Form.FOLDERS, tuple(with_splits(list(bare))), (name,))


FORMAT = AnnotationFormat("lists", order=2, read=_read, kinds=("label", SPEAKER))
