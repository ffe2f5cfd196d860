"""Finds a Chromium for the tests, or brings one: `python -m tests.browser`. It never opens a page itself."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera and a microphone that every machine has
    "--use-fake-ui-for-media-stream",
)
PACKAGES = ("chromium", "fonts-noto-cjk")
STEP_S = 600


def system_browser() -> str | None:
    """Return the path of a Chromium that the system has."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Open a headless browser: the system's, else Playwright's own."""
    return playwright.chromium.launch(executable_path=system_browser(), args=list(ARGS))


def main() -> int:
    """Make sure that a browser starts here; return the exit status."""
    if _starts():
        return 0
    steps = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if hasattr(os, "geteuid") and os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
        steps += [[*apt, "update"], [*apt, "install", "-y", "--no-install-recommends", *PACKAGES]]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in steps:
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(step, check=False, env=quiet, timeout=STEP_S)
        if _starts():
            return 0
    sys.stderr.write("The browser tests need Chromium (on Debian: apt install chromium).\n")
    return 1


def _starts() -> bool:
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except Error:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
