"""Fixtures that all tests share: settings on a fresh data folder, the real app, a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bigmodel.settings import Settings
from tests import browser as browsers
from tests.server import Studio

PATIENCE_MS = 20_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh data folder that never asks a hub."""
    made = Settings(home=tmp_path / "home", offline=True)
    made.make_folders()
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real browser for the whole run; a busy machine is waited for longer than Playwright would."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = browsers.launch(playwright)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """The real app on a fresh data folder, for one module of tests."""
    app = Studio(tmp_path_factory.mktemp("studio"))
    app.start()
    yield app
    app.stop()
