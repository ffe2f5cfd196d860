"""One installation, two people with a browser each: one makes a model on a phone, the other sees nothing of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import walker
from tests.pages.people.test_gate import PASSWORD, run_users
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    app = Studio(tmp_path_factory.mktemp("shared"), {"BIGMODEL_SIGN_IN": "accounts"})
    run_users(app.home, "add", "anna", "--admin")
    run_users(app.home, "add", "bo")
    app.start()
    yield app
    app.stop()


def sign_in(page: Page, studio: Studio, name: str, password: str = PASSWORD) -> None:
    """Come by the address alone: the page to sign in stands before everything else."""
    page.goto(studio.url)
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("form button").click()


def test_what_one_makes_on_a_phone_another_never_sees(browser: Browser, studio: Studio) -> None:
    with (
        walker.visitor(browser, locale="zh-CN", width=390, by_touch=True) as phone,
        walker.visitor(browser) as desk,
    ):
        sign_in(phone, studio, "anna", "a password that is wrong")
        expect(phone.locator("#status")).to_contain_text("密码")
        assert not walker.is_too_wide(phone)
        sign_in(phone, studio, "anna")
        phone.locator("#home-sample-sentiment_zh").click()
        walker.expect_tab(phone, "text-demo")
        phone.locator("#text-demo-text textarea").fill("味道很好，下次还会再来")
        phone.locator("#text-demo-run").click()
        expect(phone.get_by_test_id("answer")).to_have_text("正面")
        address = phone.url
        assert "job=" in address
        job = address.partition("job=")[2].partition("&")[0]

        sign_in(desk, studio, "bo")
        expect(desk.locator("#home-sample-sentiment_zh")).to_be_visible()
        desk.goto(address)  # it was passed on
        walker.expect_tab(desk, "text-demo")
        settle(desk)
        assert job not in desk.content()
        for slug in ("data", "jobs", "results", "home"):
            walker.press_tab(desk, slug)
            settle(desk)
            assert "sentiment_zh" not in desk.locator("main").inner_text(), slug
        desk.goto(f"{studio.url}people")
        assert "anna" not in desk.content()

        walker.reload(phone, "text-demo")
        walker.press_tab(phone, "results")
        walker.expect_results(phone)
        for slug in ("jobs", "home"):  # the very places where nothing of it was shown to the other
            walker.press_tab(phone, slug)
            expect(phone.locator("main")).to_contain_text("sentiment_zh")
        phone.goto(f"{studio.url}people")
        expect(phone.locator("main")).to_contain_text("bo")
        assert not walker.is_too_wide(phone)
