"""Workers in a data folder of their own, as on another machine: all that they share with ours goes through the transport."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from bigmodel.environment import environment
from bigmodel.jobs.attempt_folder import (
    LOG,
    Attempt,
    Control,
    try_write_exit,
    write_attempt,
    write_control,
)
from bigmodel.jobs.launchers.base import Handle
from bigmodel.jobs.transport import read_part
from bigmodel.settings import Settings


class Wire:
    """Copies what an attempt names to the other home, and back what was made there."""

    def __init__(self, here: Path, there: Path) -> None:
        self._here, self._there = here, there

    def put_attempt(self, name: str, attempt: Attempt) -> None:
        checkpoints = [saved.folder for saved in (attempt.resume, *attempt.older) if saved]
        for folder in (attempt.dataset, *checkpoints):
            shutil.copytree(self._here / folder, self._there / folder, dirs_exist_ok=True)
        write_attempt(self._there / name, attempt)

    def put_control(self, name: str, control: Control) -> None:
        write_control(self._there / name, control)

    def read(self, name: str, file: str, offset: int, size: int) -> bytes:
        return read_part(self._there / name / file, offset, size)

    def fetch(self, folder: str) -> None:
        shutil.copytree(self._there / folder, self._here / folder, dirs_exist_ok=True)


class Elsewhere:
    """Its handle is a ticket, which tells nothing about a process."""

    name, order, is_starting = "elsewhere", 0, False

    def __init__(self, settings: Settings) -> None:
        there = settings.home.with_name("elsewhere")
        self._settings = settings.model_copy(update={"home": there})
        self._settings.make_folders()
        self.transport = Wire(settings.home, there)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def is_ready(self) -> bool:
        return True

    def launch(self, attempt: str) -> Handle:
        folder = self._settings.home / attempt
        handle = {"ticket": attempt}
        with (folder / LOG).open("ab") as output:
            self.workers[attempt] = subprocess.Popen(
                [sys.executable, "-m", "bigmodel.jobs.worker.worker", str(folder)],
                env=environment(self._settings, 1) | {"BIGMODEL_HANDLE": json.dumps(handle)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return handle

    def is_alive(self, handle: Handle) -> bool:
        worker = self.workers.get(handle["ticket"])
        return worker is not None and worker.poll() is None

    def terminate(self, handle: Handle) -> None:
        if worker := self.workers.get(handle["ticket"]):
            worker.terminate()

    def kill(self, handle: Handle) -> None:
        if worker := self.workers.get(handle["ticket"]):
            worker.kill()

    def reap(self) -> None:
        for attempt, worker in self.workers.items():
            folder = self._settings.home / attempt
            if worker.poll() is not None and not (folder / "exit.json").exists():
                try_write_exit(folder, worker.returncode)

    def close(self) -> None:
        return None


def create(settings: Settings) -> Elsewhere:
    return Elsewhere(settings)
