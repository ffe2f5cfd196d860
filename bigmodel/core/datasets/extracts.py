"""Answers that stand in a passage, word for word: how the accepted ones are written in one cell; it opens no file.

A cell holds `[{"text": …, "start": …}, …]`, `start` in characters of the passage from 0; `[]` says that the
passage does not hold the answer.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bigmodel.core.datasets.spans import NOTHING, read_list

TEXTS = ("text", "answer", "value")
STARTS = ("start", "answer_start", "start_char")
OF_MARKS = {"label", "labels", "entity", "entity_group", "tag"}  # what no answer says of itself
UNKNOWN = -1  # where an answer stands is to be found
PARTED = "|"  # between several accepted answers in a cell of plain text
JOINED = " | "


class Extract(NamedTuple):
    """An accepted answer, and where it begins in its passage."""

    text: str
    start: int = UNKNOWN


def parse_extracts(cell: str) -> list[Extract] | None:
    """Return the answers that a cell lists, in any of the usual forms; None where it is no list of answers."""
    value = read_list(cell)
    if isinstance(value, dict):
        value = _columns(value)
    if not isinstance(value, list):
        return None
    found = [_extract(item) for item in value]
    return None if None in found else [one for one in found if one is not None]


def extracts_of(cell: str) -> list[Extract]:
    """Return the answers of a cell: those that it lists, else the cell itself."""
    found = parse_extracts(cell)
    if found is not None:
        return found
    return [Extract(cell.strip())] if cell.strip() else []


def write_extracts(extracts: Sequence[Extract]) -> str:
    """Return answers as one cell, each once."""
    if not extracts:
        return NOTHING
    items = [{"text": one.text, "start": one.start} for one in dict.fromkeys(extracts)]
    return json.dumps(items, ensure_ascii=False)


def texts_of(cell: str) -> list[str]:
    """Return the words of the accepted answers, each once."""
    return list(dict.fromkeys(one.text for one in extracts_of(cell)))


def _columns(value: dict[str, Any]) -> Any:
    """Return answers whose texts and places stand apart, as one list."""
    texts = next((value[name] for name in TEXTS if name in value), None)
    starts = next((value[name] for name in STARTS if name in value), None)
    if isinstance(texts, str):
        return [value]
    if not isinstance(texts, list):
        return None
    if not isinstance(starts, list) or len(starts) != len(texts):
        return texts
    return [{"text": text, "start": start} for text, start in zip(texts, starts, strict=True)]


def _extract(item: object) -> Extract | None:
    if isinstance(item, str):
        return Extract(item.strip()) if item.strip() else None
    if not isinstance(item, dict) or OF_MARKS & item.keys():
        return None
    text = next((item[name] for name in TEXTS if isinstance(item.get(name), str)), "")
    start = next((item[name] for name in STARTS if name in item), UNKNOWN)
    try:
        return Extract(text, int(str(start))) if text.strip() else None
    except ValueError:
        return Extract(text)
