"""A table without labels, sorted by keyboard: undo, skip, a reload in the middle, and on to training; then by thumb."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.sorted import texts, truth
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
CLASSES = ("good", "bad")


def begin(page: Page, studio: Studio, folder: Path, count: int) -> None:
    """Bring a table without labels, and follow the button to the Sort tab."""
    table = folder / f"{count}-reviews.csv"
    table.write_text("\n".join(["text", *(f'"{text}"' for text in texts(count))]), "utf-8")
    walker.open_tab(page, studio, "data")
    walker.upload(page, table)
    page.locator("#data-sort-go").click()


def add_class(page: Page, name: str) -> None:
    page.get_by_test_id("sort-new").fill(name)
    page.get_by_test_id("sort-new").press("Enter")
    expect(page.locator(f'.bm-sort-class[data-label="{name}"]')).to_be_visible()


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


def progress(page: Page, done: int, total: int = 80) -> None:
    said = re.compile(rf"\b{done}\b.*\b{total}\b")
    expect(page.get_by_test_id("sort-progress")).to_have_text(said)


def test_table_is_sorted_by_keyboard_and_trained(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        begin(page, studio, tmp_path, 80)
        for name in CLASSES:
            page.get_by_test_id("sort-new").press_sequentially(
                "s012"
            )  # keys in a field are no labels
            progress(page, 0)
            add_class(page, name)
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
        expect(page.get_by_test_id("sort-curve")).to_be_visible()
        page.get_by_test_id("sort-show-guess").check()
        press(page, "2")
        expect(page.get_by_test_id("sort-guess")).to_be_visible()
        page.get_by_test_id("sort-train").click()
        walker.expect_tab(page, "train")
        expect(page.locator("#train-train")).to_be_visible()
        expect(page.locator("#train-unfit")).to_contain_text(
            "31 usable rows"
        )  # of the version with labels


# Scrolled to the row, and no longer moving.
STANDS = """() => {
  if (window.bmY !== scrollY) { window.bmY = scrollY; window.bmMoved = performance.now(); }
  return scrollY > 0 && performance.now() - window.bmMoved > 500;
}"""


def test_thumb_sorts_without_scrolling(browser: Browser, studio: Studio, tmp_path: Path) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        begin(page, studio, tmp_path, 20)
        for name in CLASSES:
            add_class(page, name)
        settle(page)
        page.wait_for_function(STANDS, polling=50)
        at = page.evaluate("scrollY")
        for name in CLASSES:
            before = row(page)
            button = page.locator(f'.bm-sort-class[data-label="{name}"]')
            expect(button).to_be_in_viewport(ratio=1)
            button.click()
            expect(page.get_by_test_id("sort-text")).not_to_have_text(before)
        progress(page, 2, 20)
        page.get_by_test_id("sort-undo").click()
        progress(page, 1, 20)
        assert page.evaluate("scrollY") == at
        assert not walker.is_too_wide(page)


def test_press_counts_though_the_button_is_drawn_anew_under_it(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    with walker.visitor(browser) as page:
        begin(page, studio, tmp_path, 24)  # a name of its own
        for name in CLASSES:
            add_class(page, name)
        button = page.locator('.bm-sort-class[data-label="bad"]')
        for done in (1, 2):
            button.hover()
            under = button.element_handle()
            page.mouse.down()
            press(page, "s")  # shows the next row, and draws the buttons anew
            assert under is not None
            assert not under.evaluate("node => node.isConnected")
            page.mouse.up()
            progress(page, done, 24)
        page.mouse.click(2, 2)
        progress(page, 2, 24)
        page.get_by_test_id("sort-menu").click()
        name = page.get_by_label(": bad")
        name.fill("wo")
        page.get_by_test_id("sort-show-guess").dispatch_event("click")  # everything is drawn anew
        expect(page.get_by_test_id("sort-guess")).to_be_visible()
        name.press_sequentially("rse")
        expect(button).to_be_visible()  # half a name is none
        name.press("Tab")
        expect(page.locator('.bm-sort-class[data-label="worse"]')).to_be_visible()
