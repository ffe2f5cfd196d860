"""The app dies in the middle of a training; the training does not. And a Cancel is a Cancel."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import walker
from tests.server import ROOT, Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
TABLE = ROOT / "assets" / "samples" / "sentiment_zh.csv"


def start(page: walker.Page, studio: Studio, table: Path, preset: str) -> str:
    """Start a training that rests after each round and return its job once its curve moves."""
    shutil.copy(TABLE, table)  # a name of its own: an earlier upload of the sample may be in sight
    walker.open_tab(page, studio, "data")
    walker.upload(page, table)
    page.locator("#data-train").click()
    walker.expect_tab(page, "train")
    walker.choose_task(page, "Short or long", "length")
    walker.choose_training(page, "scratch", preset)
    walker.start_training(page)
    walker.wait_for_points(page, "jobs-loss", 1)
    return walker.job_in_sight(page)


def test_training_outlives_the_app(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    with walker.visitor(browser) as page:
        job = start(page, studio, tmp_path / "outlives.csv", "fast")
        seen = walker.points(page, "jobs-loss")
        with page.expect_event("load"):  # the page comes back by itself
            studio.kill_app()
            expect(page.locator(".toast-body.error")).to_contain_text("does not answer")
            studio.start()
        walker.expect_tab(page, "jobs")
        walker.wait_for_query(page, "job", job)
        walker.wait_for_points(page, "jobs-loss", seen)
        walker.wait_for_state(page, "succeeded")


def test_training_is_paused_goes_on_where_it_stopped_and_is_cancelled(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page, walker.visitor(browser) as other:
        job = start(page, studio, tmp_path / "paused.csv", "thorough")
        page.locator("#jobs-pause").click()
        walker.wait_for_state(page, "paused")
        walker.open_tab(other, studio, "jobs", job=job)  # a second tab shows the same curve
        walker.wait_for_points(other, "jobs-loss", 1)
        seen = walker.points(page, "jobs-loss")
        page.locator("#jobs-resume").click()
        walker.wait_for_points(page, "jobs-loss", seen + 1)
        expect(page).to_have_title(re.compile("%"))  # how far it is, also behind another tab
        page.locator("#jobs-cancel").click()
        walker.wait_for_state(page, "cancelled")
        walker.wait_for_state(other, "cancelled")
        expect(page.locator("#jobs-demo")).to_be_visible()
        expect(page.get_by_test_id("jobs-sentence")).to_contain_text("Cancelled")
