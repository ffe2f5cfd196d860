r"""The versioned event format of a worker: one JSON object a line, the same on this machine and elsewhere.

    {"v": 1, "seq": 3, "t": 1764000000.25, "kind": "points", "data": {"points": [["train/loss", 5, 0.61]]}}

It must never carry a person's rows. Kinds and the keys of their data:
- beat: memory_mb
- step: the fields of `core.job.Progress`
- points: points, a list of [name, step, value]
- note: a `Message` in JSON
- checkpoint: step, folder (relative to the data folder), digest; back, when the attempt went back to it
- sample: step, and the folder that holds its small files (relative to the data folder)
- result: a `core.model.TrainedModel` in JSON; its labels stand in its `model.json`
- error: message (a `Message` in JSON), traceback, retry (whether another attempt can help), outcome (as below,
  should the process not live to say `end`)
- end: outcome (succeeded, failed, cancelled or paused)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

VERSION = 1


class Kind(StrEnum):
    """What an event is about."""

    BEAT = "beat"
    STEP = "step"
    POINTS = "points"
    NOTE = "note"
    CHECKPOINT = "checkpoint"
    SAMPLE = "sample"
    RESULT = "result"
    ERROR = "error"
    END = "end"


@dataclass(frozen=True)
class Event:
    """One thing a worker reports. `seq` counts from 1 in each attempt; `t` is Unix time in seconds."""

    seq: int
    t: float
    kind: Kind
    data: Mapping[str, Any]


def encode(event: Event) -> bytes:
    """Return the event as one line of UTF-8 JSON, newline included."""
    record = {
        "v": VERSION,
        "seq": event.seq,
        "t": event.t,
        "kind": event.kind,
        "data": dict(event.data),
    }
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=True)
    return text.encode("utf-8") + b"\n"


def decode(chunk: bytes) -> tuple[list[Event], int]:
    """Return the events in the whole lines of the chunk, and how many bytes those lines took.

    A torn last line (no newline yet) is left for the next call.

    Raises:
        ValueError: a whole line is not an event of a version known here.
    """
    end = chunk.rfind(b"\n") + 1
    return [_parse(line) for line in chunk[:end].splitlines()], end


def _parse(line: bytes) -> Event:
    record = json.loads(line)
    if record.get("v") != VERSION:
        raise ValueError(f"event version {record.get('v')!r}, wanted {VERSION}")
    return Event(record["seq"], record["t"], Kind(record["kind"]), record["data"])
