"""Starts a worker by asking the warm process to fork one: no import is paid twice. Linux without a GPU only."""

import contextlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from bigmodel import __version__
from bigmodel.children import start
from bigmodel.environment import environment, threads_each
from bigmodel.jobs.launchers import socket_file
from bigmodel.jobs.launchers.base import Handle, ProcessLauncher
from bigmodel.jobs.transport import LocalFolder
from bigmodel.settings import Settings

log = logging.getLogger(__name__)

SOCKET = "warm.sock"
START_S = 90.0  # how long a job waits for a warm process that is just starting: a cold disk is slow for both
RETRY_S = 60.0  # before a warm process that ended is started again
PING_S = 0.3  # it does not answer while it imports something big
READY_S = (
    5.0  # before a job is started cold: a warm process on a busy machine is still the quicker way
)
GPU_SIGNS = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/kfd"))


def is_possible(settings: Settings) -> bool:
    """Tell whether workers may be forked here: a process that saw a GPU cannot be forked."""
    is_linux = sys.platform == "linux"
    return settings.warm and is_linux and not any(sign.exists() for sign in GPU_SIGNS)


class WarmLauncher(ProcessLauncher):
    """Speaks to the warm process of this data folder, and starts it where there is none."""

    name, order = "warm", 10

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.home, LocalFolder(settings.home))
        self._settings = settings
        self._is_possible = is_possible(settings)
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = -1e9
        if self._is_possible and not self._answers():
            self._begin()

    def is_ready(self) -> bool:
        return self._is_possible and self._answers(READY_S)

    @property
    def is_starting(self) -> bool:
        """Whether it is worth while to wait: the process runs, and will listen at any moment."""
        child = self._child
        is_young = time.monotonic() - self._started_at < START_S
        return child is not None and child.poll() is None and is_young and not self._answers()

    def launch(self, attempt: str) -> Handle:
        question = {"do": "fork", "folder": str(self.home / attempt)}
        handle: Handle = socket_file.ask(self._settings.run, SOCKET, question)["handle"]
        return handle

    def reap(self) -> None:
        """See whether the warm process lives; it reaps its workers itself."""
        if self._child is None or self._child.poll() is None:
            return
        if time.monotonic() - self._started_at > RETRY_S:
            self._started_at = time.monotonic()
            if not self._answers():
                log.warning("the warm process ended: starting it again")
                self._begin()

    def close(self) -> None:
        """Tell the warm process that it may leave as soon as its workers are done."""
        with contextlib.suppress(OSError, ValueError):
            socket_file.ask(self._settings.run, SOCKET, {"do": "leave"})

    def _answers(self, patience_s: float = PING_S) -> bool:
        """Tell whether a warm process listens that runs this very version; another one is told to leave."""
        try:
            question = {"do": "ping"}
            reply = socket_file.ask(self._settings.run, SOCKET, question, patience_s=patience_s)
        except (OSError, ValueError):
            return False
        if reply.get("version") != __version__:
            self.close()
            return False
        return bool(reply.get("ready"))

    def _begin(self) -> None:
        self._started_at = time.monotonic()
        path = self._settings.run / "warm.log"
        with path.open("wb") as output:
            env = environment(self._settings, threads_each(self._settings))
            self._child = start(
                "bigmodel.jobs.warm", env=env, cwd=self._settings.run, stdout=output
            )
        log.info("warm process %s started by %s", self._child.pid, os.getpid())


def create(settings: Settings) -> WarmLauncher:
    """Return the launcher that is quick where it works."""
    return WarmLauncher(settings)
