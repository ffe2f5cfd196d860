"""What the demos of pictures and recordings answer, without a browser: handlers called as plain functions."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from bigmodel.answers.speaker import ANSWER as SPEAKER
from bigmodel.answers.speaker import Speaker
from bigmodel.answers.transcript import ANSWER, Transcript
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.services.inference.answered import Answered
from bigmodel.services.inference.predict import Look
from bigmodel.services.panels import answer_html
from bigmodel.words import load_words
from pages.shared.demo.media_demo import MediaDemo
from pages.shared.web.page import LOCAL_OWNER, Context
from pages.shared.widgets.ask_box import MOST_FILES, Question, question
from pages.voice_demo import VoiceDemo
from tests.fakes.demo import Studio, open_studio
from tests.pages.demo.test_text_demo import ask


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_picture") as opened:
        yield opened


def context(studio: Studio) -> Context:
    services: Any = SimpleNamespace(
        words=load_words(), inference=studio.demo, settings=studio.settings
    )
    nothing: Any = None
    return Context(services, nothing, nothing, nothing)


@pytest.fixture
def tab(studio: Studio) -> MediaDemo:
    return MediaDemo(context(studio), "image", lambda look, _row, _model, _request: (look,))


def give(studio: Studio, *contents: bytes, live: bool = False) -> str:
    """Put files into the scratch folder and return the question that a browser would ask."""
    files = []
    for place, content in enumerate(contents):
        path = studio.demo.uploads.place(LOCAL_OWNER, f"{place}.png")
        path.write_bytes(content)
        files.append({"id": path.stem, "name": f"<b>{place}.png"})
    return json.dumps({"files": files, "live": live})


def test_one_picture_gives_bars_and_its_neighbours(tab: MediaDemo, studio: Studio) -> None:
    shown, table, look = tab.ask(studio.job(), give(studio, b"so good"), ask())
    assert 'data-testid="answer">good<' in shown
    assert shown.count("<figure>") == 2
    assert f"bm/media/{studio.dataset_id}/" in shown
    assert look.answer.is_strange is False
    assert not table.visible


def test_strange_picture_is_called_strange_in_words(tab: MediaDemo, studio: Studio) -> None:
    job = studio.job()
    for language, said in (("en", "none of your classes"), ("zh", "不属于任何一个类别")):
        assert said in tab.ask(job, give(studio, b"neither"), ask(language))[0]


def test_unreadable_picture_is_named_in_place(tab: MediaDemo, studio: Studio) -> None:
    shown, _table, look = tab.ask(studio.job(), give(studio, b"\xff"), ask())
    assert "&lt;b&gt;0.png" in shown
    assert 'data-testid="unreadable"' in shown
    assert look is None


def test_many_pictures_give_a_table_to_take_along(tab: MediaDemo, studio: Studio) -> None:
    value = give(studio, b"good", b"\xff", b"neither")
    shown, table, _look = tab.ask(studio.job(), value, ask())
    assert "3 files answered, 1 of them could not be read" in shown
    assert shown.count("<tr>") == 4
    assert shown.count("none of these?") == 1
    rows = list(csv.reader(Path(table.value["path"]).read_text("utf-8-sig").splitlines()))
    assert [row[1] for row in rows] == ["predicted", "good", "", "bad"]


def test_live_picture_is_not_kept(tab: MediaDemo, studio: Studio) -> None:
    tab.ask(studio.job(), give(studio, b"good", live=True), ask())
    assert list((studio.settings.scratch / "demo").rglob("*.png")) == []


def test_example_is_asked_and_shown(tab: MediaDemo, studio: Studio) -> None:
    model = studio.demo.resolve(LOCAL_OWNER, studio.job())
    examples, given, *_ = tab.fill(LOCAL_OWNER, model, ask())
    assert given.visible  # type: ignore[attr-defined]
    assert examples.count("data-row=") == 8
    event: Any = SimpleNamespace(row="test good 1")
    box, shown, *_rest = tab.ask_example(model.id, event, ask())
    assert box is None
    assert 'data-testid="answer">good<' in shown
    with pytest.raises(NotFoundError):
        tab.ask_example(model.id, SimpleNamespace(row="../x"), ask())  # type: ignore[arg-type]


def test_other_model_answers_what_the_box_still_holds(tab: MediaDemo, studio: Studio) -> None:
    value, job = give(studio, b"good"), studio.job()
    assert 'data-testid="answer"' in tab.ask_again(job, value, ask())[0]
    for gone in (None, give(studio, b"a", b"b"), '{"files": [{"id": "x", "name": "y"}]}'):
        assert 'data-testid="answer"' not in tab.ask_again(job, gone, ask())[0]


def test_nothing_to_answer_is_said(tab: MediaDemo, studio: Studio) -> None:
    with pytest.raises(ModelError, match="media_missing"):
        tab.ask(studio.job(), None, ask())
    with pytest.raises(ModelError, match="model_missing"):
        tab.ask("", give(studio, b"good"), ask())


@pytest.mark.parametrize("value", ["", "[]", "{}", "nonsense", '{"files": 3}', '{"files": [{}]}'])
def test_malformed_question_is_none(value: str) -> None:
    assert question(value) == Question()


def test_question_is_bounded() -> None:
    files = [{"id": str(n), "name": "x" * 999} for n in range(MOST_FILES + 1)]
    asked = question(json.dumps({"files": files}))
    assert len(asked.files) == MOST_FILES
    assert len(asked.files[0][1]) < 999


# voice --------------------------------------------------------------------------------------------


def test_recording_has_a_course(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_sound") as studio:
        voice, job = VoiceDemo(context(studio)), studio.job()
        path = studio.demo.uploads.place(LOCAL_OWNER, "a.wav")
        path.write_bytes(b"good")
        found = studio.demo.look(LOCAL_OWNER, job, path)
        along, figure, heard, truth, *_ = voice.more(found, None, job, ask())
    assert (along.visible, heard, truth.visible) == (True, "", False)
    drawn = json.loads(str(figure))["data"]
    assert [(line["name"], line["x"], line["y"]) for line in drawn] == [
        ("bad", [0.25, 0.75], [0.9, 0.2]),
        ("good", [0.25, 0.75], [0.1, 0.8]),
    ]


def test_transcript_is_heard_marked_and_compared(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_speech") as studio:
        here, job = context(studio), studio.job()
        voice = VoiceDemo(here)
        media = MediaDemo(here, "voice", voice.more)
        shown, _out, along, _figure, heard, truth, *_ = media.ask(
            job, give(studio, b"yes <i>no</i>"), ask()
        )
        compared = voice.compare("yes maybe", heard, ask())
    assert '<span class="bm-word is-unsure" title="40.0 %">&lt;i&gt;no&lt;/i&gt;</span>' in shown
    assert (along.visible, heard, truth.visible) == (False, "yes <i>no</i>", True)
    assert "1 of 2 words wrong (WER 50.0 %)" in compared
    assert "<i>no" not in compared


def test_example_is_compared_with_what_was_said(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_speech") as studio:
        here, job = context(studio), studio.job()
        media = MediaDemo(here, "voice", VoiceDemo(here).more)
        event: Any = SimpleNamespace(row="test good 1")
        *_rest, heard, _truth, said, compared, _row, _srt, _vtt, _v, _c, _w, _d = media.ask_example(
            job, event, ask()
        )
    assert (heard, said) == ("test good 1", "good")
    assert "2 of 1 word wrong (WER 200.0 %)" in compared


def test_long_recording_offers_subtitles(studio: Studio) -> None:
    timed = Transcript("yes no", 0.9, (), ((0.0, 1.0, "yes"), (2.0, 3.0, "no")))
    short = Transcript("yes", 0.9, (), ((0.0, 1.0, "yes"),))
    voice = VoiceDemo(context(studio))
    for one, is_offered in ((timed, True), (short, False)):
        row, *files = voice.offered(Look(Answered(ANSWER, one)))
        assert row.visible == is_offered
        assert all(bool(button.value) == is_offered for button in files)
        for button, text in zip(files, ("00:00:02,000 -->", "WEBVTT"), strict=True):
            assert not is_offered or text in Path(button.value["path"]).read_text("utf-8")


def test_a_voice_is_compared_with_one_person(studio: Studio) -> None:
    here = context(studio)
    here.services.inference = SimpleNamespace(  # type: ignore[misc]
        resolve=lambda _owner, _model: SimpleNamespace(labels=("Ann", "<b>Ben")),
        answers_of=lambda _model: SPEAKER,
    )
    voice = VoiceDemo(here)
    answer = Speaker(("Ann", "<b>Ben"), (0.8, 0.3), 0.7, (0.0, 0.0))
    kept, shown, whom, _ = voice.claimed(Look(Answered(SPEAKER, answer)))
    assert (shown.visible, [value for _, value in whom.choices]) == (True, ["Ann", "<b>Ben"])
    assert "Yes, this is Ann’s voice." in voice.verify("m", "Ann", kept, ask())
    told = voice.verify("m", "<b>Ben", kept, ask())
    assert "No, this does not sound enough like &lt;b&gt;Ben." in told
    assert "70.0 %" in told
    assert voice.verify("m", "Cleo", kept, ask()) == voice.verify("m", "Ann", {}, ask()) == ""
    assert voice.claimed(Look(Answered(ANSWER, Transcript("yes", 0.9))))[1].visible is False
    nobody = answer_html(SPEAKER.view(replace(answer, limit=0.9)), partial(here.say, ask()))
    assert ">Nobody of these<" in nobody
    assert "a recording or a made-up voice fools it" in nobody


def test_nothing_is_compared_with_nothing(studio: Studio) -> None:
    with pytest.raises(ModelError, match="text_missing"):
        VoiceDemo(context(studio)).compare(" ", "yes", ask())


def test_no_answer_takes_everything_away(studio: Studio) -> None:
    shown = VoiceDemo(context(studio)).more(None, None, "", ask())
    along, figure, heard, truth, *said = shown[:6]
    assert (along.visible, figure, heard, truth.visible, said) == (False, None, "", False, ["", ""])
    assert not shown[6].visible
    assert isinstance(truth, gr.Column)


def test_answer_to_a_file_is_shown_as_far_as_it_has_come(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_tune") as studio:
        tab = MediaDemo(context(studio), "image", lambda look, *_: (look,))
        job = studio.job()
        shown = list(tab.answers(job, give(studio, b"abc", live=True), ask()))
        assert [look.answer.answer.beats for _, _, look in shown] == [1, 2, 3, 3]
        assert 'src="data:audio/wav;base64,YWJj"' in shown[-1][0]
        assert list((studio.settings.scratch / "demo").rglob("*.png")) == []
        [(many, table, _)] = tab.answers(job, give(studio, b"abc", b"def"), ask())
        assert "2 files answered" in many
        assert table.value["path"].endswith(".zip")


def test_dial_answers_again_what_the_box_holds(tmp_path: Path) -> None:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_tune") as studio:
        tab = MediaDemo(context(studio), "image", lambda look, *_: (look,))
        tab._dials = studio.demo.dials.of_tab("image")
        job, value = studio.job(), give(studio, b"abc")
        shown = list(tab.turn(job, value, ask(), 0.7))
        assert [look.answer.answer.beats for *_, look in shown] == [1, 2, 2]
        assert shown[0][0] == {"strength": 0.7}
        [(turned, *rest)] = tab.turn(job, None, ask(), 0.3)
        assert (turned, len(rest)) == ({"strength": 0.3}, 2)
        model = studio.demo.resolve(LOCAL_OWNER, job)
        assert [part.visible for part in tab.fill(LOCAL_OWNER, model, ask())[1:3]] == [True, True]


def test_answer_that_does_not_grow_comes_at_once(tab: MediaDemo, studio: Studio) -> None:
    [(shown, _table, _look)] = tab.answers(studio.job(), give(studio, b"so good"), ask())
    assert 'data-testid="answer">good<' in shown
