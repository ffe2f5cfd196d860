"""Places for what a page waits for: calm, over nothing, and gone once it stands or a failure was told."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.shared.web.theme import style_sheet
from pages.shared.widgets.waiting import SHAPES, drawn

pytestmark = pytest.mark.ui
STANDS = ("data-body", "data-nothing", "jobs-body", "results-notice", "text-demo-work")
ADD = "id => document.querySelector('main').insertAdjacentHTML('beforeend', `<p id=${id}>here</p>`)"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    places = "".join(drawn(shape) for shape in SHAPES)
    page.set_content(
        f"<style>{style_sheet()}</style><main><div class=bm-waiting>{places}</div></main>"
    )
    yield page
    context.close()


@pytest.mark.parametrize("stands", STANDS)
def test_places_go_as_soon_as_something_stands(page: Page, stands: str) -> None:
    expect(page.locator(".bm-wait")).to_have_count(len(SHAPES))
    for place in page.locator(".bm-wait").all():
        expect(place).to_be_visible()
    page.evaluate(ADD, stands)
    expect(page.locator(".bm-wait:visible")).to_have_count(0)


def test_places_go_when_a_failure_was_told(page: Page) -> None:
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p class=\"toast-body error\">no</p>')"
    )
    expect(page.locator(".bm-wait:visible")).to_have_count(0)


def test_places_take_no_press_and_rest_for_whom_motion_disturbs(page: Page) -> None:
    place = page.locator(".bm-wait").first
    expect(place).to_have_css("pointer-events", "none")
    expect(place).to_have_css("animation-name", "bm-calm, bm-leave")
    page.emulate_media(reduced_motion="reduce")
    expect(place).to_have_css("animation-iteration-count", re.compile("^1"))
