"""From a file to a sentence, clicking as a person does."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import walker
from tests.server import ROOT, Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
TABLE = ROOT / "assets" / "samples" / "support_en.csv"


def test_table_becomes_a_model_that_answers(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser) as page:
        page.goto(studio.url)
        page.locator("#home-own").click()
        walker.expect_tab(page, "data")
        walker.upload(page, TABLE)
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.choose_training(page, "scratch", "fast")
        walker.start_training(page)

        seen = walker.wait_for_points(page, "jobs-loss", 0)
        walker.wait_for_points(page, "jobs-loss", seen)
        page.reload()  # in the middle: the same job, the same curve
        walker.expect_tab(page, "jobs")
        walker.wait_for_points(page, "jobs-loss", seen)
        walker.wait_for_state(page, "succeeded")

        page.locator("#jobs-results").click()
        walker.expect_results(page)
        assert walker.wait_for_points(page, "results-matrix", 1) == 4
        walker.unfold(page, "results-more")
        walker.wait_for_points(page, "results-roc", 2)

        page.locator("#results-try").click()
        walker.expect_tab(page, "text-demo")
        page.locator("#text-demo-text textarea").fill("I was charged twice on my invoice")
        page.locator("#text-demo-run").click()
        expect(page.get_by_test_id("answer")).to_have_text("billing")


def test_double_click_is_one_job(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, ROOT / "assets" / "samples" / "stars_en.csv")
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.choose_training(page, "instant")
        walker.start_training(page, presses=2)
        walker.wait_for_state(page, "succeeded")
        job = page.get_by_test_id("jobs-head").get_attribute("data-job")
        expect(page.get_by_test_id(f"job-{job}")).to_have_count(1)
        names = page.locator("[data-testid^='job-']").filter(has_text="stars")
        expect(names).to_have_count(1)
