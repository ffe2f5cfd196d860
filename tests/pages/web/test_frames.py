"""A page that shows nothing new draws nothing: Gradio's first sign of loading does not count on when it is gone."""

from collections.abc import Iterator

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect
from starlette.middleware import Middleware

from pages.shared.web.middleware import HeadScript
from pages.shared.web.server import head
from tests.journeys import walker

pytestmark = pytest.mark.ui

COUNT = """(() => {
  const ask = window.requestAnimationFrame.bind(window);
  window.bmFrames = 0;
  window.requestAnimationFrame = look => { window.bmFrames += 1; return ask(look); };
})()"""
# Nothing has asked for a frame for half a second.
RESTS = """() => {
  if (window.bmSeen !== bmFrames) { window.bmSeen = bmFrames; window.bmSince = performance.now(); }
  return performance.now() - bmSince > 500;
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """One question with an answer."""
    with gr.Blocks(analytics_enabled=False) as demo:
        asked, answer = gr.Button("ask", elem_id="ask"), gr.Textbox(elem_id="answer")
        asked.click(lambda: "answered", None, answer)
    door = Middleware(HeadScript, script=head(None))
    *_, url, _ = demo.launch(
        prevent_thread_lock=True, app_kwargs={"middleware": [door]}, quiet=True
    )
    yield url
    demo.close()


def test_page_comes_to_rest_and_still_answers(browser: Browser, address: str) -> None:
    with walker.visitor(browser) as page:
        page.add_init_script(COUNT)
        page.goto(address)
        expect(page.locator("#ask")).to_be_visible()
        page.wait_for_function(RESTS, polling=100)
        page.locator("#ask").click()
        expect(page.locator("#answer textarea")).to_have_value("answered")
