"""One click on a sample, in Chinese, on a phone: train, wait, type; then the other language, and back."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import walker
from tests.server import Studio

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def test_one_click_leads_to_a_model_that_reads_chinese(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        page.goto(studio.url)
        expect(page.locator("#tab-home-button")).to_have_text("首页")
        page.locator("#home-sample-sentiment_zh").click()
        walker.expect_tab(page, "text-demo")
        expect(page.locator("#text-demo-run")).to_be_visible()
        page.locator("#text-demo-text textarea").fill("味道很好，下次还会再来")
        page.locator("#text-demo-run").click()
        expect(page.get_by_test_id("answer")).to_have_text("正面")
        assert not walker.is_too_wide(page)


def test_bar_on_a_phone_chooses_between_groups_of_tabs(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        page.goto(studio.url)
        bar = page.get_by_role("navigation", name="功能区")
        bar.get_by_role("button", name="试用").click()
        walker.expect_tab(page, "text-demo")
        expect(page.locator("#tab-image-demo-button")).to_be_visible()
        expect(page.locator("#tab-train-button")).to_be_hidden()
        page.locator("#tab-voice-demo-button").click()
        bar.get_by_role("button", name="制作").click()
        walker.expect_tab(page, "data")
        bar.get_by_role("button", name="试用").click()
        walker.expect_tab(page, "voice-demo")  # where it was left
        page.set_viewport_size({"width": 1280, "height": 900})
        expect(bar).to_be_hidden()
        expect(page.locator("#tab-train-button")).to_be_visible()


def test_language_is_switched_and_remembered(browser: Browser, studio: Studio) -> None:
    with walker.visitor(browser, locale="zh-CN") as page:
        page.goto(studio.url)
        expect(page.locator("#tab-home-button")).to_have_text("首页")
        page.locator("#shell-language").click()
        expect(page.locator("#tab-home-button")).to_have_text("Home")
        page.goto(studio.url)
        expect(page.locator("#tab-home-button")).to_have_text("Home")
        expect(page.locator("#home-own")).to_have_text("Bring your own data")
