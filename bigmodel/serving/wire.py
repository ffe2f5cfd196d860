r"""The lines a web process and a serving child exchange: plain JSON, one object a line; never pickles, never code.

child  → {"v": 1, "kind": "ready", "labels": ["bad", "good"]}
parent → {"id": 7, "inputs": ["very good"]}
child  → {"id": 7, "kind": "scores", "scores": [[0.1, 0.9]]}
child  → {"id": 7, "kind": "error", "message": {"key": "errors.prediction_failed", "args": {}}}
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

VERSION = 1
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


def slices(inputs: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut inputs into pieces small enough to answer quickly, by rows and by characters."""
    start, characters = 0, 0
    for end, text in enumerate(inputs):
        is_full = end - start >= SLICE_ROWS or characters + len(text) > SLICE_CHARACTERS
        if end > start and is_full:
            yield inputs[start:end]
            start, characters = end, 0
        characters += len(text)
    if start < len(inputs):
        yield inputs[start:]
