"""The events of the whole page: none costs the browser more than what it shows."""

import os

import gradio as gr
import pytest

import app
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from pages import find_pages
from pages.shared.web.shell import build_shell
from tests.pages.one_tab import in_own_loop

FEW = 2  # components on which one event shows that it runs
TICKED = 4  # inputs of an event that comes each second


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> gr.Blocks:
    settings = Settings(home=tmp_path_factory.mktemp("events") / "home", offline=True)
    services = open_services(settings)
    return in_own_loop(lambda: build_shell(services, find_pages())[0])


def test_event_that_shows_nothing_names_no_component_for_it(shell: gr.Blocks) -> None:
    hidden = [fn for fn in shell.fns.values() if fn.show_progress == "hidden"]
    assert len(hidden) > 100
    assert [fn.name for fn in hidden if fn.show_progress_on != []] == []


def test_progress_is_shown_on_few_components(shell: gr.Blocks) -> None:
    shown = [fn for fn in shell.fns.values() if fn.show_progress != "hidden"]
    places = {fn.name: len(fn.show_progress_on or fn.outputs) for fn in shown}
    assert {name: count for name, count in places.items() if count > FEW} == {}


def test_text_boxes_are_heard_by_their_change(shell: gr.Blocks) -> None:
    """A text box of Gradio tells of `input` at a key alone: not of what was pasted, spoken, composed or deleted, nor on a phone."""
    heard = {
        (type(shell.blocks[block]), event)
        for fn in shell.fns.values()
        for block, event in fn.targets
        if block in shell.blocks
    }
    assert (gr.Textbox, "change") in heard
    assert (gr.Textbox, "input") not in heard


def test_what_comes_each_second_asks_the_page_for_little(shell: gr.Blocks) -> None:
    ticked = [fn for fn in shell.fns.values() if any(event == "tick" for _, event in fn.targets)]
    assert len(ticked) > 5
    assert {fn.name: len(fn.inputs) for fn in ticked if len(fn.inputs) > TICKED} == {}
    assert [fn.name for fn in ticked if any(event != "tick" for _, event in fn.targets)] == []


def test_only_presses_and_ticks_may_be_skipped_while_the_one_before_is_answered(
    shell: gr.Blocks,
) -> None:
    skipped = [fn for fn in shell.fns.values() if fn.trigger_mode == "once"]
    events = {
        (type(shell.blocks[block]), event)
        for fn in skipped
        for block, event in fn.targets
        if block is not None
    }
    assert events == {(gr.Button, "click"), (gr.Timer, "tick")}


def test_no_statistics_are_made_of_events(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio groups up to 10,000 events with pandas after each one, where nobody tells it not to."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    app._keep_gradio_private(settings)
    queue = in_own_loop(gr.Blocks)._queue
    queue.events_recorded = 10_000
    event = {"time": 0.0, "status": "success", "process_time": 1.0, "function": "tick"}
    assert queue.compute_analytics_summary([event]) == {"functions": {}}
    assert queue.ANALYTICS_MAX_EVENTS == 1
