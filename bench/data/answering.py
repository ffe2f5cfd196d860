"""How soon the page answers while a million rows come in through it; `make bench ARGS=answering`.

The real app takes a CSV from a browser; meanwhile a second visitor asks for Home again and again. The text pack
beside the repository is no part of it; without it there are no figures.
"""

import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.data.checkup import MANY_ROWS, SMS, many_rows
from bench.figure import Figure
from tests import browser as browsers
from tests.server import Studio

GOAL_S, USUAL_GOAL_S = 2.0, 0.5
PATIENCE_S = 600.0
FACTS = "#data-facts"


def run() -> list[Figure]:
    """Return how long Home took at most and usually while the rows came in, and how long these took."""
    if not SMS.is_file():
        return []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        table = many_rows(Path(folder) / "many.csv", MANY_ROWS)
        studio = Studio(Path(folder) / "home")
        studio.start()
        try:
            with sync_playwright() as playwright:
                browser = browsers.launch(playwright)
                taken, answers = _watched(browser, studio.url, table)
                browser.close()
        finally:
            studio.stop()
    usual, most = sorted(answers)[len(answers) // 2], max(answers)
    rows = f"{MANY_ROWS:,} rows"
    return [
        Figure(f"Home while {rows} come in, usually", usual, "s", f"≤ {USUAL_GOAL_S:g}", usual <= USUAL_GOAL_S),
        Figure(f"Home while {rows} come in, at most", most, "s", f"≤ {GOAL_S:g}", most <= GOAL_S),
        Figure(f"{rows}, from the browser to their facts", taken, "s", "", None),
        Figure("answers of Home meanwhile", len(answers), "", "", None),
    ]  # fmt: skip


def _watched(browser: Browser, url: str, table: Path) -> tuple[float, list[float]]:
    """Bring a table to the Data tab; return how long it took until it was shown, and each answer of Home until then."""
    page = browser.new_page()
    page.goto(f"{url}?tab=data")
    upload, facts = page.locator("#data-upload input[type=file]"), page.locator(FACTS)
    upload.wait_for(state="attached")
    started, answers = time.monotonic(), list[float]()
    upload.set_input_files(table)
    while time.monotonic() - started < PATIENCE_S:
        answers.append(_home(url))
        if facts.count() and table.name in facts.inner_text():
            return time.monotonic() - started, answers
        page.wait_for_timeout(250)
    raise TimeoutError(f"{table.name} is not shown after {PATIENCE_S:.0f} s")


def _home(url: str) -> float:
    started = time.monotonic()
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:  # noqa: S310 - of this machine
        answer.read()
    return time.monotonic() - started
