"""From nested JSON to flat rows: which list holds the rows, which parts of a record are columns; it opens no file."""

import json
from collections.abc import Sequence
from typing import Any, TypeGuard

from bigmodel.core.datasets.spans import NOTHING, parse_marks, write_marks
from bigmodel.core.datasets.turns import branch_of, conversation_of
from bigmodel.data.tables.shapes.keyed import Found, Record, by_keys, is_list_of, objects
from bigmodel.data.tables.table import Digits, as_text

MOST_LEVELS = 4  # of objects inside objects that become columns
SEARCHED_LEVELS = 3
FEWEST_KEYED = 5  # objects under keys of their own that are rows
ANSWERS = (
    "choices",
    "taxonomy",
    "labels",
    "rating",
    "number",
    "text",
)  # of a labelling tool, likeliest first
CHOSEN = {"choices"}
NAMED = {"classname"}  # a class as LightTag writes it
RESPONSE = {"value", "user_id"}  # of one person, as Argilla keeps them
UBIAI = {"documentName", "document", "annotation"}
LABEL_STUDIO = ("annotations", "completions")


def rows_in(value: object) -> Found | None:
    """Return the rows of a whole JSON value and what holds them, None where there are none."""
    if isinstance(value, list):
        return Found(objects(value))
    if not isinstance(value, dict):
        return None
    if found := by_keys(value, rows_in):
        return found
    if rows := _by_columns(value):
        return Found(rows)
    name, rows = _largest(value, SEARCHED_LEVELS)
    return Found(rows, name, "list") if rows else Found([value])


def _by_columns(value: dict[str, object]) -> list[Record]:
    """Return the rows of a table that is written column by column, or with its names apart, as pandas does."""
    names, data = value.get("columns"), value.get("data")
    is_apart = is_list_of(names, str) and is_list_of(data, list)
    if is_apart and isinstance(names, list) and isinstance(data, list):
        return [dict(zip(names, row, strict=False)) for row in data]
    columns = list(value.values())
    if len(columns) < 2:
        return []
    if all(isinstance(c, list) and not any(isinstance(x, dict | list) for x in c) for c in columns):
        if len({len(c) for c in columns}) == 1 and len(columns[0]) > 1:  # type: ignore[arg-type]
            return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]
        return []
    if not all(isinstance(c, dict) and len(c) > 1 for c in columns):
        return []
    keys = [list(c) for c in columns]  # type: ignore[call-overload]
    is_turned = all(k == keys[0] for k in keys) and all(str(k).isdigit() for k in keys[0])
    if is_turned:
        return [{name: c[key] for name, c in value.items()} for key in keys[0]]  # type: ignore[index]
    same = set.intersection(*map(set, keys))
    if len(columns) >= FEWEST_KEYED and same:
        return [{"key": key, **c} for key, c in value.items()]  # type: ignore[dict-item]
    return []


def _largest(value: dict[str, object], levels: int) -> tuple[str, list[Record]]:
    """Return the longest list of objects inside an object, and its name."""
    best: tuple[str, list[Record]] = ("", [])
    for key, inner in value.items():
        name, rows = key, []
        if isinstance(inner, list) and any(isinstance(x, dict | list) for x in inner):
            rows = objects(inner)
        elif isinstance(inner, dict) and levels > 1:
            deeper, rows = _largest(inner, levels - 1)
            name = f"{key}.{deeper}"
        if len(rows) > max(1, len(best[1])):
            best = name, rows
    return best


def flat(record: Record) -> dict[str, str]:
    """Return an object as cells: objects in it become columns "a.b", a list of one thing that thing."""
    told = next((name for name in LABEL_STUDIO if is_list_of(record.get(name), dict)), "")
    if told and isinstance(record.get("data"), dict):
        cells = _flat(record["data"], "", 1)  # type: ignore[arg-type]
        return cells | _answers(record[told])  # type: ignore[arg-type]
    marks = parse_marks(json.dumps(record["annotation"])) if record.keys() >= UBIAI else None
    if marks is not None:
        others = {key: value for key, value in record.items() if key not in {*UBIAI, "tokens"}}
        marked = {"text": cell(record["document"]), "entities": write_marks(marks)}
        return marked | _flat(others, "", 1)
    if said := branch_of(record):
        return {"title": cell(record.get("title", "")), "conversation": said}
    return _flat(record, "", 1)


def _flat(record: Record, prefix: str, level: int) -> dict[str, str]:
    cells: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict) and (marks := _by_kind(value)):
            cells[f"{prefix}{key}"] = marks
        elif (
            isinstance(value, dict) and value.keys() == CHOSEN
        ):  # several, where one stands as it is
            cells[f"{prefix}{key}"] = cell(value["choices"])
        elif isinstance(value, dict) and value and level < MOST_LEVELS:
            cells |= _flat(value, f"{prefix}{key}.", level + 1)
        else:
            cells[f"{prefix}{key}"] = NOTHING if value == [] else cell(value)
    return cells


def _by_kind(value: Record) -> str:
    """Return marks that stand under their kind and words, both ends included, as CLUENER has them; "" for anything else."""
    marks: list[list[object]] = []
    for kind, words in value.items():
        if not isinstance(words, dict) or not words:
            return ""
        for word, places in words.items():
            if not is_list_of(places, list) or not all(len(place) == 2 for place in places):
                return ""
            for first, last in places:
                if not (str(first).isdecimal() and str(last).isdecimal()):
                    return ""
                if int(last) - int(first) + 1 != len(word):
                    return ""
                marks.append([int(first), int(last) + 1, kind, word])
    return json.dumps(marks, ensure_ascii=False) if marks else ""


def _answers(annotations: Sequence[Record]) -> dict[str, str]:
    """Return what a person said in Label Studio, in the first annotation that was not taken back.

    Where words are marked and something is chosen too, each question is a column of its name, marks being "entities".
    """
    kept = [each for each in annotations if not each.get("was_cancelled")]
    results: Any = (kept[0].get("result") if kept else None) or ()
    marks = _marks(results) if kept and kept[0].get("result") is not None else ""
    others: dict[str, str] = {}
    for result in results:
        value = result.get("value", {})
        found = next((value[name] for name in ANSWERS if name in value), None)
        if found is not None and "start" not in value:
            others.setdefault(str(result.get("from_name") or "label"), cell(found))
    if marks and others:
        return {"entities": marks} | others
    return {"label": marks or next(iter(others.values()), "")}


def _marks(results: Sequence[Record]) -> str:
    """Return the words that a person marked, "" where all of it was something else; nothing marked is no mark."""
    values = [value for result in results if isinstance(value := result.get("value", {}), dict)]
    marks = [
        [value["start"], value["end"], value["labels"][0], value.get("text", "")]
        for value in values
        if {"start", "end", "labels"} <= value.keys() and value["labels"]
    ]
    text = json.dumps(marks, ensure_ascii=False)
    return text if (marks or not values) and parse_marks(text) is not None else ""


def is_styled(value: object) -> TypeGuard[list[Any]]:
    """Tell a text in pieces of which some are bold or links, as Telegram exports it."""
    if not isinstance(value, list) or not any(isinstance(each, dict) for each in value):
        return False
    return all(
        isinstance(x, str) or (isinstance(x, dict) and {"type", "text"} <= x.keys()) for x in value
    )


def _told(value: object) -> object:
    """Return what a list of records of one tool says (Argilla, LightTag), anything else as it is."""
    records = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    if not records or len(records) < len(value):  # type: ignore[arg-type]
        return value
    if all(each.keys() >= RESPONSE for each in records):
        return records[0]["value"]
    return [e["classname"] for e in records] if all(e.keys() == NAMED for e in records) else value


def _plain(value: object) -> object:
    """Return what is inside a cell with its numbers as numbers again."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.plain() if isinstance(value, Digits) else value


def cell(value: object) -> str:
    """Return a value as the text of a cell."""
    if said := conversation_of(value):
        return said
    if is_styled(value):
        return "".join(each if isinstance(each, str) else as_text(each["text"]) for each in value)
    value = _told(value)
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], dict | list):
        value = value[0]
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False) if value else ""
    return as_text(value)
