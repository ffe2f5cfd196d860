"""`predict` on files: what it says to people and to machines, over real serving children of a fake task."""

import argparse
import csv
import io
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from PIL import Image
from rich.console import Console

from bigmodel.commands import predict
from bigmodel.commands.reference import OWNER
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.words import load_words
from tests.fakes.demo import Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", OWNER, request.param) as opened:
        yield opened


def run(studio: Studio, *texts: str, is_json: bool = True, status: int = 0, **more: Any) -> str:
    """Run the command on the studio's job and return what it wrote."""
    out = io.StringIO()
    console = Console(file=out, width=200)
    terminal = Terminal(load_words(), "en", is_json, console, Console(stderr=True))
    args = argparse.Namespace(job=studio.job(), text=list(texts), file=None, out=None)
    args.srt = args.vtt = args.base = False
    args.speakers, args.language = None, ""
    args.dial = []
    args.__dict__.update(more)
    talks = more.get("talks")
    services: Any = SimpleNamespace(inference=studio.demo, settings=studio.settings, talks=talks)
    assert predict.run(args, services, terminal) == status
    return out.getvalue()


PICTURES = pytest.mark.parametrize("studio", ["mirror_picture"], indirect=True)


@pytest.mark.parametrize("studio", ["mirror"], indirect=True)
def test_stranger_among_texts_is_named(studio: Studio) -> None:
    known, odd = json.loads(run(studio, "good", "neither"))["predictions"]
    assert (known["none_of_these"], odd["none_of_these"]) == (False, True)
    assert (odd["unreadable"], odd["nearest"]) == (None, [])
    assert run(studio, "good", "neither", is_json=False).count("none of these?") == 1


@PICTURES
def test_picture_is_named_with_its_neighbours(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("neither")
    [answer] = json.loads(run(studio, str(path)))["predictions"]
    assert answer["file"] == str(path)
    assert answer["none_of_these"] is True
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert [row["label"] for row in answer["nearest"]] == ["bad", "good"]
    assert "none of these?" in run(studio, str(path), is_json=False)


@PICTURES
def test_file_that_is_not_there_or_not_readable_is_said(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="file_missing"):
        run(studio, str(tmp_path / "nothing.png"))
    (tmp_path / "b.png").write_bytes(b"\xff")
    with pytest.raises(ModelError, match="picture_broken"):
        run(studio, str(tmp_path / "b.png"))


@PICTURES
def test_folder_is_answered_file_by_file(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.png").write_text("good")
    (folder / "b.png").write_bytes(b"\xff")
    out = tmp_path / "out.csv"
    record = json.loads(run(studio, file=folder, out=out))
    assert record == {"out": str(out), "files": 2, "unread": 1, "unasked": 0}
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [(row["file"], row["predicted"]) for row in rows] == [("a.png", "good"), ("b.png", "")]
    assert "damaged" in rows[1]["problem"]


def break_off(studio: Studio, monkeypatch: pytest.MonkeyPatch, name: str, after: int) -> None:
    """Let somebody press Ctrl-C once the model was asked so many times."""
    ask, times = getattr(studio.demo._serving, name), count()

    def asked(*args: Any, **more: Any) -> Any:
        if next(times) >= after:
            raise KeyboardInterrupt
        return ask(*args, **more)

    monkeypatch.setattr(studio.demo._serving, name, asked)


@pytest.mark.parametrize("studio", ["mirror"], indirect=True)
def test_table_that_is_broken_off_keeps_what_was_answered(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_off(studio, monkeypatch, "_ask", 2)  # slices of one row and of a few
    table, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text("text\n" + "good\n" * 1_500)  # more than are asked at once
    record = json.loads(run(studio, file=table, out=out, status=1))
    kept = record["classes"]["good"]
    assert 1 < kept < 1_024
    assert record["unasked"] == 1_500 - kept
    rows = list(csv.reader(out.read_text("utf-8-sig").splitlines()))[1:]
    assert [row[1] for row in rows] == ["good"] * kept + [""] * (1_500 - kept)


@PICTURES
def test_folder_that_is_broken_off_keeps_what_was_answered(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.csv"
    folder.mkdir()
    for name in "abcd":
        (folder / f"{name}.png").write_text("good")
    break_off(studio, monkeypatch, "looks", 2)
    record = json.loads(run(studio, file=folder, out=out, status=1))
    assert (record["files"], record["unasked"]) == (2, 2)
    assert len(out.read_text("utf-8-sig").splitlines()) == 3


@pytest.mark.parametrize("studio", ["mirror"], indirect=True)
def test_answers_that_are_lost_are_said_to_be(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_off(studio, monkeypatch, "_ask", 0)
    with pytest.raises(KeyboardInterrupt):
        run(studio, "good", "bad")
    assert "nothing was kept" in capsys.readouterr().err


@pytest.mark.parametrize("studio", ["mirror_speech"], indirect=True)
def test_recording_is_written_down(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("yes no")
    [answer] = json.loads(run(studio, str(path)))["predictions"]
    assert (answer["text"], answer["certainty"]) == ("yes no", 0.75)
    assert answer["words"][1] == {"word": "no", "certainty": 0.4}
    assert "yes no" in run(studio, str(path), is_json=False)


TUNES = pytest.mark.parametrize("studio", ["mirror_tune"], indirect=True)


@TUNES
def test_answers_that_are_files_are_written_and_named(studio: Studio, tmp_path: Path) -> None:
    paths = [tmp_path / "in" / "a.png", tmp_path / "in" / "b" / "a.png"]
    for path, content in zip(paths, (b"one", b"two"), strict=True):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    out = tmp_path / "not yet" / "out"  # is made
    one, two = json.loads(run(studio, *map(str, paths), out=out))["predictions"]
    assert (one["beats"], one["files"]) == (3, [str(out / "a.wav")])
    assert Path(two["files"][0]).read_bytes() == b"two"
    assert "a2.wav" in run(studio, str(paths[0]), is_json=False, out=out) + str(two["files"])


@TUNES
def test_many_answers_that_are_files_come_in_a_zip_with_their_table(
    studio: Studio, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.zip"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.png").write_bytes(name.encode() * 3)
    told = json.loads(run(studio, file=folder, out=out))
    assert (told["files"], told["unread"]) == (2, 0)
    with ZipFile(out) as package:
        assert package.namelist() == ["a.wav", "answers.csv", "b.wav"]
        assert package.read("b.wav") == b"bbb"
        lines = list(csv.reader(package.read("answers.csv").decode("utf-8-sig").splitlines()))
    assert lines[:2] == [
        ["file", "tune", "beats", "bytes", "problem"],
        ["a.png", "3 beats", "3.0", "3.0", ""],
    ]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("tables-")]


@pytest.mark.parametrize("name", ["out.zip", "out.csv", "there", "not-yet", "out.txt", ""])
def test_out_is_a_place_for_what_is_asked(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()
    out = tmp_path / name if name else None
    many = argparse.Namespace(file=tmp_path, out=out or tmp_path / "x")
    assert predict.are_places(many) == (name in ("out.zip", "out.csv", "there"))
    few = argparse.Namespace(file=None, out=out)
    assert predict.are_places(few) == (name in ("", "there", "not-yet"))


@pytest.mark.parametrize("studio", ["mirror"], indirect=True)
def test_texts_come_from_standard_input(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("good\n\nbad\n"))
    assert [one["text"] for one in json.loads(run(studio, "-"))["predictions"]] == ["good", "bad"]


@pytest.mark.parametrize("studio", ["mirror_paint"], indirect=True)
def test_pictures_of_a_class_are_written_as_files_by_the_dials(
    studio: Studio, tmp_path: Path
) -> None:
    how: Any = {"out": tmp_path, "dial": ["count=2", "seed=7"]}
    good, anything = json.loads(run(studio, "good", "", **how))["predictions"]
    assert (good["class"], good["pictures"], good["copied"]) == ("good", 2, 0)
    assert good["files"] == [str(tmp_path / f"good-{n}.png") for n in (1, 2)]
    assert [Path(file).name for file in anything["files"]] == ["picture-1.png", "picture-2.png"]
    with Image.open(good["files"][0]) as picture:
        assert picture.getpixel((0, 0)) == (7, 7, 7)


@pytest.mark.parametrize("studio", ["mirror_paint"], indirect=True)
def test_files_are_never_taken_for_classes(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("good")
    with pytest.raises(ModelError, match="made_by_class"):
        run(studio, file=tmp_path, out=tmp_path)


@pytest.mark.parametrize("text", ["seed", "=3", "seed=much"])
def test_dial_without_a_number_is_no_dial(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        predict.dial_of(text)
