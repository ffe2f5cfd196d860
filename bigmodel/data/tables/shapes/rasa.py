"""Training data of Rasa and Snips: intents with their examples, in which words may be marked; it opens no file."""

import json
import re
from collections.abc import Mapping

from bigmodel.core.datasets.spans import Span, write_spans

Record = Mapping[str, object]
INTENT, EXAMPLES = "intent", "examples"
ASIDE = ("synonym", "regex", "lookup")  # what else stands among intents: no examples of any
ITEM = re.compile(r"\s*[-*+]\s+(?P<text>\S.*?)\s*")
MARK = re.compile(
    r"\[(?P<word>[^\[\]]+)\](?:\((?P<kind>[^():]+)(?::[^()]*)?\)|(?P<told>\{[^{}]*\}))"
)


def is_rasa(record: Record) -> bool:
    """Tell an intent, or what stands beside one, with its examples as a list in one text."""
    is_listed = isinstance(record.get(EXAMPLES), str) and ITEM.match(str(record[EXAMPLES]))
    return bool(is_listed) and any(name in record for name in (INTENT, *ASIDE))


def examples_of(record: Record) -> list[Record]:
    """Return a row for each example of an intent, none of what is no intent."""
    if INTENT not in record:
        return []
    lines = str(record[EXAMPLES]).splitlines()
    found = (match["text"] for line in lines if (match := ITEM.fullmatch(line)))
    return [row_of(text, str(record[INTENT])) for text in found]


def is_in_pieces(record: Record) -> bool:
    """Tell an example of Snips: a text in pieces, of which some say what they are, and its intent."""
    data = record.get("data")
    if not isinstance(data, list) or not data or not record.keys() <= {"data", "label", "split"}:
        return False
    return all(isinstance(x, dict) and isinstance(x.get("text"), str) for x in data) and any(
        "entity" in piece or "slot_name" in piece for piece in data
    )


def of_pieces(record: Record) -> Record:
    """Return an example of Snips as a row."""
    text, spans = "", []
    for piece in record["data"]:  # type: ignore[attr-defined]
        kind, start = piece.get("slot_name") or piece.get("entity"), len(text)
        text += piece["text"]
        spans += [Span(start, len(text), str(kind))] if kind else []
    part = {"split": record["split"]} if "split" in record else {}
    return {"text": text, "intent": record.get("label", ""), "entities": write_spans(spans)} | part


def row_of(example: str, intent: str) -> Record:
    """Return an example as a row: its text without marks, its intent, and what is marked where something is."""
    text, spans, done = "", [], 0
    for mark in MARK.finditer(example):
        text += example[done : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark["word"]), mark["kind"] or _kind(mark)))
        text += mark["word"]
        done = mark.end()
    text += example[done:]
    return {"text": text, "intent": intent, "entities": write_spans(spans)}


def _kind(mark: re.Match[str]) -> str:
    try:
        told = json.loads(mark["told"])
    except ValueError:
        return "entity"
    return str(told.get("entity", "entity"))
