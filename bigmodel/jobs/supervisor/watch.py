"""One live attempt as the supervisor sees it: what it said, whether it lives, how far its end is; it moves no state."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bigmodel.core.events import Event, Kind, decode
from bigmodel.core.job import Job, Wish
from bigmodel.jobs.attempt_folder import ATTEMPT, EVENTS, EXIT, HANDLE, LOG, Control, Exit
from bigmodel.jobs.launchers.base import Handle, Launcher
from bigmodel.jobs.transport import Transport, read_record

log = logging.getLogger(__name__)

CHUNK = 2**20  # bytes of events taken in at once
MOST_LINE = 2**26  # bytes of one event: more is no event
TAIL = 2**18  # bytes at the end of a file that hold its last words
EXIT_GRACE_S = 1.0  # for the one who reaps to write how it ended


class Force(StrEnum):
    """How hard the worker was asked to leave, in this order."""

    NONE = "none"
    FLAG = "flag"
    TERM = "term"
    KILL = "kill"


@dataclass
class Watch:
    """A worker and its files, below `name` in the data folder. Times are of the monotonic clock."""

    job: Job
    name: str
    launcher: Launcher
    offset: int
    handle: Handle | None
    heard_at: float
    is_handle_own: bool = False  # written by the worker itself
    error: Mapping[str, Any] | None = None
    outcome: str = ""
    force: Force = Force.NONE
    forced_at: float = 0.0
    gone_at: float | None = None
    is_silent: bool = False  # it was killed because it said nothing for too long
    is_deaf: bool = False  # it said something that cannot be read
    kills_before: int = 0  # of the system, for want of memory
    asked: Wish = Wish.NONE
    has_new_checkpoint: bool = False
    failed_at: float | None = None  # since when it cannot be served

    @property
    def transport(self) -> Transport:
        return self.launcher.transport

    @property
    def is_launched(self) -> bool:
        """Whether a worker may be at work: there is something that says what to do."""
        return bool(self.transport.read(self.name, ATTEMPT, 0, 1))

    def look_for_handle(self) -> None:
        """Take the handle the worker wrote: it is right also where two were launched by mistake."""
        if self.is_handle_own:
            return
        if record := read_record(self.transport, self.name, HANDLE):
            self.handle = record
            self.is_handle_own = True

    @property
    def is_alive(self) -> bool:
        return self.handle is not None and self.launcher.is_alive(self.handle)

    def unread(self) -> bytes:
        """Return the next bytes of events, whole lines and perhaps a torn one.

        Raises:
            ValueError: a line has no end.
        """
        size = CHUNK
        while True:
            found = self.transport.read(self.name, EVENTS, self.offset, size)
            if len(found) < size or b"\n" in found:
                return found
            if size >= MOST_LINE:
                raise ValueError(f"a line of more than {MOST_LINE} bytes")
            size *= 4

    def hear(self, events: Sequence[Event], at: float) -> None:
        """Note the time of the last event, and the event that decides the outcome."""
        if events:
            self.heard_at = at
        self._learn(events)

    def _learn(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == Kind.ERROR:
                self.error = event.data
            elif event.kind == Kind.END:
                self.outcome = str(event.data["outcome"])
            elif event.kind == Kind.CHECKPOINT:
                self.has_new_checkpoint = True

    def hear_last_words(self) -> None:
        """Read again how an attempt ended whose events were taken in by a supervisor that is gone."""
        tail = self.transport.read(self.name, EVENTS, -TAIL, TAIL)
        if len(tail) == TAIL:
            tail = tail[tail.find(b"\n") + 1 :]
        events, _ = decode(tail)
        self._learn(events)

    def ask(self, wish: Wish, at: float) -> None:
        """Put up the flag that the worker reads at its next step; where that fails, harder means follow."""
        self._put_control(Control(self.job.token, wish))
        self.asked = wish
        self._forced(Force.FLAG, at)

    def fence(self) -> None:
        """Tell the worker, should it wake up again, that a newer attempt has taken over."""
        self._put_control(Control(self.job.token + 1))

    def _put_control(self, control: Control) -> None:
        """Write the control file; a folder that is gone or read-only has no reader."""
        try:
            self.transport.put_control(self.name, control)
        except FileNotFoundError:
            return
        except OSError:
            log.warning("%s: the worker could not be told %s", self.name, control, exc_info=True)

    def press(self, at: float, stop_s: float) -> None:
        """Use the next harder means when the last one had its time: flag, ask to end, end."""
        if self.force in (Force.NONE, Force.KILL) or at - self.forced_at < stop_s:
            return
        if self.handle is None:
            return
        if self.force == Force.FLAG:
            self.launcher.terminate(self.handle)
            self._forced(Force.TERM, at)
        else:
            self.kill(at)

    def kill(self, at: float) -> None:
        """End the worker and everything it started."""
        self.kill_all()
        self._forced(Force.KILL, at)

    def kill_all(self) -> None:
        """End what lives of the worker and what it started."""
        if self.handle is not None:
            self.launcher.kill(self.handle)

    def _forced(self, force: Force, at: float) -> None:
        log.info("job %s attempt %s: %s", self.job.id, self.job.token, force)
        self.force, self.forced_at = force, at

    def ended(self, at: float) -> bool:
        """Tell whether the process is gone and all that it and its reaper had to say is there."""
        if self.is_alive:
            self.gone_at = None
            return False
        if self.gone_at is None:
            self.gone_at = at
        is_told = bool(self.outcome) or self.exit is not None
        return is_told or at - self.gone_at >= EXIT_GRACE_S

    @property
    def exit(self) -> Exit | None:
        record = read_record(self.transport, self.name, EXIT)
        return Exit(record["code"], record["signal"]) if record else None

    def log_tail(self, characters: int = 4_000) -> str:
        """Return the end of what the worker printed."""
        return self.transport.read(self.name, LOG, -characters, characters).decode(
            "utf-8", "replace"
        )
