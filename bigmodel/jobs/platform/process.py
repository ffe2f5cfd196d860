"""Sessions, signals to process groups, and limits on Linux and macOS. It never looks a process up by name."""

import contextlib
import os
import resource
import signal
import sys

NICENESS = 10
MOST_FILES = 4_096


def terminate_group(pid: int) -> None:
    """Ask the process group to end."""
    _signal_group(pid, signal.SIGTERM)


def kill_group(pid: int) -> None:
    """End every process of the group at once."""
    _signal_group(pid, signal.SIGKILL)


def limit_worker() -> None:
    """Give way to the person's other programs, and write no core files."""
    give_way()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def give_way() -> None:
    """Let the person's other programs have the processor first; calling it again changes nothing."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def peak_mb() -> float:
    """Return the most memory this process ever held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, else kilobytes
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _signal_group(pid: int, number: signal.Signals) -> None:
    if pid <= 1 or pid == os.getpgrp():
        raise ValueError(f"{pid} is not the group of a worker")
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
