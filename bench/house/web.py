"""What the web process costs: its memory when idle, and how soon Home can be used, beside a page of Gradio that says hello."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from bench.figure import Figure
from tests import browser as browsers
from tests.server import Studio, free_port

MEMORY_GOAL_MB = 260
HOME_GOAL_S = 2.0
SLOWER_GOAL, BEYOND_GOAL_KB = 1.5, 300  # than a page that says hello, and beyond what Gradio brings
MOVED_GOAL = 0.1  # of layout shift: "good" for web vitals
ROUNDS = 5  # in turn, so that both meet whatever else the machine does
GRADIOS = ("/assets/", "/static/", "/theme.css")
HELLO = """
import sys
import gradio as gr
with gr.Blocks(analytics_enabled=False) as demo:
    gr.Button("hello", elem_id="hello")
demo.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False)
"""
PATIENCE_S = 120.0
WATCH_MOVES = """() => {
  window.bmMoved = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.bmMoved += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
}"""


@dataclass
class View:
    """A page as it was first seen in a new browser."""

    seconds: float = 0.0
    moved: float = 0.0
    received: dict[str, int] = field(default_factory=dict)  # bytes on the line, by path

    def beyond_kb(self) -> float:
        """Return what came besides Gradio's own files."""
        sizes = (size for path, size in self.received.items() if not path.startswith(GRADIOS))
        return sum(sizes) / 1_000


def run() -> list[Figure]:
    """Start the real app and measure it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        _hello() as hello,
    ):
        studio = Studio(Path(folder))
        studio.start()
        browser = browsers.launch(playwright)
        try:
            homes, hellos = [], []
            for _ in range(ROUNDS + 1):  # the first visit fills the servers' caches
                homes.append(_view(browser, studio.url, "#home-own"))
                hellos.append(_view(browser, hello, "#hello"))
            assert studio.process is not None
            memory = psutil.Process(studio.process.pid).memory_info().rss / 2**20
        finally:
            browser.close()
            studio.stop()
    return [*_home(homes[1:], hellos[1:]), _upto("web process, idle", memory, "MB", MEMORY_GOAL_MB)]


def _home(homes: list[View], hellos: list[View]) -> list[Figure]:
    home, hello = (min(view.seconds for view in views) for views in (homes, hellos))
    return [
        _upto("Home usable in a new browser", home, "s", HOME_GOAL_S),
        Figure("a button of Gradio that says hello, usable", hello, "s", "", None),
        _upto("Home, times as long as hello", home / hello, "×", SLOWER_GOAL),
        _upto("Home, beyond Gradio's own files", homes[0].beyond_kb(), "kB", BEYOND_GOAL_KB),
        _upto("Home, layout shift", max(view.moved for view in homes), "", MOVED_GOAL),
    ]


def _upto(name: str, value: float, unit: str, most: float) -> Figure:
    return Figure(name, value, unit, f"≤ {most:g}", value <= most)


@contextmanager
def _hello() -> Iterator[str]:
    """Serve the least that Gradio can show."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", HELLO, str(port)]) as process:
        try:
            _until_served(port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()


def _until_served(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.2)
    raise TimeoutError("hello is not served")


def _view(browser: Browser, url: str, wanted: str) -> View:
    """Open a page in a new browser until what is wanted stands there."""
    context = browser.new_context()
    page = context.new_page()
    view = View()
    _count(page, view)
    start = time.perf_counter()
    page.goto(url)
    page.locator(wanted).wait_for(state="visible")
    view.seconds = time.perf_counter() - start
    page.evaluate(WATCH_MOVES)
    page.wait_for_load_state("load")
    view.moved = page.evaluate("() => new Promise(done => setTimeout(() => done(bmMoved), 1500))")
    context.close()
    return view


def _count(page: Page, view: View) -> None:
    """Add up what comes over the line, packed as it is."""
    paths: dict[str, str] = {}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:  # Any: the browser's own JSON
        paths[event["requestId"]] = "/" + event["request"]["url"].split("/", 3)[-1]

    def came(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "")
        view.received[path] = view.received.get(path, 0) + int(event["encodedDataLength"])

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
