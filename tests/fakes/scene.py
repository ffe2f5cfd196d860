"""A supervisor's turns over a scratch store, with a launcher and clocks of our own: no process is started."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.events import Event, Kind, encode
from bigmodel.core.job import State
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Exit
from bigmodel.jobs.launchers.base import Handle, ProcessLauncher
from bigmodel.jobs.platform.identity import Identity
from bigmodel.jobs.supervisor.supervisor import Supervisor
from bigmodel.jobs.transport import LocalFolder
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import Workshop, make_dataset, quick_settings

NOBODY = Identity(2**22 + 5, 0.0, "another boot").to_json()


@contextlib.contextmanager
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives, leads its group and says nothing."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


class FakeLauncher(ProcessLauncher):
    name, order = "local", 1

    def __init__(self, home: Path) -> None:
        super().__init__(home, LocalFolder(home))
        self.launched: list[Path] = []
        self.is_starting = self.fails = False

    def is_ready(self) -> bool:
        return True

    def launch(self, attempt: str) -> Handle:
        if self.fails:
            raise OSError("no process could be started")
        self.launched.append(self.home / attempt)
        return NOBODY

    def reap(self) -> None:
        return None


@dataclass
class FakeClock:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Scene:
    workshop: Workshop
    launcher: FakeLauncher
    supervisor: Supervisor
    clock: FakeClock
    wall: FakeClock
    said: int = 0

    def turn(self, seconds: float = 1.0, jump_s: float = 0.0) -> None:
        """Let time pass; a jump is of the wall clock alone, which was set, or of a machine that slept."""
        self.clock.at += seconds
        self.wall.at += seconds + jump_s
        self.supervisor.turn(is_poked=True)

    def say(self, kind: Kind, /, **data: object) -> None:
        self.said += 1
        with (self.launcher.launched[-1] / attempt_folder.EVENTS).open("ab") as file:
            file.write(encode(Event(self.said, 0.0, kind, data)))

    def end(self, code: int, signal: int | None = None) -> None:
        attempt_folder.write_exit(self.launcher.launched[-1], Exit(code, signal))

    def state(self, job_id: str) -> State:
        return self.workshop.job(job_id).state


def open_scene(home: Path, **changes: object) -> Scene:
    settings = quick_settings(home, **changes)
    store = ScratchStore()
    dataset = make_dataset(settings, rows=10)
    store.datasets.add(dataset)
    launcher = FakeLauncher(settings.home)
    clock = FakeClock()
    wall = FakeClock(1e9)
    supervisor = Supervisor(settings, store, [launcher], clock, wall)
    return Scene(Workshop(settings, store, dataset), launcher, supervisor, clock, wall)
