"""What a demo asks where pictures are made, and what it shows: handlers called as plain functions, over a real serving child."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from bigmodel.core.errors import ModelError
from bigmodel.data.media.made import NOTE
from pages.shared.demo.make_box import MakeBox
from pages.shared.demo.media_demo import MediaDemo
from pages.shared.web.page import LOCAL_OWNER
from tests.fakes.demo import Studio, open_studio
from tests.pages.demo.test_media_demo import context, give
from tests.pages.demo.test_standalone_route import client_of
from tests.pages.demo.test_text_demo import ask

TURNED = (200, 2, 1.0, 4)  # seed, count, guidance, steps


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", LOCAL_OWNER, "mirror_paint") as opened:
        yield opened


@pytest.fixture
def box(studio: Studio) -> MakeBox:
    return MakeBox(context(studio), "image")


def test_pictures_come_in_parts_and_then_as_files_with_the_note(
    box: MakeBox, studio: Studio
) -> None:
    shown = list(box.make(studio.job(), "good", ask(), *TURNED))
    assert len(shown) == 4 + 2  # the whole once more, and the files
    assert [out.visible for _, out in shown] == [False] * 5 + [True]
    html, out = shown[-1]
    assert 'data-testid="answer">good<' in html
    with zipfile.ZipFile(out.value["path"]) as package:
        assert package.namelist() == ["answer-1.png", "answer-2.png"]
        with Image.open(io.BytesIO(package.read("answer-2.png"))) as picture:
            assert picture.text["Description"] == NOTE  # type: ignore[attr-defined]
            assert picture.getpixel((3, 3)) == (200, 200, 200)


def test_unknown_class_is_refused(box: MakeBox, studio: Studio) -> None:
    with pytest.raises(ModelError, match="made_class_unknown"):
        list(box.make(studio.job(), "cactus", ask(), *TURNED))


def test_without_a_model_nothing_is_made(box: MakeBox) -> None:
    with pytest.raises(ModelError, match="model_missing"):
        list(box.make("", "good", ask(), *TURNED))


def test_classes_take_the_place_of_a_file_and_of_examples(studio: Studio) -> None:
    tab = MediaDemo(context(studio), "image", lambda *_: ())
    model = studio.demo.resolve(LOCAL_OWNER, studio.job())
    examples, given, column, classes, *sliders = tab.fill(LOCAL_OWNER, model, ask())
    assert examples == ""
    assert (given.visible, column.visible) == (False, True)  # type: ignore[attr-defined]
    assert [value for _, value in classes.choices] == ["", "bad", "good"]  # type: ignore[attr-defined]
    assert [slider.visible for slider in sliders] == [True, True, False, True]  # guidance is idle
    _, given, column, *_ = tab.fill(LOCAL_OWNER, None, ask())
    assert (given.visible, column.visible) == (False, False)  # type: ignore[attr-defined]


def test_voice_tab_asks_with_a_text(studio: Studio) -> None:
    box = MakeBox(context(studio), "voice")
    column, text, *_ = box.fill(None, ask())
    assert not column.visible  # type: ignore[attr-defined]
    assert isinstance(text, gr.Textbox)


def test_demo_alone_asks_with_a_class_and_shows_no_training_picture(studio: Studio) -> None:
    client, job = client_of(studio), studio.job()
    page = client.get(f"/demo/{job}/").text
    assert '<option value="good">good</option>' in page
    assert 'data-kind="text"' in page
    told = client.post(f"/demo/{job}/answer", json={"text": "good"}).text
    assert 'data-testid=\\"answer\\">good<' in told
    assert "photo nearest" not in told
    assert client.post(f"/demo/{job}/answer", json={"text": ""}).status_code == 200


def test_photo_left_in_the_box_is_never_taken_for_a_class(studio: Studio) -> None:
    tab = MediaDemo(context(studio), "image", lambda *_: ())
    value, job = give(studio, b"good"), studio.job()
    assert tab.ask_again(job, value, ask())[0] == tab.hint()
    with pytest.raises(ModelError, match="made_by_class"):
        list(tab.answers(job, value, ask()))
