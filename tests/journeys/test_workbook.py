"""A workbook as people export it is understood; another row or sheet is one press away, on a phone and by keyboard too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.reviews import HEADER_ROW, read_texts, write_reviews
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]
IS_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


def names_in(page: Page, row: int) -> None:
    marked = page.locator(f'#data-grid tr.is-on[data-row="{row}"]')
    expect(marked).to_be_visible()


def test_pressed_row_names_the_columns_and_lines_are_pasted(
    browser: Browser, studio: Studio, tmp_path: Path
) -> None:
    texts = list(read_texts("zh", 30))
    path = write_reviews(tmp_path / "reviews.xlsx", "zh", texts)
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        walker.open_tab(page, studio, "data")
        walker.upload(page, path)
        names_in(page, HEADER_ROW)
        settle(page)
        button = page.locator(f'#data-grid button[data-row="{HEADER_ROW + 1}"]')
        button.focus()
        button.evaluate("node => { node.outerHTML = node.outerHTML; }")  # as a grid drawn anew does
        page.keyboard.press("Enter")
        names_in(page, HEADER_ROW + 1)
        page.locator(f'#data-grid tr[data-row="{HEADER_ROW}"] td').first.click()
        names_in(page, HEADER_ROW)
        expect(page.locator("#data-preview")).to_contain_text(texts[0][:10])
        assert not page.evaluate(IS_WIDE)
        page.locator("#data-paste button").first.click()
        page.locator("#data-paste-text textarea").fill("\n".join(texts))
        page.get_by_label("名称", exact=True).first.fill("剪贴板")
        page.locator("#data-paste-button").click()
        expect(page.locator("#data-chosen input")).to_have_value("剪贴板")
        expect(page.locator("#data-paste-text textarea")).to_have_value("")
