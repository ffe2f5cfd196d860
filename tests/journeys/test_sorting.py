"""A table without labels, sorted by keyboard: undo, skip, a reload in the middle, and on to training; then by thumb."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.sorted import texts, truth
from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]
CLASSES = ("good", "bad")


def row(page: Page) -> str:
    return page.get_by_test_id("sort-text").inner_text()


def press(page: Page, key: str) -> None:
    """Press a key and wait for another row."""
    before = row(page)
    page.keyboard.press(key)
    expect(page.get_by_test_id("sort-text")).not_to_have_text(before)


def sort(page: Page, count: int) -> None:
    for _ in range(count):
        press(page, str(1 + CLASSES.index(truth(row(page)))))


def progress(page: Page, done: int) -> None:
    expect(page.get_by_test_id("sort-progress")).to_have_text(re.compile(rf"\b{done}\b.*\b80\b"))


def test_table_is_sorted_by_keyboard_and_trained(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    table = tmp_path / "reviews.csv"
    table.write_text("\n".join(["text", *(f'"{text}"' for text in texts(80))]), "utf-8")
    with walker.visitor(browser) as page:
        walker.open_tab(page, studio, "data")
        page.locator("#data-upload input[type=file]").set_input_files(table)
        page.locator("#data-sort-go").click(timeout=60_000)
        for name in CLASSES:  # digits typed into a field are no labels
            page.get_by_test_id("sort-new").fill("")
            page.get_by_test_id("sort-new").press_sequentially(f"{name}12")
            progress(page, 0)
            page.get_by_test_id("sort-new").fill(name)
            page.get_by_test_id("sort-new").press("Enter")
            expect(page.locator(f'.bm-sort-class[data-label="{name}"]')).to_be_visible()
        sort(page, 3)
        last = row(page)
        press(page, "s")
        sort(page, 2)
        progress(page, 5)
        page.keyboard.press("z")
        progress(page, 4)
        page.reload()
        progress(page, 4)
        assert row(page) != last
        sort(page, 26)
        progress(page, 30)
        expect(page.get_by_test_id("sort-guess")).to_have_count(0)
        expect(page.get_by_test_id("sort-curve")).to_be_visible(timeout=60_000)
        page.get_by_test_id("sort-show-guess").check()
        press(page, "2")
        expect(page.get_by_test_id("sort-guess")).to_be_visible()
        page.get_by_test_id("sort-train").click()
        walker.expect_tab(page, "train")
        expect(page.locator("#train-train")).to_be_visible()
        expect(page.get_by_test_id("toast-body")).to_contain_text("version 2")


def test_thumb_sorts_without_scrolling(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        walker.open_tab(page, studio, "sort")
        expect(page.get_by_test_id("sort-text")).to_be_visible()
        page.wait_for_function("scrollY > 0")
        at = page.evaluate("scrollY")
        for name in CLASSES:
            before = row(page)
            button = page.locator(f'.bm-sort-class[data-label="{name}"]')
            expect(button).to_be_in_viewport(ratio=1)
            button.click()
            expect(page.get_by_test_id("sort-text")).not_to_have_text(before)
        progress(page, 33)
        page.get_by_test_id("sort-undo").click()
        progress(page, 32)
        assert page.evaluate("scrollY") == at
        assert not walker.is_too_wide(page)
