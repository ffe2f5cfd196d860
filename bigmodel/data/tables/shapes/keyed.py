"""Rows of JSON whose keys say what they are: classes, parts (train, test), or intents with their patterns; it opens no file."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bigmodel.core.datasets.dataset import Split
from bigmodel.data.parts import split_of
from bigmodel.data.tables.guess import LABEL_NAMES, OTHER_NAMES, TEXT_NAMES
from bigmodel.data.tables.header import is_amount, is_first_row, names_one_column
from bigmodel.data.tables.pairs.chats import ANSWERS, PASSAGES, PROMPTS
from bigmodel.data.tables.pairs.columns import is_named
from bigmodel.data.tables.table import as_text

Record = Mapping[str, object]
TEXT, LABEL, PART = "text", "label", "split"
TAGS, PATTERNS = (
    ("tag", "intent", "name"),
    ("patterns", "examples", "utterances", "phrases", "questions"),
)
BESIDE = re.compile(r"responses?|context\w*|ids?|split", re.IGNORECASE)  # what else intents have
JUDGED = 200  # lists by which the first of them is told from names
OWN_NAMES = (TEXT_NAMES, LABEL_NAMES)
SHORTEST = 8.0  # characters of a usual text, where lists of texts may as well be columns
VARIED = 0.8  # of the texts differ from each other


@dataclass(frozen=True)
class Found:
    """The rows of a JSON value. `name` is the list that held them, the keys that said what they are, or ""; `how` is told."""

    rows: Sequence[Record]
    name: str = ""
    how: str = ""


def objects(values: Sequence[object]) -> list[Record]:
    """Return the objects of a list; its lists under the names that the first one holds, its texts as rows of one column."""
    records: list[Record] = []
    lists = [value for value in values if isinstance(value, list) and value]
    names = names_of(lists[:JUDGED])
    is_named_first = bool(lists) and names == _cells(lists[0])
    for value in values:
        if isinstance(value, dict):
            records.append(value)
        elif isinstance(value, list) and value and not (is_named_first and value is lists[0]):
            records.append(dict(zip(names, value, strict=False)))
        elif isinstance(value, str) and not lists:
            records.append({TEXT: value})
    return records


def names_of(lists: Sequence[Sequence[object]]) -> list[str]:
    """Return the names of the columns of rows that are lists: those that the first holds, or numbers where it is a row."""
    if not lists:
        return []
    first, *below = map(_cells, lists)
    fitting = [row for row in below if len(row) == len(first)]
    if any(isinstance(value, dict | list) for value in lists[0]):
        is_row = True  # no name is a list of things
    elif len(first) == 1:
        is_row = not names_one_column(first[0], [row[0] for row in fitting])
    else:
        is_row = is_first_row(first, fitting)
    if is_row:
        return [f"column {number}" for number in range(1, 1 + max(map(len, lists)))]
    return first


def by_keys(value: Mapping[str, object], read: Callable[[object], Found | None]) -> Found | None:
    """Return the rows of an object whose keys are parts or classes, None where they are something else.

    `read` gives the rows of what a part holds.
    """
    inner = {key: each for key, each in value.items() if isinstance(each, list | dict) and each}
    if len(inner) < 2:
        return None
    keys = ", ".join(inner)
    if all(map(split_of, inner)) and Split.TRAIN in map(split_of, inner):
        rows = [{PART: key, **row} for key, each in inner.items() for row in _rows(read(each))]
        return Found(rows, keys, "parts")
    if len(inner) < len(value) or not all(isinstance(each, list) for each in inner.values()):
        return None
    lists: dict[str, list[object]] = inner  # type: ignore[assignment]
    if all(is_list_of(each, str) for each in lists.values()) and _are_classes(lists):
        rows = [{TEXT: text, LABEL: key} for key, each in lists.items() for text in each]
        return Found(rows, keys, "classes")
    if all(is_list_of(each, dict) for each in lists.values()) and _are_alike(lists):
        name = LABEL if not any(LABEL in row for each in lists.values() for row in each) else "key"  # type: ignore[operator]
        rows = [{**row, name: key} for key, each in lists.items() for row in each]  # type: ignore[dict-item]
        return Found(rows, keys, "classes")
    return None


def _rows(found: Found | None) -> Sequence[Record]:
    return found.rows if found else ()


def is_list_of(value: object, kind: type) -> bool:
    """Tell a list that holds something, and nothing but this."""
    return isinstance(value, list) and bool(value) and all(isinstance(x, kind) for x in value)


def _cells(row: Sequence[object]) -> list[str]:
    return [as_text(cell) for cell in row]


def patterns_of(record: Record) -> list[Record]:
    """Return a row for each pattern of an intent, none for any other object, as one with a text or a label of its own is."""
    tag = next((name for name in TAGS if isinstance(record.get(name), str)), "")
    held = next((name for name in PATTERNS if is_list_of(record.get(name), str)), "")
    others = [key for key in record if key not in (tag, held) and not BESIDE.fullmatch(key)]
    if not tag or not held or any(x.search(key) for key in others for x in OWN_NAMES):
        return []
    part = {PART: record[PART]} if PART in record else {}
    return [{TEXT: text, LABEL: record[tag], **part} for text in record[held]]  # type: ignore[attr-defined]


def _are_classes(lists: Mapping[str, Sequence[object]]) -> bool:
    """Tell classes with their texts from columns: other lengths, or names that no column has above texts that differ."""
    if len(set(map(len, lists.values()))) > 1:
        return True
    if any(map(_is_column, lists)) or len(next(iter(lists.values()))) < 2:
        return False
    return all(_are_texts([str(text) for text in each]) for each in lists.values())


def _is_column(key: str) -> bool:
    names = (TEXT_NAMES, LABEL_NAMES, OTHER_NAMES)
    exact = (PROMPTS, ANSWERS, PASSAGES)
    return (
        is_named(key) or any(x.search(key) for x in names) or any(x.fullmatch(key) for x in exact)
    )


def _are_texts(values: Sequence[str]) -> bool:
    characters = sum(map(len, values)) / len(values)
    is_varied = len(set(values)) >= VARIED * len(values)
    wide = sum(letter > "\u2e80" for text in values for letter in text) / len(values)
    return is_varied and characters + wide >= SHORTEST and not all(map(is_amount, values))


def _are_alike(lists: Mapping[str, Sequence[object]]) -> bool:
    """Tell objects of one kind under several keys from tables that have nothing in common."""
    shared = [set.union(*(set(row) for row in each)) for each in lists.values()]  # type: ignore[call-overload]
    return all(
        names & shared[0] and len(names & shared[0]) >= 0.5 * len(names | shared[0])
        for names in shared
    )
