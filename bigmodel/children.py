"""Starts child processes: the one place that sets their environment, group, memory bound and niceness."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from bigmodel.environment import ROOT

Channel = int | IO[Any]


def start(
    module: str,
    *args: str,
    env: Mapping[str, str],
    stdout: Channel,
    stderr: Channel = subprocess.STDOUT,
    stdin: Channel = subprocess.DEVNULL,
    cwd: Path = ROOT,
    outlives: bool = True,
    memory_mb: int = 0,
    processor_s: int = 0,
    niceness: int = 0,
) -> subprocess.Popen[bytes]:
    """Start `python -m MODULE ARGS` with nothing of our environment but `env`.

    Args:
        outlives: it leads a session and group of its own, so that it and what it starts can be ended together, and
            what ends us does not end it.
        memory_mb: most private memory it may take, 0: as much as it likes. Only Linux can hold that.
        processor_s: most time of the processor it may take, in the same way.
        niceness: how far it gives way to other programs.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        cwd=cwd,
        env=dict(env),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=outlives,
    )
    with contextlib.suppress(OSError):  # it ended already
        if niceness:
            os.setpriority(os.PRIO_PROCESS, child.pid, niceness)
        if sys.platform == "linux":
            import resource  # noqa: PLC0415  (not everywhere)

            bounds = {resource.RLIMIT_DATA: memory_mb * 2**20, resource.RLIMIT_CPU: processor_s}
            for kind, bound in bounds.items():
                if bound:
                    resource.prlimit(child.pid, kind, (bound, bound))
    return child
