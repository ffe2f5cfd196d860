"""Where the notice of an ended training stands in a browser: over no control, and on a phone above the tabs."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.shared.web.theme import script, style_sheet

pytestmark = pytest.mark.ui
APP = "http://studio.test/"
ENDED = {"id": "1", "dataset": "2", "tab": "results", "kind": "succeeded", "sentence": "It is done", "close": "Close"}  # fmt: skip
BUTTON = "place => document.body.insertAdjacentHTML('beforeend', `<button style='position: fixed; width: 450px; height: 90px; ${place}'>x</button>`)"
BELOW_RIGHT, BELOW_LEFT, ABOVE_RIGHT = "right: 0; bottom: 0", "left: 0; bottom: 0", "right: 0; top: 0"  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    body = f"<!doctype html><base href='{APP}'><title>Studio</title><style>{style_sheet()}</style>"
    page.route(APP, lambda route: route.fulfill(body=body, content_type="text/html"))
    pulse = json.dumps({"start": "a", "live": [], "ended": [ENDED]})
    page.route(f"{APP}bm/pulse", lambda route: route.fulfill(body=pulse))
    page.goto(APP)
    yield page
    context.close()


@pytest.mark.parametrize(
    ("taken", "corner"),
    [
        ((), ""),
        ((BELOW_RIGHT,), "is-left"),
        ((BELOW_RIGHT, BELOW_LEFT), "is-up"),
        ((BELOW_RIGHT, BELOW_LEFT, ABOVE_RIGHT), "is-up is-left"),
    ],
)
def test_notice_takes_a_corner_without_controls(
    page: Page, taken: tuple[str, ...], corner: str
) -> None:
    for place in taken:
        page.evaluate(BUTTON, place)
    page.evaluate(script("pulse.js"))
    expect(page.locator(".bm-news")).to_contain_text("It is done")
    expect(page.locator("#bm-news")).to_have_attribute("class", corner)


def test_notice_leaves_a_corner_that_a_control_comes_to(page: Page) -> None:
    page.evaluate(script("pulse.js"))
    expect(page.locator(".bm-news")).to_be_visible()
    page.evaluate(BUTTON, BELOW_RIGHT)
    page.evaluate("dispatchEvent(new Event('scrollend'))")
    expect(page.locator("#bm-news")).to_have_class("is-left")


@pytest.mark.parametrize(("tab", "count"), [("results", 0), ("jobs", 0), ("data", 1)])
def test_no_notice_lies_over_the_training_it_tells_of(page: Page, tab: str, count: int) -> None:
    page.evaluate("tab => history.replaceState({}, '', `?tab=${tab}&job=1`)", tab)
    page.evaluate(script("pulse.js"))
    page.wait_for_function("localStorage.getItem('bm_told')")
    expect(page.locator(".bm-news")).to_have_count(count)


def test_notice_stands_above_on_a_phone_and_closes(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(script("pulse.js"))
    expect(page.locator("#bm-news")).to_have_class("is-top")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".bm-news")).to_have_count(0)
