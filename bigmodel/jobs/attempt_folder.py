"""The files by which a supervisor and a worker talk: `jobs/<job>/<token>/`; it must never know a database.

attempt.json   what to do, written once before the worker starts
handle.json    who the worker is, written by the worker first of all
control.json   wishes, replaced atomically by the supervisor, read by the worker at every step
events.jsonl   what the worker says, appended line by line (`core.events`)
exit.json      how the worker's process ended, written by whoever reaped it
worker.log     what the worker and its libraries print
"""

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.job import Wish

VERSION = 1
ATTEMPT, HANDLE, CONTROL = "attempt.json", "handle.json", "control.json"
EVENTS, EXIT, LOG = "events.jsonl", "exit.json", "worker.log"


@dataclass(frozen=True)
class Resume:
    """The checkpoint to go on from; `folder` is relative to the data folder, `digest` is of its manifest."""

    folder: str
    step: int
    digest: str = ""


@dataclass(frozen=True)
class Attempt:
    """What one attempt of a job has to do. `base` holds name, kind and the absolute folder or None."""

    job_id: str
    token: int
    task: str
    name: str
    params: Mapping[str, Any]
    base: Mapping[str, str | None]
    dataset: str
    resume: Resume | None = None
    threads: int = 1
    beat_s: float = 5.0


@dataclass(frozen=True)
class Control:
    """What the supervisor wants of the worker. A token above the worker's own fences it off."""

    token: int = 0
    wish: Wish = Wish.NONE


@dataclass(frozen=True)
class Exit:
    """How a process ended: its status, or the signal that ended it."""

    code: int
    signal: int | None = None


def write_attempt(folder: Path, attempt: Attempt) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_json(folder / ATTEMPT, {"v": VERSION, **asdict(attempt)})


def read_attempt(folder: Path) -> Attempt:
    """Return what the attempt in this folder has to do.

    Raises:
        ValueError: it was written by a version with other formats.
    """
    record = json.loads((folder / ATTEMPT).read_text("utf-8"))
    if record.pop("v") != VERSION:
        raise ValueError("attempt.json is of another version")
    resume = record.pop("resume")
    return Attempt(**record, resume=Resume(**resume) if resume else None)


def write_control(folder: Path, control: Control) -> None:
    write_json(folder / CONTROL, {"v": VERSION, "token": control.token, "wish": control.wish})


def read_control(folder: Path) -> Control:
    """Return what is wanted; a file that is not there wants nothing."""
    record = read_json(folder / CONTROL)
    return Control(record["token"], Wish(record["wish"])) if record else Control()


def write_exit(folder: Path, ended: Exit) -> None:
    write_json(folder / EXIT, asdict(ended))


def read_exit(folder: Path) -> Exit | None:
    record = read_json(folder / EXIT)
    return Exit(record["code"], record["signal"]) if record else None


def claim_handle(folder: Path, handle: Mapping[str, Any]) -> bool:
    """Write who the worker of this attempt is; tell whether it is the first one here."""
    draft = folder / f".{HANDLE}.{os.getpid()}.first"
    write_json(draft, handle)
    try:
        os.link(draft, folder / HANDLE)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a file that is always replaced as a whole, or None where there is none."""
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return record


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Replace a file as a whole: whoever reads it sees the old or the new one, also after a crash."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8") as file:
            json.dump(dict(record), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
