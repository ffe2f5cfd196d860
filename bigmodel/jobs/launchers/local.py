"""Starts a worker as a fresh process of this machine; works everywhere, and pays for all imports each time."""

import logging
import subprocess
import sys
from pathlib import Path

import psutil

from bigmodel.environment import environment, threads_each
from bigmodel.jobs.attempt_folder import LOG, try_write_exit
from bigmodel.jobs.launchers.base import Handle
from bigmodel.jobs.platform import detach_options
from bigmodel.jobs.platform.identity import Identity, boot, identify
from bigmodel.settings import Settings

log = logging.getLogger(__name__)


class LocalLauncher:
    """Workers as children of this process, each leading its own group."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: dict[Path, subprocess.Popen[bytes]] = {}

    def is_ready(self) -> bool:
        return True

    @property
    def is_starting(self) -> bool:
        return False

    def launch(self, folder: Path) -> Handle:
        with (folder / LOG).open("ab") as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "bigmodel.jobs.worker.worker", str(folder)],
                cwd=folder,
                env=environment(self._settings, threads_each(self._settings)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **detach_options(),
            )
        self._children[folder] = child
        try:
            return identify(child.pid)
        except psutil.Error:  # it ended already
            return Identity(child.pid, 0.0, boot())

    def reap(self) -> None:
        for folder, child in list(self._children.items()):
            code = child.poll()
            if code is None:
                continue
            del self._children[folder]
            try_write_exit(folder, code)
