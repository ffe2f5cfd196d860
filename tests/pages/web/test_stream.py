"""Every question of a page is answered, also one that the app takes on at the moment it ends the stream of answers."""

from collections.abc import Iterator

import gradio as gr
import pytest
from playwright.sync_api import Browser, expect
from starlette.middleware import Middleware

from pages.shared.web.middleware import HeadScript
from pages.shared.web.server import head
from tests.journeys import walker

pytestmark = pytest.mark.ui

# The beginning of the first stream is on its way until the app has taken on a second question: the end of that stream,
# which the app has sent by then, is read afterwards.
LINE = """(() => {
  const fetched = window.fetch;
  let joined = 0, second, streams = 0;
  const taken = new Promise(done => { second = done; });
  window.fetch = async (...given) => {
    const {pathname} = new URL(given[0]?.url || given[0], location), answer = await fetched(...given);
    if (pathname.endsWith('/queue/join') && ++joined === 2) setTimeout(second, 300);
    if (pathname.endsWith('/queue/data') && ++streams === 1) await taken;
    return answer;
  };
})()"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Two questions with an answer each."""
    with gr.Blocks(analytics_enabled=False) as demo:
        for name in ("first", "second"):
            asked, answer = gr.Button(name, elem_id=name), gr.Textbox(elem_id=f"{name}-answer")
            asked.click(lambda name=name: f"{name} answered", None, answer)
    door = Middleware(HeadScript, script=head(None))
    *_, url, _ = demo.launch(
        prevent_thread_lock=True, app_kwargs={"middleware": [door]}, quiet=True
    )
    yield url
    demo.close()


def test_question_is_answered_that_came_when_the_stream_was_over(
    browser: Browser, address: str
) -> None:
    with walker.visitor(browser) as page:
        page.add_init_script(LINE)
        page.goto(address)
        with page.expect_response("**/queue/data*"):  # which may come at once
            page.locator("#first").click()
        page.locator("#second").click()
        for name in ("first", "second"):
            box = page.locator(f"#{name}-answer textarea")
            expect(box).to_have_value(f"{name} answered")
