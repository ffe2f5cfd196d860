"""What the web process costs: its memory when idle, and how soon Home can be used in a real browser."""

import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from bench.figure import Figure
from tests import browser as browsers
from tests.server import Studio

MEMORY_GOAL_MB = 260
HOME_GOAL_S = 2.0


def run() -> list[Figure]:
    """Start the real app and measure it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        studio = Studio(Path(folder))
        studio.start()
        browser = browsers.launch(playwright)
        try:
            _open_home(browser, studio.url)  # the first visit fills the server's caches
            seconds = min(_open_home(browser, studio.url) for _ in range(3))
            assert studio.process is not None
            memory = psutil.Process(studio.process.pid).memory_info().rss / 2**20
        finally:
            browser.close()
            studio.stop()
    return [
        Figure(
            "Home usable in a new browser", seconds, "s", f"≤ {HOME_GOAL_S}", seconds <= HOME_GOAL_S
        ),
        Figure("web process, idle", memory, "MB", f"≤ {MEMORY_GOAL_MB}", memory <= MEMORY_GOAL_MB),
    ]


def _open_home(browser: Browser, url: str) -> float:
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url)
    page.locator("#home-own").wait_for(state="visible")
    seconds = time.perf_counter() - start
    context.close()
    return seconds
