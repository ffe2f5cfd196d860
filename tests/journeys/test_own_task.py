"""A task added as one folder, outside the app, has its form, training, results and demo."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import walker
from tests.server import ROOT, Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
FOLDER = ROOT / "tests" / "fakes" / "own_task"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    app = Studio(tmp_path / "home", {"BIGMODEL_TASK_FOLDERS": str(FOLDER)})
    app.start()
    yield app
    app.stop()


def write_table(path: Path) -> Path:
    """Sixty headlines and sixty stories, told apart by nothing but their length."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number in range(120):
            words, label = ((6, "short"), (40, "long"))[number % 2]
            writer.writerow([f"row {number} " + "word " * (words + number % 5), label])
    return path


def test_task_in_one_folder_gets_the_whole_house(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser, locale="zh-CN") as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, write_table(tmp_path / "lengths.csv"))
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        page.locator("#train-task input").click()
        page.get_by_role("option", name="短还是长").click()
        walker.expect_settings_of(page, "length/")
        walker.choose_training(page, "scratch")
        walker.unfold(page, "train-advanced")
        page.get_by_label("轮数").fill("30")
        page.locator("#train-train").click()
        walker.expect_tab(page, "jobs")
        assert walker.wait_for_points(page, "jobs-loss", 29) == 30
        walker.wait_for_state(page, "succeeded")
        page.locator("#jobs-results").click()
        assert walker.wait_for_points(page, "results-matrix", 1) == 2
        page.locator("#results-try").click()
        page.locator("#text-demo-text textarea").fill("short one")
        page.locator("#text-demo-run").click()
        expect(page.get_by_test_id("answer")).to_have_text("short")
