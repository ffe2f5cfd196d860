"""A page's events are told once and never change: nothing of Gradio watches them for changes."""

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect
from starlette.middleware import Middleware

from pages.shared.web.middleware import HeadScript
from pages.shared.web.server import head
from tests.journeys import walker

pytestmark = pytest.mark.ui

COUNT = """(() => {
  window.bmWatched = [];
  window.Proxy = new Proxy(Proxy, {construct(kind, [target, ...rest]) {
    window.bmWatched.push(...Object.keys(target));
    return new kind(target, ...rest);
  }});
})()"""


def test_events_are_not_watched_and_still_answer(browser: Browser) -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        asked, answer = gr.Button("ask", elem_id="ask"), gr.Textbox(elem_id="answer")
        asked.click(lambda: "first", None, answer).then(
            lambda told: f"{told}, then", answer, answer
        )
    door = Middleware(HeadScript, script=head(None))
    *_, url, _ = demo.launch(
        prevent_thread_lock=True, app_kwargs={"middleware": [door]}, quiet=True
    )
    try:
        with walker.visitor(browser) as page:
            page.add_init_script(COUNT)
            page.goto(url)
            page.locator("#ask").click()
            expect(page.locator("#answer textarea")).to_have_value("first, then")
            watched = page.evaluate("() => bmWatched")
    finally:
        demo.close()
    assert "elem_id" in watched  # parts are
    assert "trigger_after" not in watched  # events are not
