"""A worker is ended with all that it started, and a process that only has its number is never touched."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.platform.process_tree import MARK, kill_tree, terminate
from tests.fakes.scene import sleeper

PATIENCE_S = 30.0
SLEEP = "import time; time.sleep(60)"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
print(child.pid, flush=True)
time.sleep(float(sys.argv[1]))
"""


@contextlib.contextmanager
def parent_of_a_runaway(seconds: float, mark: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A worker and a child of it in a session of its own."""
    command = [sys.executable, "-c", PARENT, str(seconds)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {MARK: mark},
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        try:
            yield process, child
        finally:
            process.kill()
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def wait(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("change", [{"boot": "another"}, {"ticks": 1, "started": 1.0}])
def test_process_that_only_has_the_number_is_left_alone(change: dict[str, object]) -> None:
    with sleeper() as process:
        stale = replace(identify(process.pid), **change)  # type: ignore[arg-type]
        kill_tree(stale, "/nowhere")
        terminate(stale)
        assert process.poll() is None
        kill_tree(identify(process.pid), "")
        assert process.wait(PATIENCE_S) == -signal.SIGKILL


def test_own_number_in_a_stale_handle_ends_nobody() -> None:
    kill_tree(replace(identify(), boot="another"), "/nowhere")


def test_child_in_a_session_of_its_own_is_ended_too(tmp_path: Path) -> None:
    with parent_of_a_runaway(60, str(tmp_path)) as (process, child):
        kill_tree(identify(process.pid), "")
        wait(lambda: is_gone(child))
        assert process.wait(PATIENCE_S) == -signal.SIGKILL


def test_what_a_crashed_worker_left_is_known_by_its_mark(tmp_path: Path) -> None:
    with parent_of_a_runaway(0, str(tmp_path)) as (process, child):
        leader = replace(identify(process.pid), ticks=0, started=0.0)
        process.wait(PATIENCE_S)
        assert not is_gone(child)
        kill_tree(leader, str(tmp_path))
        wait(lambda: is_gone(child))
