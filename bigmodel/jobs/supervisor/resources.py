"""Whether this machine has room for another training: disk and memory, in numbers; it never makes room itself."""

import shutil
from pathlib import Path

import psutil

from bigmodel.core.errors import JobError
from bigmodel.settings import Settings

MB, GB = 2**20, 2**30


def require_room(settings: Settings) -> None:
    """Refuse new work where disk or memory is short.

    Raises:
        JobError: `disk_short` or `memory_short_now`, with what is free and what is wanted in GB.
    """
    disk = shutil.disk_usage(settings.home)
    wanted = max(settings.free_disk_mb * MB, disk.total * settings.free_disk_percent / 100)
    if disk.free < wanted:
        raise JobError("disk_short", free=_gb(disk.free), wanted=_gb(wanted))
    free = psutil.virtual_memory().available
    if free < settings.free_memory_mb * MB:
        wanted = settings.free_memory_mb * MB
        raise JobError("memory_short_now", free=_gb(free), wanted=_gb(wanted))


def memory_kills() -> int:
    """Return how many processes the system ended so far for want of memory, 0 where it does not tell."""
    try:
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0


def _gb(size: float) -> float:
    return round(size / GB, 2)
