"""A conversation in the text demo, without a browser: what was said goes along, stays where it is stopped, and is cleared."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import ModelError
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.shared.web.page import Context
from pages.text_demo import TextDemo
from tests.fakes.instant_attempt import Made, instant_attempt
from tests.pages.demo.test_text_demo import ask

DIALS = (0.0, 40, 0, 0)  # temperature, length, seed, the base beside


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("talk")
    rows = [f"where is parcel {n}?,it left us on day {n} of the winter" for n in range(120)]
    table = place / "desk.csv"
    table.write_text("\n".join(["question,answer", *rows]), "utf-8")
    with instant_attempt(place, table) as found:
        yield found


@pytest.fixture
def tab(made: Made) -> TextDemo:
    services: Any = SimpleNamespace(
        words=load_words(), inference=made.demo, settings=Settings(home=made.folder)
    )
    nothing: Any = None
    return TextDemo(Context(services, nothing, nothing, nothing))


def said(tab: TextDemo, model: str, before: str, text: str) -> list[tuple[object, ...]]:
    boxes = [text, *[""] * (len(tab_boxes(tab)) - 1)]
    return list(tab.say(model, before, ask(), *boxes, *DIALS))


def tab_boxes(tab: TextDemo) -> range:
    return range(tab._demo.most_inputs())


@pytest.fixture(autouse=True)
def boxes(tab: TextDemo) -> None:
    tab._text, tab._further = None, [None] * (len(tab_boxes(tab)) - 1)  # type: ignore[assignment, list-item] # nothing is laid out


def test_what_was_said_goes_along(tab: TextDemo, made: Made) -> None:
    first = said(tab, made.job, "", "where is parcel 7?")
    assert len(first) > 3, "it grows"
    assert [row[2] == "" for row in first[:2]] == [True, False], "the box is emptied once"
    shown, talk, _ = first[-1]
    assert turns_of(str(talk))[0] == "where is parcel 7?"
    assert turns_of(str(talk))[1].startswith("it left us")
    shown, longer, _ = said(tab, made.job, str(talk), "where is <b>parcel</b> 9?")[-1]
    assert len(turns_of(str(longer))) == 4
    assert str(shown).count('data-testid="turn"') == 3
    assert "&lt;b&gt;parcel" in str(shown)


def test_stopped_answer_stays_as_far_as_it_came(tab: TextDemo, made: Made) -> None:
    parts = tab.say(made.job, "", ask(), "where is parcel 7?", *[""] * (len(tab_boxes(tab)) - 1), *DIALS)  # fmt: skip
    next(parts)
    _, talk, _ = next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert len(turns_of(str(talk))) == 2


def test_conversation_begins_anew(tab: TextDemo) -> None:
    assert tab.start(ask())[1] == ""


def test_talk_that_was_cleared_while_it_grew_is_empty_in_the_end(tab: TextDemo, made: Made) -> None:
    asked = ask()
    asked.session_hash = "page"
    clear = tab._anew(tab.start)
    boxes = ["where is parcel 7?", *[""] * (len(tab_boxes(tab)) - 1)]
    growing = tab.say(made.job, "", asked, *boxes, *DIALS)
    next(growing)
    assert tab.end(asked) == (gr.skip(), gr.skip()), "nobody began anew"
    clear(asked)
    list(growing)
    assert tab.end(asked) == (tab.hint(), "")


def test_nothing_said_is_asked_for(tab: TextDemo, made: Made) -> None:
    with pytest.raises(ModelError, match="text_missing"):
        said(tab, made.job, "", "  ")


def test_example_begins_a_conversation(tab: TextDemo, made: Made) -> None:
    *_, last = tab.ask_example(["where is parcel 3?"], made.job, ask(), *DIALS)
    assert turns_of(str(last[-1]))[0] == "where is parcel 3?"
