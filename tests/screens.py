"""Pictures of every tab with real content: `make screens` writes PNG files into `screens/`.

Each tab at 1280 and 390 pixels, in both languages, light and dark. It also says when a page is wider
than the window, because a phone would scroll sideways.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as browsers
from tests.patience import PATIENCE_MS
from tests.server import ROOT, Studio
from tests.still import listen, settle_measured, visit

FOLDER = ROOT / "screens"
TABS = ("home", "data", "sort", "train", "jobs", "results", "text-demo", "learn")
MEDIA_TABS = ("data", "train", "jobs", "results")  # once more with pictures, and with speech
WIDTHS = (1280, 390)
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}
THEMES = ("light", "dark")
TRAININGS = {  # sample, base and preset that show something of everything
    "en": ("support_en.csv", "minilm", "balanced"),
    "zh": ("sentiment_zh.csv", "scratch", "thorough"),
}
MEDIA = {
    "image-demo": ("shapes.zip", "scratch", "balanced"),
    "voice-demo": ("colours_en.zip", "scratch", "fast"),
}


def main() -> int:
    """Take all pictures; return how many pages are wider than their window."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        studio = Studio(Path(home))
        studio.start()
        browser = browsers.launch(playwright)
        try:
            made = {
                name: train_sample(studio, *training)
                for name, training in (TRAININGS | MEDIA).items()
            }
            wide = [name for name in take_all(browser, studio, made) if name]
        finally:
            browser.close()
            studio.stop()
    for name in wide:
        sys.stdout.write(f"wider than the window: {name}\n")
    return len(wide)


def train_sample(studio: Studio, sample: str, base: str, preset: str) -> dict[str, str]:
    """Train on a sample of ours, so that every page has something real to show."""
    table = ROOT / "assets" / "samples" / sample
    environment = {**os.environ, "BIGMODEL_HOME": str(studio.home), "BIGMODEL_OFFLINE": "1"}
    command = [sys.executable, "-m", "bigmodel", "train", str(table), "--base", base]
    command += ["--preset", preset, "--wait", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    return {"job": answer["job"], "dataset": answer["dataset"]}


def take_all(browser: Browser, studio: Studio, made: dict[str, dict[str, str]]) -> Iterator[str]:
    """Take each picture; yield the names of those that are too wide."""
    for language, locale in LANGUAGES.items():
        for theme in THEMES:
            for width in WIDTHS:
                context = browser.new_context(
                    locale=locale,
                    viewport={"width": width, "height": 900},
                    color_scheme="dark" if theme == "dark" else "light",
                )
                page = context.new_page()
                page.set_default_timeout(PATIENCE_MS)
                listen(page)
                for tab, name, training in shown(language):
                    ids = made[training]
                    visit(
                        page,
                        f"{studio.url}?tab={tab}&job={ids['job']}&dataset={ids['dataset']}"
                        f"&lang={language}&__theme={theme}",
                        tab,
                    )
                    yield take(page, f"{name}_{width}_{language}_{theme}")
                context.close()


def shown(language: str) -> list[tuple[str, str, str]]:
    """Return every picture to take: its tab, its name, and the training it shows."""
    texts = [(tab, tab, language) for tab in TABS]
    demos = [(demo, demo, demo) for demo in MEDIA]
    media = [(tab, f"{tab}-of-{demo.split('-')[0]}", demo) for demo in MEDIA for tab in MEDIA_TABS]
    return texts + demos + media


def take(page: Page, name: str) -> str:
    """Wait until the tab shows its content, take its picture, return its name if it is too wide."""
    settle_measured(page)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    is_wide = page.evaluate(
        "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
    )
    return name if is_wide else ""


if __name__ == "__main__":
    sys.exit(main())
