"""Fixtures that all tests share: settings on a fresh data folder, the real app, a real browser."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bigmodel.settings import Settings
from tests import browser as browsers
from tests.journeys.walker import told_at_last
from tests.patience import PATIENCE_MS
from tests.server import ROOT, Studio

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where most tests' small files are written at once
ROOM = 3 * 2**30
ADDED_TASKS = ("own_task", "bag_task")
LONGEST = {"journeys": 0, "pages": 1}

# An example of a property may take long on a busy machine.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# Processes of tests share the processors with each other: a second thread of each would only wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: two processes that share the files then end at about the same time."""
    items.sort(key=lambda item: LONGEST.get(item.path.parts[len(ROOT.parts) + 1], 2))


def pytest_exception_interact(
    node: pytest.Item, report: pytest.CollectReport | pytest.TestReport
) -> None:
    """Leave a picture of each page that a test shares with others, and what it told; of its own page it does so by itself."""
    given = getattr(node, "funcargs", {}).items()
    for name, page in [(name, value) for name, value in given if isinstance(value, Page)]:
        report.sections.append((f"the page {name!r}", told_at_last(page)))
        with suppress(Error):  # a page that is gone has none
            page.screenshot(path=ROOT / "screens" / f"failed-{name}.png", full_page=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh data folder that never asks a hub."""
    made = Settings(home=tmp_path / "home", offline=True)
    made.make_folders()
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real browser for the whole run; what it should show is waited for as long as anything is."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = browsers.launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The real app on one data folder for the whole run: what a test did before is there for the next, as in a life.

    It knows two tasks that were added as folders.
    """
    folders = os.pathsep.join(str(ROOT / "tests" / "fakes" / name) for name in ADDED_TASKS)
    own = {"BIGMODEL_PHONE_HOST": _own_address(), "BIGMODEL_TASK_FOLDERS": folders}
    app = Studio(tmp_path_factory.mktemp("studio"), own)
    app.start()
    yield app
    app.stop()


def _own_address() -> str:
    """Return an address of this machine beside its first loopback one, where the system has it."""
    try:
        with socket.create_server(("127.0.0.2", 0)):
            return "127.0.0.2"
    except OSError:  # not on macOS
        return "127.0.0.1"
