r"""The lines a web process and a serving child exchange: plain JSON, one object a line; never pickles, never code.

child  → {"v": 5, "kind": "ready", "labels": ["bad", "good"]}
parent → {"id": 7, "wants": "answers", "inputs": ["very good"]}
parent → {"id": 7, "wants": "parts", "inputs": ["Once"], "dials": {"temperature": 0.5}}
child  → {"id": 7, "kind": "part", "answer": {"text": "as far as it has come"}}
child  → {"id": 7, "kind": "answer", "answers": [{"scores": [0.1, 0.9]}], "explanations": []}
child  → {"id": 7, "kind": "error", "message": {"key": "errors.prediction_failed", "args": {}}}

An input is a text or the path of a media file. An answer is what the task's answer type encodes; only
that type reads it. `wants` is `answers`, `explanations` to get one of those for each input as well, or
`parts` to be told of one growing answer before it is whole, by the dials of its type; a file `STOP` beside ends it
after the part at hand. Of a model that gets to know people it is `people`, `weigh`, `enrol` or `forget`, with a `name`:
records come in place of answers (`core.task.Enroller`). Bytes in an answer lie in a file beside.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from bigmodel.core.ids import is_id, new_id
from bigmodel.core.task import Explanation

VERSION = 5
ASIDE = "$file"
STOP = "stop"
Wants = Literal["answers", "explanations", "parts", "people", "weigh", "enrol", "forget"]
OF_PEOPLE = ("people", "weigh", "enrol", "forget")  # of a model that gets to know people
SLICE_ROWS = 64
SLICE_CHARACTERS = 262_144


def encode(record: Mapping[str, Any]) -> bytes:
    """Return a record as one line; half surrogates travel as escapes, so that no text can break the line."""
    return json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Return the record of a line.

    Raises:
        ValueError: the line is not a JSON object.
    """
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError("a line of the serving child is not an object")  # noqa: TRY004 - JSON's own error
    return record


def slice_from(inputs: Sequence[str], start: int, rows: int = SLICE_ROWS) -> Sequence[str]:
    """Return the next inputs to ask at once: at most so many rows, and few characters."""
    end, characters = start, 0
    while end < min(len(inputs), start + rows):
        characters += len(inputs[end])
        if end > start and characters > SLICE_CHARACTERS:
            break
        end += 1
    return inputs[start:end]


def from_explanation(said: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON writes it."""
    return {
        "nearest": [[row_id, float(distance)] for row_id, distance in said.nearest],
        "strangeness": None if said.ood_score is None else float(said.ood_score),
        "unreadable": said.unreadable,
        "course": [
            [float(start), float(end), [float(score) for score in scores]]
            for start, end, scores in said.course
        ],
    }


def to_explanation(record: Mapping[str, Any]) -> Explanation:
    """Return what `from_explanation` wrote."""
    return Explanation(
        nearest=tuple((row_id, distance) for row_id, distance in record["nearest"]),
        ood_score=record["strangeness"],
        unreadable=record["unreadable"],
        course=tuple((start, end, tuple(scores)) for start, end, scores in record["course"]),
    )


def put_aside(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return an encoded answer whose raw bytes (a picture, a sound) lie in files of their own."""
    return {name: _aside(value, folder) for name, value in record.items()}


def take_back(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what `put_aside` was given, and remove the files. Nothing outside the folder is read."""
    return {name: _back(value, folder) for name, value in record.items()}


def _aside(value: Any, folder: Path) -> Any:
    if not isinstance(value, bytes):
        return value
    name = new_id()
    (folder / name).write_bytes(value)
    return {ASIDE: name}


def _back(value: Any, folder: Path) -> Any:
    if not (isinstance(value, dict) and is_id(str(value.get(ASIDE)))):
        return value
    path = folder / value[ASIDE]
    content = path.read_bytes()
    path.unlink()
    return content
