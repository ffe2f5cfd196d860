"""How a worker speaks: events appended to a file, wishes read from another; it must never open a database.

Every event is one `write` of a whole line, so that a kill leaves at most one torn line at the end.
"""

import contextlib
import logging
import math
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from bigmodel.core.events import Event, Kind, encode
from bigmodel.core.job import Progress, Saved, Wish
from bigmodel.core.message import Arg, Level, Message
from bigmodel.core.task import Checkpoint, StopRequested
from bigmodel.jobs import attempt_folder, failpoint
from bigmodel.jobs.attempt_folder import Control
from bigmodel.jobs.worker import seal

log = logging.getLogger(__name__)

PAUSE_S = 0.25  # between step events
KEPT_CHECKPOINTS = 2
KEPT_SAMPLES = 12  # steps
MOST_SAMPLE_BYTES = 2**20
SAMPLE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}\.(?:png|jpg|flac|txt)")


class Writer:
    """The event file of one attempt. Any thread may write; a fenced attempt writes nothing any more."""

    def __init__(self, path: Path) -> None:
        self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self._seq = 0
        self.is_fenced = False

    def write(self, kind: Kind, data: Mapping[str, Any], *, force: bool = False) -> None:
        """Append one event; `force` waits until it is on disk."""
        with self._lock:
            if self.is_fenced:
                return
            line = encode(Event(self._seq + 1, time.time(), kind, data))
            self._append(line)
            self._seq += 1
            if force:
                os.fsync(self._number)

    def _append(self, line: bytes) -> None:
        """Write a whole line or nothing, also where the disk is full: what follows must not stick to half a line."""
        end = os.fstat(self._number).st_size
        try:
            while line:
                line = line[os.write(self._number, line) :]
        except OSError:
            os.ftruncate(self._number, end)
            raise


class ControlFile:
    """The supervisor's wishes, parsed again only when the file was replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[int, int] | None = None
        self._control = Control()

    def read(self) -> Control:
        try:
            status = (self._folder / attempt_folder.CONTROL).stat()
        except FileNotFoundError:
            return self._control
        if (mark := (status.st_mtime_ns, status.st_ino)) != self._seen:
            self._control = attempt_folder.read_control(self._folder)
            self._seen = mark
        return self._control


class WorkerReporter:
    """The `core.task.Reporter` of a worker. `home` is the data folder; `token` fences this attempt."""

    def __init__(
        self,
        folder: Path,
        home: Path,
        token: int,
        resume: Checkpoint | None = None,
        checkpoint_s: float = 60.0,
    ) -> None:
        self._folder, self._home, self._token = folder, home, token
        self._resume, self._checkpoint_s = resume, checkpoint_s
        self._saved_at = time.monotonic()
        self._writer = Writer(folder / attempt_folder.EVENTS)
        self._control = ControlFile(folder)
        self._lock = threading.Lock()
        self._points: list[tuple[str, int, float]] = []
        self._progress = Progress()
        self._began = time.monotonic()
        self.measured_s = 0.0
        self._said_at = -math.inf
        self._said = self._progress

    @property
    def resume(self) -> Checkpoint | None:
        return self._resume

    @property
    def spent_s(self) -> float:
        return time.monotonic() - self._began

    def step(
        self,
        *,
        phase: str,
        step: int,
        steps: int,
        epoch: float = 0.0,
        epochs: int = 0,
        examples_per_s: float = 0.0,
        left_s: float | None = None,
    ) -> None:
        failpoint.reach("step")
        before = self._progress
        self._progress = Progress(phase, step, steps, epoch, epochs, examples_per_s, left_s)
        is_news = phase != before.phase or step == steps or before.step == 0
        if is_news or time.monotonic() - self._said_at >= PAUSE_S:
            self._say_progress()
        self.check()

    def phase(self, phase: str) -> None:
        """Say that something else goes on now, and leave the progress where it is."""
        self._progress = Progress(
            **(self._progress.to_json() | {"phase": phase, "examples_per_s": 0.0, "left_s": None})
        )
        self._say_progress()
        self.check()

    def check(self) -> None:
        """Look whether somebody wants this attempt to end.

        Raises:
            StopRequested: cancel or pause, or a newer attempt took over.
        """
        if self.is_superseded():
            raise StopRequested(Wish.CANCEL)
        if (wish := self._control.read().wish) != Wish.NONE:
            raise StopRequested(wish)

    def is_superseded(self) -> bool:
        """Tell whether a newer attempt took over; from then on nothing is written."""
        if self._control.read().token > self._token:
            self._writer.is_fenced = True
        return self._writer.is_fenced

    def points(self, step: int, values: Mapping[str, float]) -> None:
        """Keep points for the next line. Values that are not finite are left out: a curve shows a gap there."""
        found = [
            (name, step, float(value)) for name, value in values.items() if math.isfinite(value)
        ]
        with self._lock:
            self._points += found
        if time.monotonic() - self._said_at >= PAUSE_S:
            self.flush()

    def sample(self, step: int, name: str, content: bytes) -> None:
        if not SAMPLE_NAME.fullmatch(name) or len(content) > MOST_SAMPLE_BYTES:
            raise ValueError(f"{name!r} with {len(content)} bytes is no sample")
        samples = self._folder / attempt_folder.SAMPLES
        place = samples / str(step)
        place.mkdir(parents=True, exist_ok=True)
        part = place / f".{name}"
        part.write_bytes(content)
        part.replace(place / name)
        self.emit(Kind.SAMPLE, {"step": step, "folder": place.relative_to(self._home).as_posix()})
        _keep_newest(samples, KEPT_SAMPLES)

    def note(self, key: str, level: Level = "info", **args: Arg) -> None:
        self.emit(Kind.NOTE, Message(key, args, level).to_json())

    def is_checkpoint_due(self) -> bool:
        return time.monotonic() - self._saved_at >= self._checkpoint_s

    def checkpoint_folder(self, step: int) -> Path:
        failpoint.reach("checkpoint-begun")
        failpoint.reach(f"saving-{step}")
        draft = self._checkpoints / f".tmp-{step}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        return draft

    def checkpoint(self, step: int) -> None:
        failpoint.reach("checkpoint-written")
        final = self._checkpoints / str(step)
        shutil.rmtree(final, ignore_errors=True)
        digest = seal.seal_with_manifest(self._checkpoints / f".tmp-{step}", final)
        failpoint.reach("checkpoint-renamed")
        place = final.relative_to(self._home).as_posix()
        self.emit(Kind.CHECKPOINT, {"step": step, "folder": place, "digest": digest}, force=True)
        failpoint.reach("checkpoint-announced")
        self._saved_at = time.monotonic()
        _keep_newest(self._checkpoints, KEPT_CHECKPOINTS)

    def emit(self, kind: Kind, data: Mapping[str, Any], *, force: bool = False) -> None:
        """Append an event, after all points that came before it; the last two kinds after the last step."""
        if kind == Kind.RESULT:
            failpoint.reach("result")
        if kind in (Kind.ERROR, Kind.END) and self._said != self._progress:
            self._say_progress()
        self.flush()
        self._writer.write(kind, data, force=force)

    def flush(self) -> None:
        """Write the points that wait."""
        with self._lock:
            if self._points:
                self._writer.write(Kind.POINTS, {"points": self._points})
            self._points = []

    def went_back(self, to: Saved) -> None:
        """Say that this attempt goes on from an older checkpoint than the newest, or from the beginning."""
        self.emit(Kind.CHECKPOINT, {**asdict(to), "back": True}, force=True)
        key = "checkpoint_back" if to.folder else "checkpoint_none"
        self.note(f"jobs.notes.{key}", "warning", step=to.step)

    def beat(self) -> None:
        """Say that this process lives, and what memory it takes."""
        self.emit(Kind.BEAT, {"memory_mb": round(_memory_mb(), 1)})

    def cut_log(self) -> None:
        """Keep what this process prints from filling the disk."""
        attempt_folder.cut_log(self._folder)

    def _say_progress(self) -> None:
        self._said_at, self._said = time.monotonic(), self._progress
        progress = self._progress.to_json()
        del progress["memory_mb"]  # beats say that
        self.emit(Kind.STEP, progress)

    @property
    def _checkpoints(self) -> Path:
        return self._folder / "checkpoints"


def _keep_newest(folder: Path, count: int) -> None:
    """Delete the folders of all but the last steps."""
    kept = sorted((int(path.name) for path in folder.glob("[0-9]*")), reverse=True)
    for old in kept[count:]:
        shutil.rmtree(folder / str(old), ignore_errors=True)


def start_beats(
    reporter: WorkerReporter, pause_s: float, leave: Callable[[], None]
) -> threading.Event:
    """Let a thread say regularly that this process lives; set the event to end it.

    `leave` is called when a newer attempt took over, also while an engine reports no steps.
    """
    is_over = threading.Event()

    def run() -> None:
        while not is_over.wait(pause_s):
            with contextlib.suppress(OSError):  # of a disk: the training itself will say so
                if reporter.is_superseded():
                    leave()
            with contextlib.suppress(OSError):
                reporter.beat()
            with contextlib.suppress(OSError):
                reporter.cut_log()

    reporter.beat()
    threading.Thread(target=run, name="beats", daemon=True).start()
    return is_over


def _memory_mb() -> float:
    me = psutil.Process()
    total = 0
    for process in (me, *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20
