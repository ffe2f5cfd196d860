"""Long recordings: heard piece by piece by a real serving child of a fake task, stopped, corrected and taken along."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest

from bigmodel.answers.speaker import ANSWER as SPEAKER
from bigmodel.answers.speaker import Speaker
from bigmodel.commands import predict
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import ModelError, NotFoundError
from bigmodel.core.results.talk import Piece, Talk
from bigmodel.services.inference.ready_bases import ReadyBases
from bigmodel.services.inference.talks import talks as module
from bigmodel.services.inference.talks.talks import Talks
from bigmodel.services.people.limits import Limits
from bigmodel.services.training.base_models import BaseModelService
from tests.fakes.demo import Studio, open_studio
from tests.unit.test_predict_files import run

SAID = ("good morning", "", "is that, a comma")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", "me", "mirror_speech") as opened:
        yield opened


@pytest.fixture
def talks(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Talks:
    def cut(_settings: Any, _source: Path, folder: Path, usual_s: float, _progress: Any) -> Any:
        for number, text in enumerate(SAID, 1):
            (folder / f"{number:05}.flac").write_text(text)
        return 30.0, tuple(Piece(usual_s * n, usual_s * n + 2) for n in range(len(SAID)))

    monkeypatch.setattr(module, "cut", cut)
    settings, store = studio.settings, studio.store
    plain = settings.model_copy(update={"task_folders": ()})  # the fakes bring no bases
    ready = ReadyBases(plain, BaseModelService(plain, store))
    return Talks(settings, studio.demo, studio.demo._serving, ready, Limits(settings, store))


def heard(talks: Talks, studio: Studio) -> Talk:
    talk = talks.begin("me", Path("talk.wav"), "talk.wav")
    *_, talk = talks.hear("me", talk.id, studio.job())
    return talk


def test_every_piece_is_written_down_with_its_times(talks: Talks, studio: Studio) -> None:
    talk = heard(talks, studio)
    assert (talk.is_whole, talk.listener) == (True, "reviews")
    assert talk.segments() == [(0.0, 2.0, SAID[0]), (20.0, 22.0, SAID[2])]
    assert talks.get("me", talk.id) == talk


def test_who_stops_keeps_what_was_heard_and_goes_on_there(talks: Talks, studio: Studio) -> None:
    talk, job = talks.begin("me", Path("talk.wav"), "talk.wav"), studio.job()
    hearing = talks.hear("me", talk.id, job)
    assert next(hearing).heard == 1
    talks.stop("me", talk.id)
    assert list(hearing) == []
    assert talks.get("me", talk.id).heard == 1
    *_, talk = talks.hear("me", talk.id, job)
    assert talk.is_whole


def test_busy_computer_is_asked_for_one_piece_at_a_time(
    talks: Talks, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers = list[int](), talks._serving.answers

    def slow(folder: Path, files: Sequence[str]) -> Any:
        asked.append(len(files))
        if len(files) > 1:
            raise ModelError("serving_timeout", seconds=60)
        return answers(folder, files)

    monkeypatch.setattr(module, "SLICE_S", 1e6)  # as many at once as it may
    monkeypatch.setattr(talks._serving, "answers", slow)
    assert heard(talks, studio).is_whole
    assert asked == [1, 2, 1, 1]


def test_correction_stays_and_an_empty_text_leaves_the_row_out(
    talks: Talks, studio: Studio
) -> None:
    talk, job = talks.begin("me", Path("talk.wav"), "talk.wav"), studio.job()
    talks.correct("me", talk.id, 1, " good\nevening ")
    *_, talk = talks.hear("me", talk.id, job)
    assert talk.segments()[0] == (0.0, 2.0, "good evening")
    assert talks.correct("me", talk.id, 1, " ").segments() == [(20.0, 22.0, SAID[2])]


def test_it_is_taken_along_as_subtitles_table_and_data_set(
    talks: Talks, studio: Studio, tmp_path: Path
) -> None:
    talk = heard(talks, studio)
    for kind in ("srt", "vtt", "csv", "zip"):
        talks.write("me", talk.id, kind, tmp_path / f"talk.{kind}")
    assert "00:00:20,000 --> 00:00:22,000\nis that, a comma" in (tmp_path / "talk.srt").read_text()
    assert (tmp_path / "talk.vtt").read_text().startswith("WEBVTT\n\n00:00:00.000 -->")
    table = list(csv.reader(io.StringIO((tmp_path / "talk.csv").read_text("utf-8-sig"))))
    assert table == [
        ["start", "end", "text"],
        ["0.00", "2.00", SAID[0]],
        ["20.00", "22.00", SAID[2]],
    ]
    with ZipFile(tmp_path / "talk.zip") as package:
        rows = list(csv.reader(io.StringIO(package.read("transcripts.csv").decode())))
        assert rows == [
            ["file", "text"],
            ["pieces/00001.flac", SAID[0]],
            ["pieces/00003.flac", SAID[2]],
        ]
        assert package.read("pieces/00003.flac").decode() == SAID[2]


@pytest.mark.parametrize(("together", "who"), [(0.8, "anna"), (0.0, "")])
def test_pieces_likest_to_one_person_are_asked_about_as_one(
    talks: Talks, studio: Studio, monkeypatch: pytest.MonkeyPatch, together: float, who: str
) -> None:
    """Each alone is not near enough to Anna; where they are no one voice, the answer is nobody's."""
    talk = heard(talks, studio)

    def answers(_folder: Path, files: Sequence[str]) -> Any:
        scores = [(0.6 if len(parts_of(file)) == 1 else together, 0.1) for file in files]
        return [SPEAKER.encode(Speaker(("anna", "ben"), pair, 0.7)) for pair in scores]

    model = SimpleNamespace(labels=("anna", "ben"), folder="jobs/x", name="readers")
    monkeypatch.setattr(talks._serving, "answers", answers)
    monkeypatch.setattr(talks._inference, "resolve", lambda *_: model)
    monkeypatch.setattr(talks._inference, "answers_of", lambda _: SPEAKER)
    steps = list(talks.tell("me", talk.id, "readers"))
    assert [piece.speaker for piece in steps[0].pieces] == ["", "", ""]
    assert [piece.speaker for piece in steps[-1].pieces] == [who, "", who]  # one is silent


def test_nobody_else_finds_a_recording(talks: Talks, studio: Studio) -> None:
    talk = heard(talks, studio)
    for ask in (
        lambda: talks.get("you", talk.id),
        lambda: talks.piece("you", talk.id, 1),
        lambda: talks.get("me", "../me"),
        lambda: talks.piece("me", talk.id, 9),
    ):
        with pytest.raises(NotFoundError, match="talk_gone"):
            ask()
    talks.forget("me", talk.id)
    with pytest.raises(NotFoundError, match="talk_gone"):
        talks.get("me", talk.id)


def test_nothing_stays_of_a_recording_that_cannot_be_cut(
    talks: Talks, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise ModelError("media_missing")

    monkeypatch.setattr(module, "cut", fail)
    with pytest.raises(ModelError):
        talks.begin("me", Path("talk.wav"), "talk.wav")
    assert list((studio.settings.scratch / "talks" / "me").iterdir()) == []


def test_bases_listen_before_any_training_once_they_are_here(talks: Talks, studio: Studio) -> None:
    studio.job()
    bases = [one for one in talks.listeners("me") if one.ready]
    assert bases
    assert not any(one.is_here for one in bases)
    assert [one.name for one in talks.listeners("me")][len(bases) :] == ["reviews"]
    talk = talks.begin("me", Path("talk.wav"), "talk.wav")
    with pytest.raises(ModelError, match="base_missing"):
        next(talks.hear("me", talk.id, bases[0].id))


def test_hour_that_is_broken_off_on_the_command_line_keeps_what_was_heard(
    talks: Talks, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = talks._serving.answers

    def once(folder: Path, files: Sequence[str]) -> Any:
        monkeypatch.setattr(talks._serving, "answers", broken)
        return answers(folder, files)

    def broken(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(talks._serving, "answers", once)
    monkeypatch.setattr(predict, "OWNER", "me")
    (tmp_path / "talk.wav").touch()
    asked: dict[str, Any] = {"talks": talks, "srt": True, "out": tmp_path / "out"}
    said = run(studio, str(tmp_path / "talk.wav"), status=1, **asked)
    [record] = json.loads(said)["predictions"]
    assert (record["is_broken_off"], record["heard_s"], record["seconds"]) == (True, 10.0, 30.0)
    blocks = (tmp_path / "out" / "talk.srt").read_text().split("\n\n")
    assert SAID[0] in blocks[0]
    assert "00:00:10,000 --> 00:00:20,000" in blocks[1]
    assert "The rest of this recording" in blocks[1]
    assert len(blocks) == 2
    assert talks.newest("me") is None  # no piece stays in scratch
