"""A workbook as people export it is understood; another row or sheet is one press away, on a phone and by keyboard too."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.reviews import HEADER_ROW, read_texts, write_reviews
from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def names_in(page: Page, row: int) -> None:
    marked = page.locator(f'#data-grid tr.is-on[data-row="{row}"]')
    expect(marked).to_be_visible(timeout=walker.SOON_MS)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_pressed_row_names_the_columns(
    browser: Browser, studio: Studio, tmp_path: Path, language: str, width: int
) -> None:
    texts = list(read_texts(language, 30))
    path = write_reviews(tmp_path / f"{language}.xlsx", language, texts)
    with walker.visitor(browser, locale=language, width=width) as page:
        walker.open_tab(page, studio, "data", lang=language)
        walker.upload(page, path)
        names_in(page, HEADER_ROW)
        expect(page.locator("#data-preview")).to_contain_text(texts[0][:10])
        page.locator(f'#data-grid button[data-row="{HEADER_ROW + 1}"]').press("Enter")
        names_in(page, HEADER_ROW + 1)
        page.locator(f'#data-grid tr[data-row="{HEADER_ROW}"] td').first.click()
        names_in(page, HEADER_ROW)
        expect(page.locator("#data-preview")).to_contain_text(texts[0][:10])
        is_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"
        assert not page.evaluate(is_wide)


def test_lines_are_pasted(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, width=390) as page:
        walker.open_tab(page, studio, "data")
        page.locator("#data-paste button").first.click()
        page.locator("#data-paste-text textarea").fill("\n".join(read_texts("en", 12)))
        page.get_by_label("Name", exact=True).first.fill("from the clipboard")
        page.locator("#data-paste-button").click()
        expect(page.locator("#data-chosen input")).to_have_value("from the clipboard")
        expect(page.locator("#data-paste-text textarea")).to_have_value("")
