"""The files by which a supervisor and a worker talk: `jobs/<job>/<token>/`; it must never know a database.

attempt.json   what to do, written once before the worker starts
.claim         empty, made by the first worker here: a second one leaves
handle.json    who the worker is, written by the worker first of all
control.json   wishes, replaced atomically by the supervisor, read by the worker at every step
events.jsonl   what the worker says, appended line by line (`core.events`)
exit.json      how the worker's process ended, written by whoever reaped it
samples/       small files made while training, a folder for each step
worker.log     what the worker and its libraries print
.room          nothing: given up when the disk is full, so that the worker can still say so
"""

import contextlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.job import Saved, Wish
from bigmodel.core.task import BaseFiles
from bigmodel.jobs.platform.identity import Identity

log = logging.getLogger(__name__)

VERSION = 1
ATTEMPT, HANDLE, CONTROL = "attempt.json", "handle.json", "control.json"
EVENTS, EXIT, LOG = "events.jsonl", "exit.json", "worker.log"
ROOM, ROOM_BYTES = ".room", 2**16
CLAIM = ".claim"
SAMPLES = "samples"  # small files made while training, a folder for each step
MOST_LOG, KEPT_LOG = 2**24, 2**18  # bytes of what a worker prints, and what stays of more
DRAFTS = (
    "checkpoints/.tmp-*",
    "models/.tmp-*",
)  # what is being written; it gets its name when it is whole


@dataclass(frozen=True)
class Attempt:
    """What one attempt of a job has to do. `base` holds name, kind and the absolute folder or None.

    `resume` is the checkpoint to go on from, `older` those to take should it be damaged, newest first.
    """

    job_id: str
    token: int
    task: str
    name: str
    params: Mapping[str, Any]
    base: Mapping[str, str | None]
    dataset: str
    resume: Saved | None = None
    older: tuple[Saved, ...] = ()
    threads: int = 1
    beat_s: float = 5.0
    checkpoint_s: float = 60.0
    cleaning: tuple[str, ...] = ()  # steps that its texts went through
    launcher: str = "local"  # who was asked to start it, and knows how to reach it

    @property
    def base_files(self) -> BaseFiles:
        """The base as an engine gets it."""
        folder = self.base["folder"]
        return BaseFiles(
            str(self.base["name"]), str(self.base["kind"]), Path(folder) if folder else None
        )


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
    resume, older = record.pop("resume"), record.pop("older", ())
    record["cleaning"] = tuple(record.get("cleaning", ()))
    return Attempt(
        **record,
        resume=Saved(**resume) if resume else None,
        older=tuple(Saved(**saved) for saved in older),
    )


def write_control(folder: Path, control: Control) -> None:
    write_json(folder / CONTROL, {"v": VERSION, "token": control.token, "wish": control.wish})


def read_control(folder: Path) -> Control:
    """Return what is wanted; a file that is not there wants nothing."""
    record = read_json(folder / CONTROL)
    return Control(record["token"], Wish(record["wish"])) if record else Control()


def write_exit(folder: Path, ended: Exit) -> None:
    write_json(folder / EXIT, asdict(ended))


def try_write_exit(folder: Path, code: int) -> None:
    """Write how a process ended, as Python tells it (below 0: a signal); on a full disk its words must do."""
    if not folder.is_dir():
        return
    try:
        write_exit(folder, Exit(code, -code if code < 0 else None))
    except OSError:
        log.warning("the end of %s could not be written", folder, exc_info=True)


def read_exit(folder: Path) -> Exit | None:
    record = read_json(folder / EXIT)
    return Exit(record["code"], record["signal"]) if record else None


def claim_handle(folder: Path, handle: Mapping[str, Any]) -> bool:
    """Write who the worker of this attempt is; tell whether it is the first one here."""
    if (folder / HANDLE).exists():
        return False
    try:
        os.close(os.open(folder / CLAIM, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    write_json(folder / HANDLE, handle)
    return True


def own_handle(folder: Path, worker: Identity) -> dict[str, Any]:
    """Return the handle of a worker that is a process of this machine."""
    return {**worker.to_json(), "folder": str(folder)}


def keep_room(folder: Path) -> None:
    """Take a little of the disk, for the last words of a worker that fills it."""
    (folder / ROOM).write_bytes(os.urandom(ROOM_BYTES))  # zeros would take no place on some disks


def give_room(folder: Path) -> None:
    """Give back what was kept, and what was half-written; a folder that cannot be written keeps both."""
    with contextlib.suppress(OSError):
        (folder / ROOM).unlink(missing_ok=True)
    for draft in DRAFTS:
        for path in folder.glob(draft):
            shutil.rmtree(path, ignore_errors=True)


def find_trouble(folder: Path) -> OSError | None:
    """Return why nothing can be written into a folder, if so."""
    probe = folder / ".probe"
    try:
        write_json(probe, {})
        probe.unlink()
    except FileNotFoundError:
        return None  # it was deleted
    except OSError as error:
        return error
    return None


def cut_log(folder: Path) -> None:
    """Keep the end only of a log that has grown too long; whoever prints goes on at its new end."""
    path = folder / LOG
    with contextlib.suppress(FileNotFoundError):
        if (size := path.stat().st_size) <= MOST_LOG:
            return
        with path.open("rb") as file:
            file.seek(size - KEPT_LOG)
            tail = file.read()
        os.truncate(path, 0)
        with path.open("ab") as file:
            file.write(tail)


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
