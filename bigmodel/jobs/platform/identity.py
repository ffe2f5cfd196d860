"""Who a process is, beyond its number, which the system gives away again: number, start time and boot."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

CLOCK_TOLERANCE_S = 2.0  # where start times are computed from the wall clock, it may have been set
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Identity:
    """One process of one boot of this machine. `ticks` since the boot tell more surely than a time when it started:

    that is computed from the wall clock, which may have been set since; 0 where the system does not tell.
    """

    pid: int
    started: float
    boot: str
    ticks: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Identity":
        return cls(value["pid"], value["started"], value["boot"], value.get("ticks", 0))

    @property
    def is_alive(self) -> bool:
        """Whether exactly this process still runs; one that ended and was not yet reaped does not."""
        return self._status() not in ("", psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)

    @property
    def exists(self) -> bool:
        """Whether the number still is this process's own: it runs, or was not yet reaped."""
        return self._status() != ""

    def _status(self) -> str:
        """Return the status of exactly this process, "" where it is gone."""
        if self.boot != boot():
            return ""
        try:
            process = psutil.Process(self.pid)
            return str(process.status()) if self._is_same(process) else ""
        except psutil.Error:
            return ""

    def _is_same(self, process: psutil.Process) -> bool:
        if self.ticks and (ticks := _ticks(self.pid)):
            return ticks == self.ticks
        return bool(abs(process.create_time() - self.started) <= CLOCK_TOLERANCE_S)


def identify(pid: int = 0) -> Identity:
    """Return the identity of a process that runs, or of this one.

    Raises:
        psutil.Error: there is no such process.
    """
    number = pid or os.getpid()
    return Identity(number, psutil.Process(number).create_time(), boot(), _ticks(number))


def _ticks(pid: int) -> int:
    """Return when a process started, in clock ticks since the boot (proc(5)), 0 where there is no such file."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[19])


def boot() -> str:
    """Return what tells this boot of the machine from others."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return str(int(psutil.boot_time()))
