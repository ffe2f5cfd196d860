"""Tasks added as folders, outside the app, have their form, training, results and demo, answers of their own too."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
TAGS = {"warm soup": "food", "salty wind": "sea", "soup wind": "food sea", "slow song": "music"}


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
        walker.choose_task(page, "短还是长", "length")
        walker.choose_training(page, "scratch")
        walker.unfold(page, "train-advanced")
        page.get_by_label("轮数").fill("30")
        walker.start_training(page)
        assert walker.wait_for_points(page, "jobs-loss", 29) == 30
        walker.wait_for_state(page, "succeeded")
        page.locator("#jobs-results").click()
        walker.expect_results(page)
        assert walker.wait_for_points(page, "results-matrix", 1) == 2
        page.locator("#results-try").click()
        page.locator("#text-demo-text textarea").fill("short one")
        page.locator("#text-demo-run").click()
        expect(page.get_by_test_id("answer")).to_have_text("short")


def test_answers_of_an_own_kind_are_shown_compared_tried_and_taken_along(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    lines = [f"{text} {n},{tags}" for n in range(25) for text, tags in TAGS.items()]
    (tmp_path / "tags.csv").write_text("\n".join(["text,tags", *lines]), "utf-8")
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, tmp_path / "tags.csv")
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.choose_task(page, "Tags", "tags")
        expect(page.locator("#train-base")).not_to_contain_text("instant model")
        walker.start_training(page)
        expect(page.get_by_test_id("samples")).to_contain_text("step 1")
        walker.wait_for_state(page, "succeeded")
        again_from_jobs(page)
        page.locator("#jobs-results").click()
        walker.expect_results(page)
        cloud = page.locator("#results-cloud")
        expect(cloud.get_by_test_id("cloud")).to_contain_text("food")
        expect(cloud).to_contain_text("Tags, the commonest largest")
        page.locator("#results-other input").click()
        page.get_by_role("option").first.click()
        expect(page.get_by_test_id("compared")).to_contain_text("tags missing or too many")
        with page.expect_download() as package:
            page.locator("#results-download").click()
        assert package.value.suggested_filename.endswith(".zip")
        page.locator("#results-try").click()
        walker.expect_tab(page, "text-demo")
        expect(page.locator("#text-demo-card")).to_contain_text("0 (tags missing or too many)")
        page.locator("#text-demo-text textarea").fill("soup wind")
        page.locator("#text-demo-run").click()
        expect(page.get_by_test_id("answer")).to_have_text("food sea")


def again_from_jobs(page: Page) -> None:
    """Train once more with the same settings and wait until that training is done."""
    before = walker.job_in_sight(page)
    walker.unfold(page, "jobs-more")
    page.locator("#jobs-again").click()
    page.wait_for_function("job => new URL(location).searchParams.get('job') !== job", arg=before)
    walker.wait_for_state(page, "succeeded")
