"""Questions on passages as SQuAD 1.1 and 2.0 write them (DRCD and CMRC 2018 alike): a row a question."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bigmodel.core.datasets.extracts import Extract, write_extracts
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.table import Target, as_text

COLUMNS = ("context", "question", "answers", "title", "id")
CONTEXTS = ("context", "context_text")
QUESTIONS = ("question", "query_text")
IDS = ("id", "query_id")
PROGRESS_ROWS = 5_000
Row = tuple[str, str, str, str, str]


def _claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the content tells
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff\x00 \t\r\n").replace(b"\x00", b"")
    if not text.startswith((b"{", b"[")):
        return False
    has_passages = any(name in text for name in (b'"paragraphs"', b'"context_text"'))
    has_questions, has_contexts = b'"qas"' in text, b'"context"' in text
    return (has_passages and (has_questions or has_contexts)) or (has_questions and has_contexts)


def _read(path: Path, target: Target) -> None:
    encoding = find_encoding(path)
    target.encoding = encoding.name
    value = _value("".join(read_lines(path, encoding, target.findings)).lstrip("\ufeff"))
    target.start(COLUMNS)
    passages = none = 0
    before = None
    for number, row in enumerate(_rows(value), 1):
        target.add(row, number)
        passages += row[0] != before
        none += row[2] == "[]"
        before = row[0]
        if number % PROGRESS_ROWS == 0:
            target.progress(min(0.95, number / target.limits.max_rows))
        if target.is_full:
            break
    if before is None:
        raise DatasetError("json_no_rows")
    args = {"questions": target.rows, "passages": passages, "none": none}
    target.findings.note("squad", level="info", **args)


def _value(text: str) -> object:
    """Return what a file holds: one value, or an object a line.

    Raises:
        DatasetError: `squad_broken`.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise DatasetError("squad_broken", line=getattr(error, "lineno", 1)) from error


def _rows(value: object) -> Iterator[Row]:
    """Yield a row for each question, wherever in the file it stands."""
    for title, paragraph in _paragraphs(value, ""):
        context = _first(paragraph, CONTEXTS)
        questions = paragraph.get("qas")
        for asked in questions if isinstance(questions, list) else ():
            if isinstance(asked, dict):
                question, name = _first(asked, QUESTIONS), _first(asked, IDS)
                yield context, question, _answers(asked), title, name


def _paragraphs(value: object, title: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, list):
        for each in value:
            yield from _paragraphs(each, title)
    elif isinstance(value, dict) and "qas" in value:
        yield _first(value, ("title",)) or title, value
    elif isinstance(value, dict):
        for name in ("data", "paragraphs"):
            yield from _paragraphs(value.get(name), _first(value, ("title",)) or title)


def _answers(asked: Mapping[str, Any]) -> str:
    """Return the accepted answers of a question; one that is marked as impossible has none."""
    listed = [] if asked.get("is_impossible") is True else asked.get("answers", [])
    found: list[Extract] = []
    for one in listed if isinstance(listed, list) else [listed]:
        text = (
            one
            if isinstance(one, str)
            else as_text(one.get("text"))
            if isinstance(one, dict)
            else ""
        )
        start = one.get("answer_start", -1) if isinstance(one, dict) else -1
        if text.strip():
            found.append(Extract(text, start if type(start) is int else -1))
    return write_extracts(found)


def _first(value: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((as_text(value[name]) for name in names if value.get(name) not in (None, "")), "")


READER = Reader(name="squad", order=2, endings=(".json", ".jsonl"), claims=_claims, read=_read)
