"""From a file of conversations to a model that learns to answer before one's eyes, talks turn by turn, can be stopped, and is taken along."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bigmodel.services.datasets.samples import sample_path
from tests.journeys import walker
from tests.server import Studio
from tests.still import settle

pytestmark = [pytest.mark.ui, pytest.mark.slow]


# Holds back what the app answers through its stream, as a slow line does.
HOLD = """(() => {
  const fetched = window.fetch;
  window.fetch = async (...given) => {
    const answer = await fetched(...given);
    if (!new URL(given[0]?.url || given[0], location).pathname.endsWith('/queue/data')) return answer;
    const held = new TransformStream({
      async transform(part, to) {
        while (window.bmHeld) await new Promise(done => setTimeout(done, 50));
        to.enqueue(part);
      },
    });
    return new Response(answer.body.pipeThrough(held), answer);
  };
})()"""


def say(page: Page, text: str) -> None:
    page.locator("#text-demo-text textarea").fill(text)
    page.locator("#text-demo-run").click()


def clear_on_a_slow_line(page: Page) -> None:
    """Empty a conversation while parts of the answer are on their way."""
    talk = page.get_by_test_id("talk")
    page.evaluate("() => { window.bmHeld = true; }")
    with page.expect_response(lambda answer: '"data":[],' in (answer.request.post_data or "")):
        page.locator("#text-demo-clear").click()
    page.evaluate("() => { window.bmHeld = false; }")
    settle(page)
    expect(talk).to_have_count(0)


def test_conversations_lead_to_a_model_that_talks_and_stops(
    browser: Browser, studio: Studio
) -> None:
    with walker.visitor(browser, locale="zh-CN", width=390) as page:
        page.add_init_script(HOLD)
        walker.open_tab(page, studio, "data")
        walker.upload(page, sample_path("chat_zh"))
        page.locator("#data-train").click()
        walker.expect_tab(page, "train")
        walker.choose_training(page, "scratch", "fast")
        walker.start_training(page)
        expect(page.get_by_test_id("samples").locator("blockquote").first).to_contain_text("▸")
        walker.wait_for_state(page, "succeeded")
        assert not walker.is_too_wide(page)
        page.locator("#jobs-results").click()
        walker.expect_results(page)
        page.locator("#results-try").click()
        walker.expect_tab(page, "text-demo")
        expect(page.locator("#text-demo-clear")).to_be_visible()
        page.locator("#text-demo-dial-length input[type=number]").fill("1000")
        say(page, "你好")
        talk = page.get_by_test_id("talk")
        expect(talk).to_contain_text("你好")
        page.locator("#text-demo-stop").click()
        settle(page)
        say(page, "再说一句")
        expect(page.get_by_test_id("turn")).to_have_count(3)
        assert not walker.is_too_wide(page)
        clear_on_a_slow_line(page)
        address = page.url
    with walker.visitor(browser) as page:
        page.goto(address)
        walker.expect_tab(page, "text-demo")
        walker.press_tab(page, "results")
        walker.expect_results(page)
        with page.expect_download() as taken:
            page.locator("#results-download").click()
        with zipfile.ZipFile(Path(taken.value.path())) as archive:
            assert any(name.endswith("predict.py") for name in archive.namelist())
