"""The real app as a Space starts it: its environment, its user, a root that cannot be written to, and SIGTERM at the end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, expect

from tests.fakes.journey import write_table
from tests.journeys import walker
from tests.patience import PATIENCE_S
from tests.server import ROOT, Studio, free_port

USER = 1000
HOST = "anna-studio.hf.space"
STOP_S = 20.0  # that a Space waits after SIGTERM
SPACE = {
    "SPACE_ID": "anna/studio",
    "SPACE_HOST": HOST,
    "SPACE_AUTHOR_NAME": "anna",
    "SPACE_REPO_NAME": "studio",
    "SYSTEM": "spaces",
    "CPU_CORES": "2",
    "MEMORY": "16Gi",
    "PYTHONDONTWRITEBYTECODE": "1",
}
# Runs beside the app, over its services: a visitor's token, then a table to learn from or nothing.
WORK = """
import json, sys, time
from pathlib import Path
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
services = open_services(Settings())
owner = services.people.whose(sys.argv[1]).id
if sys.argv[2:]:
    data = services.datasets.import_file(owner, Path(sys.argv[2]), name="Soup")
    services.training.submit(owner, data.id, task="text_classification", base="instant")
    services.jobs.wake()
[job] = services.jobs.all(owner)
while job.state not in ("succeeded", "failed"):
    time.sleep(0.2)
    job = services.jobs.get(owner, job.id)
[said] = services.inference.look_texts(owner, job.id, ["lovely soup"])
print(json.dumps([[each.name for each in services.datasets.all(owner)], job.state, said.answer.scores]))
"""
pytestmark = pytest.mark.slow


@dataclass
class Space(Studio):
    """A Space on `home`, all that it may write to; `stop` is what its host does."""

    def start(self) -> None:
        self.port = self.port or free_port()
        self.home.mkdir(exist_ok=True)
        for each in self.writable() if os.getuid() == 0 else ():
            os.chown(each, USER, USER)
        with (self.home.parent / "space.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command("app.py"), cwd=ROOT, env=self.variables(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home.parent / "space.log").read_text("utf-8", "replace"))
            time.sleep(0.1)

    def variables(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "OMP_NUM_THREADS")}
        own = {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "BIGMODEL_PORT": str(self.port),
            "BIGMODEL_OFFLINE": "1",
        }
        return {**kept, **SPACE, **own, **self.environment}

    def command(self, *args: str) -> list[str]:
        """Return how a program is run here: as the user of a Space where a test may, and on a read-only root."""
        reads = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
        user = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
        mounts = [f"mount --bind {each} {each}" for each in self.writable()]
        words = " && ".join([*mounts, "mount -o remount,ro,bind /", 'exec "$@"'])
        root = ["unshare", "--mount", "sh", "-c", words, "sh"]
        # Python may lie where that user reads nothing: then it reads everything, and writes no more than before.
        for way in ([*root, *user], [*root, *user, *reads], user, [*user, *reads]):
            if _runs((*way, sys.executable)):
                return [*way, sys.executable, *args]
        return [sys.executable, *args]

    def writable(self) -> list[str]:
        kept = self.environment.get("BIGMODEL_SNAPSHOTS")
        return [str(self.home), *([kept] if kept else [])]

    def run(self, code: str, *args: str) -> Any:
        done = subprocess.run(
            self.command("-c", code, *args),
            cwd=ROOT, env=self.variables(), capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def end(self) -> float:
        """Ask the app to end as a Space does, and return how long it took; then empty the disk."""
        assert self.process is not None
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOP_S) == 0
        took = time.monotonic() - start
        self.stop()
        shutil.rmtree(self.home)
        return took

    def processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("HOME") == str(self.home):
                    found.append(process)
            except psutil.Error:
                continue
        return found


@cache
def _runs(python: tuple[str, ...]) -> bool:
    """Tell whether Python runs this way, and starts itself again."""
    code = "import subprocess, sys; subprocess.run([sys.executable, '-V'], check=True)"
    done = subprocess.run([*python, "-c", code], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user of a Space reaches."""
    with tempfile.TemporaryDirectory(prefix="space-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def come_in(space: Space) -> str:
    """Open the page as somebody whom the Space does not know, and return what they are known by."""
    headers = {"host": HOST, "x-forwarded-proto": "https", "accept": "text/html"}
    answer = httpx.get(space.url, headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == 200
    held = answer.headers["set-cookie"]
    assert "SameSite=None; Secure; Partitioned" in held
    return str(held.partition("=")[2].partition(";")[0])


def wrong_code(space: Space, said: str) -> int:
    """Return what a wrong code is answered to whom the proxies of a Space say it is from."""
    headers = {"host": HOST, "x-forwarded-for": said}
    asked = {"do": "return", "code": "WRONG"}
    url = f"{space.url}bm/sign-in"
    return httpx.post(url, json=asked, headers=headers, timeout=PATIENCE_S).status_code


def test_space_with_a_disk_finds_everything_again(folder: Path) -> None:
    kept = folder / "data"
    kept.mkdir()
    space = Space(folder / "home", {"BIGMODEL_SNAPSHOTS": str(kept)})
    space.start()
    try:
        token = come_in(space)
        write_table(folder / "table.csv")
        before = space.run(WORK, token, str(folder / "table.csv"))
        assert before[:2] == [["Soup"], "succeeded"]
        assert space.end() < STOP_S
        space.start()
        assert space.run(WORK, token) == before
    finally:
        space.stop()


def test_space_without_a_disk_says_so_before_work_starts(folder: Path, browser: Browser) -> None:
    space = Space(folder / "home")
    space.start()
    try:
        foreign = httpx.get(space.url, headers={"host": "evil.example"}, timeout=PATIENCE_S)
        assert foreign.status_code == 400
        tries = [wrong_code(space, f"6.6.6.{number}, 9.9.9.9, 10.1.2.3") for number in range(12)]
        assert tries[0] == 403
        assert tries[-1] == 429, "a visitor may not say who they are"
        assert wrong_code(space, "9.9.9.8, 10.1.2.3") == 403
        with walker.visitor(browser, locale="en-GB") as page:
            page.goto(space.url)
            expect(page.get_by_test_id("kept")).to_contain_text("attach a storage bucket")
        assert space.end() < STOP_S
    finally:
        space.stop()
