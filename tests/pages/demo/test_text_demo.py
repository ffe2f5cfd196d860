"""What the text demo says and offers, without a browser: handlers called as plain functions."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.answers import label, number
from bigmodel.core.answer import percent
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.task import Explanation
from bigmodel.services.inference.predict import Answered, TextRow
from bigmodel.services.panels import answer_html
from bigmodel.words import load_words
from pages.shared.demo import text_view
from pages.shared.demo.table_box import TableBox
from pages.shared.web.page import LOCAL_OWNER, Context
from pages.shared.widgets import answer
from pages.text_demo import WORDS, TextDemo
from tests.fakes.demo import Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", LOCAL_OWNER) as opened:
        yield opened


@pytest.fixture
def tab(studio: Studio) -> TextDemo:
    services: Any = SimpleNamespace(
        words=load_words(), inference=studio.demo, settings=studio.settings
    )
    nothing: Any = None
    return TextDemo(Context(services, nothing, nothing, nothing))


def ask(language: str = "en") -> gr.Request:
    headers = [(b"accept-language", language.encode())]
    return gr.Request(
        request=Request(
            {"type": "http", "state": {"owner": "local"}, "headers": headers, "query_string": b""}
        )
    )


def test_one_line_gives_bars_and_many_a_table(tab: TextDemo, studio: Studio) -> None:
    job = studio.job()
    model = studio.demo.resolve(LOCAL_OWNER, job).id
    assert 'data-testid="answer">good<' in tab.ask(model, "so good\n", ask())
    table = tab.ask(model, "good\n\n<b>bad</b>", ask())
    assert table.count("<tr>") == 3
    assert "&lt;b&gt;bad&lt;/b&gt;" in table


def test_button_says_in_the_readers_language_what_the_model_does(
    tab: TextDemo, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TextDemo, "_boxes", [])  # the tab is not built here
    model = studio.demo.resolve(LOCAL_OWNER, studio.job())
    said = [tab.fill(LOCAL_OWNER, model, ask(language))[1] for language in ("en", "zh")]
    assert [button.value for button in said if isinstance(button, gr.Button)] == [
        "Classify",
        "试一试",
    ]


def test_stranger_is_warned_of(tab: TextDemo, studio: Studio) -> None:
    model = studio.demo.resolve(LOCAL_OWNER, studio.job()).id
    assert 'data-testid="strange">This looks like none' in tab.ask(model, "neither", ask())
    assert 'data-testid="strange"' not in tab.ask(model, "good", ask())
    table = tab.ask(model, "good\nneither", ask("zh"))
    assert "<th>都不像？</th>" in table
    assert table.count("<td>都不像</td>") == 1


def test_unreadable_text_and_nearest_rows_are_shown_escaped() -> None:
    def say(key: str) -> str:
        return load_words().text("en", key)

    answered = label.Label(("good",), (1.0,))
    shown = text_view.look(
        Answered(label.ANSWER, answered), [TextRow("1", "<b>x" * 99, "<i>")], say
    )
    assert "&lt;b&gt;x" in shown
    assert "<b>&lt;i&gt;</b>" in shown
    assert "…" in shown
    for reason in ("broken", "letterless", "letters", "unknown"):
        found = Answered(label.ANSWER, answered, Explanation(ood_score=9.0, unreadable=reason))
        shown = text_view.look(found, [TextRow("1", "near", "good")], say)
        assert 'data-testid="unreadable"' in shown
        assert "near" not in shown
        assert "cannot be read" in text_view.table(["x"], [found], say)


@pytest.mark.parametrize("text", ["", " \n ", None])
def test_nothing_to_answer_is_said(tab: TextDemo, studio: Studio, text: str) -> None:
    model = studio.demo.resolve(LOCAL_OWNER, studio.job()).id
    with pytest.raises(ModelError, match="text_missing"):
        tab.ask(model, text, ask())


def test_refused_file_says_why_and_is_not_asked_again(
    tab: TextDemo, studio: Studio, tmp_path: Path
) -> None:
    model = studio.demo.resolve(LOCAL_OWNER, studio.job()).id
    box = TableBox(tab._ctx, "text-demo", WORDS)
    wrong, right = tmp_path / "wrong.xlsx", tmp_path / "right.csv"
    wrong.write_bytes(b"PK\x03\x04" + bytes(200))
    right.write_text("text\nso good\nso bad\n", "utf-8")

    def pressable(shown: tuple[Any, ...]) -> bool:
        return bool(shown[0].interactive)

    assert not pressable(box.look(model, None, ask()))
    assert pressable(box.look(model, str(wrong), ask()))
    refused = box.answer(model, str(wrong), ask("zh"))
    assert not pressable(refused)
    assert 'role="alert"' in str(refused[2])
    button, made, said = box.answer(model, str(right), ask())
    assert isinstance(made, gr.DownloadButton)
    assert made.visible
    assert "2" in str(said)
    assert pressable((button,))


def test_labels_of_a_person_never_become_html() -> None:
    found = label.Label(("<img src=x onerror=alert(1)>",), (1.0,))
    shown = answer_html(label.ANSWER.view(found), str)
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_number_is_shown_as_a_number() -> None:
    assert ">1,235<" in answer_html(number.ANSWER.view(number.Number(1234.6)), str)
    assert ">0.25<" in answer.table(
        ["x"], [(number.ANSWER.line(number.Number(0.25)), None)], ["Text", "Answer", "Sure"]
    )


def test_certainty_is_never_called_complete() -> None:
    assert [percent(share) for share in (1.0, 0.9994, 0.0)] == [
        "> 99.9 %",
        "99.9 %",
        "0.0 %",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_document_is_opened_in_any_encoding(tab: TextDemo, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "手册.txt"
    path.write_bytes(("船名叫海鸥，停在码头的北边。\n\n第二段说的是天气。" * 9).encode(encoding))
    assert tab.open(str(path), ask()).startswith("船名叫海鸥，停在码头的北边。\n\n第二段")


def test_file_that_is_no_text_is_not_opened(tab: TextDemo, tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(DatasetError):
        tab.open(str(path), ask())
