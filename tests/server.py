"""Starts the real app in its own process on a data folder of its own, and stops everything it started."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests import slow
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[1]


@dataclass
class Studio:
    """The app under test. `start` returns when it answers; `stop` leaves no process of this data folder."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    trains: bool = True  # else nothing is imported beforehand for trainings that do not come
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        self.port = self.port or free_port()
        environment = {
            **os.environ,
            "BIGMODEL_HOME": str(self.home),
            "BIGMODEL_PORT": str(self.port),
            "BIGMODEL_OFFLINE": "1",
            "BIGMODEL_THREADS": "1",
            "BIGMODEL_WARM": str(int(self.trains)),
            **self.environment,
        }
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "app.log").open("ab") as log:
            self.process = subprocess.Popen(
                slow.command(), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "app.log").read_text("utf-8", "replace"))
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}healthz", timeout=PATIENCE_S) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except OSError:
            return False

    def kill_app(self) -> None:
        """Kill only the web process, as a crash would; supervisor and workers live on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself meanwhile
                process.kill()
        if self.process is not None:
            self.process.wait()

    def processes(self) -> list[psutil.Process]:
        """Return every process that serves this data folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("BIGMODEL_HOME") == str(self.home):
                    found.append(process)
            except psutil.Error:
                continue
        return [process for process in found if process.pid != os.getpid()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
