"""Late answers: the newest question of a page keeps its answer, whatever comes in which order."""

from collections.abc import Callable, Iterator

import gradio as gr
import pytest

from pages.shared.web.guard import Newest

SKIP = gr.skip()


def of(page: str) -> gr.Request:
    return gr.Request(session_hash=page)


class Overtaken:
    """A handler whose answer comes after all that `meanwhile` does."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def __call__(self, _request: gr.Request) -> str:
        self.meanwhile()
        return "older"


def newer(_request: gr.Request) -> str:
    return "newer"


def test_late_answer_does_not_replace_a_newer_one() -> None:
    newest, found = Newest(), []
    late = newest(Overtaken(lambda: found.append(newest(newer)(of("a")))).__call__)
    assert (late(of("a")), found) == (SKIP, ["newer"])
    assert newest(newer)(of("a")) == "newer"


@pytest.mark.parametrize("page", ["b", ""])
def test_other_pages_and_calls_without_a_page_are_no_newer_question(page: str) -> None:
    newest = Newest()
    late = newest(Overtaken(lambda: newest(newer)(of(page))).__call__)
    assert late(of("a")) == "older"


def test_whole_overtakes_its_part_and_no_part_the_whole() -> None:
    whole = Newest()
    part = Newest(within=whole)
    assert part(Overtaken(lambda: whole(newer)(of("a"))).__call__)(of("a")) == SKIP
    assert whole(Overtaken(lambda: part(newer)(of("a"))).__call__)(of("a")) == "older"


def test_change_keeps_its_answer_and_a_tick_gives_way_to_it() -> None:
    newest = Newest()
    assert newest.keep(Overtaken(lambda: newest(newer)(of("a"))).__call__)(of("a")) == "older"
    assert newest.tick(Overtaken(lambda: newest.keep(newer)(of("a"))).__call__)(of("a")) == SKIP
    assert newest(Overtaken(lambda: newest.tick(newer)(of("a"))).__call__)(of("a")) == "older"


def test_growing_answer_ends_where_a_newer_question_is_answered() -> None:
    newest = Newest()

    def grow(_request: gr.Request) -> Iterator[str]:
        yield "first"
        newest(newer)(of("a"))
        yield "second"

    assert list(newest(grow)(of("a"))) == ["first"]
