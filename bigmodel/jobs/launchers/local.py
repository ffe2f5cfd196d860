"""Starts a worker as a fresh process of this machine; works everywhere, and pays for all imports each time."""

import subprocess
from pathlib import Path

import psutil

from bigmodel.children import start
from bigmodel.environment import environment, threads_each
from bigmodel.jobs.attempt_folder import LOG, own_handle, try_write_exit
from bigmodel.jobs.launchers.base import Handle, ProcessLauncher
from bigmodel.jobs.platform.identity import Identity, boot, identify
from bigmodel.jobs.platform.process import kill_group
from bigmodel.jobs.platform.process_tree import MARK
from bigmodel.jobs.transport import LocalFolder
from bigmodel.settings import Settings


class LocalLauncher(ProcessLauncher):
    """Workers as children of this process, each leading its own group."""

    name, order, is_starting = "local", 20, False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.home, LocalFolder(settings.home))
        self._settings = settings
        self._children: dict[Path, subprocess.Popen[bytes]] = {}

    def is_ready(self) -> bool:
        return True

    def launch(self, attempt: str) -> Handle:
        folder = self.home / attempt
        with (folder / LOG).open("ab") as output:
            env = environment(self._settings, threads_each(self._settings)) | {MARK: str(folder)}
            child = start(
                "bigmodel.jobs.worker.worker", str(folder), env=env, cwd=folder, stdout=output
            )
        self._children[folder] = child
        try:
            return own_handle(folder, identify(child.pid))
        except psutil.Error:  # it ended already
            return own_handle(folder, Identity(child.pid, 0.0, boot()))

    def reap(self) -> None:
        for folder, child in list(self._children.items()):
            if child.returncode is None and not _has_ended(child.pid):
                continue
            if child.returncode is None:
                kill_group(
                    child.pid
                )  # what it left behind; its number is its own until it is reaped
            del self._children[folder]
            try_write_exit(folder, child.wait())


def _has_ended(pid: int) -> bool:
    """Tell whether a child ended, and leave its exit status and so its number where they are."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def create(settings: Settings) -> LocalLauncher:
    """Return the launcher that always works."""
    return LocalLauncher(settings)
