"""Ends a worker with everything it started, and never a process that only got its number: that may be anybody's."""

import contextlib
import os
import time

import psutil

from bigmodel.jobs.platform.identity import Identity
from bigmodel.jobs.platform.process import terminate_group

MARK = (
    "BIGMODEL_ATTEMPT"  # in the environment of a worker and of what it starts: its attempt folder
)
MOST_S = 0.5  # a process may start another while we look


def terminate(leader: Identity) -> None:
    """Ask the worker and its process group to end."""
    if leader.is_alive:
        terminate_group(leader.pid)


def kill_tree(leader: Identity, mark: str) -> None:
    """Kill the worker, its process group and its children, also those in sessions of their own.

    Its number alone proves nothing: the system gives it away again after a reboot or a restart of the container.
    """
    until = time.monotonic() + MOST_S
    while found := _members(leader, mark):
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()  # it is never waited for here: its exit status is its parent's to take
        if time.monotonic() > until:
            return


def _members(leader: Identity, mark: str) -> list[psutil.Process]:
    is_there = leader.exists
    family: set[psutil.Process] = set()
    if is_there:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(leader.pid)
            family = {process, *process.children(recursive=True)}
    found = []
    for process in psutil.process_iter():
        try:
            is_grouped = is_there and os.getpgid(process.pid) == leader.pid
            is_ours = process in family or is_grouped or (mark and _mark(process) == mark)
            if is_ours and process.pid != os.getpid() and _is_running(process):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _mark(process: psutil.Process) -> str:
    return str(process.environ().get(MARK, ""))


def _is_running(process: psutil.Process) -> bool:
    return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
