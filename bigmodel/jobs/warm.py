"""A process that has imported what workers need, and forks one on request. It never runs a tensor operation itself.

It listens before the heavy imports are done: a worker forked early pays for the rest itself. It
has one thread while it forks, reaps its workers, and leaves when no supervisor needs it.
"""

import importlib
import logging
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from pathlib import Path

from filelock import FileLock

from bigmodel import __version__
from bigmodel.jobs.attempt_folder import LOG, own_handle, try_write_exit
from bigmodel.jobs.launchers import socket_file
from bigmodel.jobs.launchers.warm import SOCKET
from bigmodel.jobs.platform.identity import identify
from bigmodel.jobs.platform.process import give_way, kill_group, limit_worker
from bigmodel.jobs.platform.process_tree import MARK
from bigmodel.jobs.presence import Presence, try_lock
from bigmodel.jobs.worker import worker
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks

log = logging.getLogger(__name__)

LIGHT = ("pyarrow.parquet", "safetensors.numpy", "sklearn.linear_model")
LIGHT_TEXT = ("sklearn.feature_extraction.text", "bigmodel.answers.label")
HEAVY = (
    "torch",
    "torch.optim",
    "tokenizers",
    "safetensors.torch",
    "transformers",
    "accelerate",
    "transformers.models.auto.modeling_auto",
    "transformers.models.bert.modeling_bert",
    "transformers.models.bert.tokenization_bert",
)
REAP_S = 0.05
QUIET_S = 1.0


class Warm:
    """Listens, forks and reaps."""

    def __init__(self, settings: Settings, server: socket.socket) -> None:
        self._settings, self._server = settings, server
        self._presence = Presence(settings)
        self._workers: dict[int, Path] = {}
        self._may_leave = False
        self._needed_at = time.monotonic()

    def serve(self, wait_s: float) -> None:
        """Answer whoever asks within this time, and reap."""
        readable, _, _ = select.select([self._server], [], [], wait_s)
        if readable:
            connection, _ = self._server.accept()
            with connection:
                connection.settimeout(socket_file.PATIENCE_S)
                try:
                    self._answer(connection, socket_file.receive(connection))
                except (OSError, ValueError):
                    log.warning("a question could not be answered", exc_info=True)
        self._reap()

    @property
    def pause_s(self) -> float:
        return REAP_S if self._workers else QUIET_S

    @property
    def is_over(self) -> bool:
        """Whether no worker is left, and no supervisor needs another."""
        if self._workers:
            return False
        if not self._settings.run.is_dir():  # the data folder was deleted
            return True
        if self._presence.holder() is not None:
            self._needed_at = time.monotonic()
        is_idle = time.monotonic() - self._needed_at > self._settings.idle_exit_s
        return self._may_leave or is_idle

    def _answer(self, connection: socket.socket, question: dict[str, str]) -> None:
        self._may_leave |= question["do"] == "leave"  # for good: it may be of another version
        if question["do"] != "fork":
            is_ready = not self._may_leave
            socket_file.send(connection, {"ready": is_ready, "version": __version__})
            return
        folder = Path(question["folder"])
        pid = os.fork()
        if pid == 0:
            connection.close()
            self._become_worker(folder)
        self._workers[pid] = folder
        log.info("worker %s on %s", pid, folder)
        _wait_for_session(pid)
        socket_file.send(connection, {"handle": own_handle(folder, identify(pid))})

    def _become_worker(self, folder: Path) -> None:
        """Run one attempt in this fresh process; it never returns. The lock of the warm process is not inherited."""
        status = 1
        try:
            os.setsid()
            os.environ[MARK] = str(folder)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._server.close()
            output = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(folder)
            limit_worker()
            status = worker.main(folder, self._settings)
        except BaseException:
            log.exception("worker on %s failed", folder)
        finally:
            worker.leave(status, folder)

    def _reap(self) -> None:
        while self._workers:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            kill_group(
                ended.si_pid
            )  # what it left behind; its number is its own until it is reaped
            pid, status = os.waitpid(ended.si_pid, 0)
            if (folder := self._workers.pop(pid, None)) is not None:
                try_write_exit(folder, os.waitstatus_to_exitcode(status))


def _wait_for_session(pid: int) -> None:
    """Wait until the worker leads its own group, so that it can be ended from now on."""
    while True:
        try:
            if os.getsid(pid) == pid:
                return
        except ProcessLookupError:
            return
        time.sleep(0.001)


def _wanted(settings: Settings) -> list[str]:
    """Return the modules to import, those that every job needs first."""
    tasks = [task.engine for task in find_tasks(settings.task_folders).values()]
    training = [
        name
        for _, name, _ in pkgutil.walk_packages(
            importlib.import_module("bigmodel.training").__path__, "bigmodel.training."
        )
    ]
    return [*LIGHT_TEXT, *tasks, *HEAVY, *training]


def _load(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        log.warning("could not import %s", name, exc_info=True)


def main() -> int:
    """Import torch, then fork workers on request until idle."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(name)s %(message)s")
    settings = Settings()
    lock = FileLock(settings.run / "warm.lock")
    if not try_lock(lock):
        log.info("another warm process serves %s", settings.home)
        return 0
    give_way()
    for name in LIGHT:
        _load(name)
    server = socket_file.listen(settings.run, SOCKET)
    warm = Warm(settings, server)
    for name in _wanted(settings):
        _load(name)
        warm.serve(0.0)
    log.info("all is imported")
    while not warm.is_over:
        warm.serve(warm.pause_s)
    return 0


if __name__ == "__main__":
    sys.exit(main())
