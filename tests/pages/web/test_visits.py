"""What the server does for each event and keeps of each visit: what changed, and no more."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from pages.shared.web.front.blocks import Blocks
from pages.shared.web.front.sessions import keep_little
from pages.shared.web.server import without_apps


def in_a_loop_of_its_own(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a thread: a browser of other tests may keep a loop running in this one."""

    def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, test()).result()

    return run


def built(kind: type[gr.Blocks]) -> tuple[gr.Blocks, list[Any]]:
    with without_apps(), kind(analytics_enabled=False) as demo:
        parts = [gr.HTML("", elem_id="head"), gr.Button("go"), gr.State({}), gr.Textbox("")]
        parts[1].click(lambda: None, None, parts)
    return demo, parts


def app_of(demo: gr.Blocks) -> SimpleNamespace:
    app = SimpleNamespace(state_holder=StateHolder())  # type: ignore[no-untyped-call]
    app.state_holder.set_blocks(demo)
    return app


async def answered(
    demo: gr.Blocks, answer: dict[Any, Any] | list[Any], state: SessionState
) -> list[Any]:
    [fn] = demo.fns.values()
    return await demo.postprocess_data(fn, answer, state)


@in_a_loop_of_its_own
async def test_an_answer_holds_what_gradio_would_say_and_makes_what_changed_alone() -> None:
    said = {}
    for kind in (gr.Blocks, Blocks):
        demo, (head, button, seen, name) = built(kind)
        state = SessionState(demo)
        hidden = gr.update(visible=False)
        change = {head: "<b>1</b>", button: hidden, seen: {"head": "1"}, name: gr.skip()}
        values = await answered(demo, change, state)
        assert state[seen._id] == {"head": "1"}
        assert state[button._id] is not button
        assert (state[name._id] is name) == (kind is Blocks)
        assert values[3]["__type__"] == "update"
        assert "value" not in values[3]
        said[kind] = values[:3]
    assert said[Blocks] == said[gr.Blocks]


@in_a_loop_of_its_own
async def test_an_answer_that_changes_nothing_or_comes_in_order_is_gradios_own() -> None:
    demo, (head, *_) = built(Blocks)
    state = SessionState(demo)
    assert (await answered(demo, gr.skip(), state))[1]["__type__"] == "update"
    assert (await answered(demo, ["<b>2</b>", gr.skip(), None, "n"], state))[::3] == [
        "<b>2</b>",
        "n",
    ]
    with without_apps(), gr.Blocks(), pytest.raises(ValueError, match="not specified as output"):
        await answered(demo, {head: "x", gr.HTML(): "y"}, state)


@in_a_loop_of_its_own
async def test_a_visit_keeps_values_and_no_description_of_the_page() -> None:
    demo, (head, button, seen, _) = built(Blocks)
    app: Any = app_of(demo)
    usual = app.state_holder["one"]
    assert len(usual.config_values) > 3
    keep_little(app)
    state = app.state_holder["one"]
    await answered(
        demo, {head: "<b>1</b>", button: gr.update(visible=False), seen: {"a": 1}}, state
    )
    assert state is app.state_holder["one"]
    assert state is not app.state_holder["two"]
    assert state[seen._id] == {"a": 1}
    assert app.state_holder["two"][seen._id] == {}
    assert not any(state.config_values.values())


@in_a_loop_of_its_own
async def test_a_choice_of_a_list_that_the_app_fills_is_not_held_against_the_list_it_sent_last() -> (
    None
):
    with without_apps(), Blocks(analytics_enabled=False) as demo:
        filled, own = gr.Radio([]), gr.Radio(["fast", "best"])
        filled.input(lambda *_: None, [filled, own], [filled, own])
    app = app_of(demo)
    keep_little(app)  # type: ignore[arg-type]
    state = app.state_holder["visit"]
    [fn] = demo.fns.values()
    assert await demo.preprocess_data(fn, ["older", "fast"], state) == ["older", "fast"]
    await answered(demo, {filled: gr.Radio(["newer"], value="newer")}, state)
    assert await demo.preprocess_data(fn, ["older", "best"], state) == ["older", "best"]
    with pytest.raises(gr.Error, match="not in the list"):
        await demo.preprocess_data(fn, ["older", "else"], state)
