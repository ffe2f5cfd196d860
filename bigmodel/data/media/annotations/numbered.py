"""Lists that go by a number: one gives each file its number, another each number a class, a third says which are trained on (CUB-200)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form, Split
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.media.files import Item, MediaFiles
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lists import MOST_BYTES, lists_among, stem_of
from bigmodel.data.media.naming.lookup import FileNames, listed

ENOUGH = 0.5  # of the files have a number
LINES = 0.95  # of the lines of a list are of numbers that files have
LABELS = re.compile(r".*(class|label|类别|标签).*", re.IGNORECASE)
NAMES = re.compile(
    r"(classes|class_?names|labels|label_?names|categories|类别|标签)", re.IGNORECASE
)
PARTS = re.compile(r".*(split|train_?test|划分).*", re.IGNORECASE)
TRAINED, TESTED = "1", "0"

Pairs = dict[str, str]


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    lists = {id(entry): (entry, _pairs(entry)) for entry in lists_among(files.others)}
    lists = {key: found for key, found in lists.items() if found[1]}
    numbered = _numbered([*lists.values()], files.items)
    if numbered is None:
        return None
    names, items = numbered
    others = [found for found in lists.values() if found[0] is not names]
    labels = next((each for each in others if _says(each, LABELS, items)), None)
    if labels is None or not 1 < len(set(labels[1].values())) <= 0.5 * len(items):
        return None
    parts = next((each for each in others if _says(each, PARTS, items)), None)
    called = next((each for each in others if _names_classes(each, labels[1])), None)
    class_of = called[1] if called else {}
    found = {
        item.entry.name: replace(
            item,
            label=class_of.get(label := labels[1].get(number, ""), label),
            split=_part(parts[1].get(number, "")) if parts else "",
        )
        for number, item in items.items()
    }
    used = [names.name, *(each[0].name for each in (labels, parts, called) if each)]
    kinds = len({item.label for item in found.values()})
    context.findings.note(
        "list_used", level="info", count=len(found), names=listed(used), classes=kinds
    )
    return Annotated(Form.FOLDERS, _whole(files, found, context), tuple(used))


def _whole(files: MediaFiles, found: Mapping[str, Item], context: Context) -> tuple[Item, ...]:
    """Return the files that have a number in their order, and say which have none."""
    silent = [item.entry.name for item in files.items if item.entry.name not in found]
    if silent:
        context.findings.note("files_unlisted", count=len(silent), names=listed(silent))
    return tuple(found[i.entry.name] for i in files.items if i.entry.name in found)


def _pairs(entry: Entry) -> Pairs:
    """Return what a list says of each number, nothing where its lines are no number and one more word."""
    lines = [line.split(None, 1) for line in text_of(entry, MOST_BYTES).splitlines()]
    pairs = [line for line in lines if len(line) == 2 and line[0].isdecimal()]
    filled = sum(bool(line) for line in lines)
    found = {number: word.strip() for number, word in pairs}
    return found if found and len(found) >= LINES * filled else {}


def _numbered(
    lists: Sequence[tuple[Entry, Pairs]], items: Sequence[Item]
) -> tuple[Entry, dict[str, Item]] | None:
    """Return the list that gives files their numbers, and the file of each number."""
    for entry, pairs in lists:
        names = FileNames(items, entry).among(pairs.values())
        found = {number: names.find(word) for number, word in pairs.items()}
        known = {number: item for number, item in found.items() if item is not None}
        if len(known) >= max(LINES * len(pairs), ENOUGH * len(items)):
            return entry, known
    return None


def _says(found: tuple[Entry, Pairs], called: re.Pattern[str], items: Mapping[str, Item]) -> bool:
    """Tell a list that says one word of the number of each file."""
    entry, pairs = found
    is_of_files = sum(number in pairs for number in items) >= LINES * len(items)
    is_word = not any(" " in word for word in pairs.values())
    return bool(called.fullmatch(stem_of(entry))) and is_of_files and is_word


def _names_classes(found: tuple[Entry, Pairs], labels: Pairs) -> bool:
    """Tell a list that names every class which another only numbers."""
    return bool(NAMES.fullmatch(stem_of(found[0]))) and set(labels.values()) <= found[1].keys()


def _part(word: str) -> str:
    return {TRAINED: str(Split.TRAIN), TESTED: str(Split.TEST)}.get(word, "")


FORMAT = AnnotationFormat("numbered", order=1, read=_read, kinds=("label",))
