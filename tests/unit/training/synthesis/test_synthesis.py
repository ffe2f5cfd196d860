"""A voice by pieces: what is said of a text, which pieces are certain, and how they are joined."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from bigmodel.answers.spoken import ANSWER, LISTEN, Spoken
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.data.media.audio import read_sound
from bigmodel.data.media.made import SPOKEN_NOTE, made_wav
from bigmodel.services import panels
from bigmodel.training.synthesis import instant
from bigmodel.training.synthesis.alike import likenesses
from bigmodel.training.synthesis.hearing import find_listener, wrong_in
from bigmodel.training.synthesis.library import VOICE_HZ, joined_pieces
from bigmodel.training.synthesis.sentences import ENGLISH, next_sentences
from bigmodel.training.synthesis.speaking import Question
from bigmodel.training.synthesis.takes import ALONE, CUT, WHOLE, Take, takes_of, usual_takes
from bigmodel.training.synthesis.units import Unit, units_of
from bigmodel.words import load_words
from tests.fakes.reporter import FakeReporter
from tests.fakes.spoken import spoken_data, write_spoken
from tests.tasks.material.speech_synthesis import _turned


def keys(text: str) -> list[str]:
    return [unit.key for unit in units_of(text)]


def tone(hertz: float, seconds: float, loud: float = 0.3) -> np.ndarray:
    return (loud * np.sin(2 * np.pi * hertz * np.arange(int(seconds * VOICE_HZ)) / VOICE_HZ)).astype("f4")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("你好", ["ni2", "hao3"]),
        ("我很好", ["wo3", "hen2", "hao3"]),
        ("一个", ["yi2", "ge4"]),
        ("不是", ["bu2", "shi4"]),
        ("银行行长", ["yin2", "hang2", "hang2", "zhang3"]),
        ("OK，走吧", ["ok", "zou3", "ba5"]),
    ],
)
def test_mandarin_is_read_with_the_tones_that_are_spoken(text: str, said: list[str]) -> None:
    assert keys(text) == said


def test_words_keep_apostrophes_and_know_pauses() -> None:
    found = units_of("Don’t stop, Anna!")
    assert [unit.key for unit in found] == ["don't", "stop", "anna"]
    assert [unit.is_after_pause for unit in found] == [False, False, True]


def test_numbers_are_read_in_full_where_their_words_are_known_else_digit_by_digit() -> None:
    assert [u.key for u in units_of("73", {"seventy", "three"}.__contains__)] == ["seventy", "three"]  # fmt: skip
    assert [u.key for u in units_of("7-3", {"three"}.__contains__)] == ["seven", "three"]
    assert keys("73") == ["73"]


def test_words_are_cut_out_only_where_pauses_part_them(tmp_path: Path) -> None:
    parted = takes_of(str(write_spoken(tmp_path / "a.wav", "ab no")), "ab no")
    assert [(take.key, take.origin) for take in parted] == [
        ("ab no", WHOLE), ("ab", CUT), ("no", CUT),
    ]  # fmt: skip
    run = takes_of(str(write_spoken(tmp_path / "b.wav", "abno")), "ab no")
    assert [take.origin for take in run] == [WHOLE]
    uneven = takes_of(str(write_spoken(tmp_path / "c.wav", "aaaaaaaa b")), "a bbbbb")
    assert [take.origin for take in uneven] == [WHOLE]


def test_silent_and_unreadable_recordings_give_nothing(tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    silent.write_bytes(made_wav(np.zeros(8000, np.float32)))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    assert takes_of(str(silent), "ab") == []
    assert takes_of(str(tmp_path / "broken.wav"), "ab") == []


def test_words_recorded_alone_come_before_cut_ones_and_the_usual_length_is_kept() -> None:
    word = (Unit("ab", "ab"),)
    takes = [Take(word, np.zeros(n, np.float32), ALONE) for n in (5, 100, 9)]
    [kept] = usual_takes([Take(word, np.zeros(9, np.float32), CUT), *takes])
    assert (kept.origin, len(kept.sound)) == (ALONE, 9)


def test_a_recorded_sentence_comes_whole_and_unknown_words_are_named(tmp_path: Path) -> None:
    data = spoken_data(tmp_path, rows=40)
    instant.train(_turned_data(data), tmp_path, FakeReporter(tmp_path / "c"))
    model = instant.load(tmp_path)
    whole, new = model.answer(["ab no", "no ab no Zeppelin zeppelin"])
    assert (whole.pieces, whole.missing) == (1, ())
    assert (new.pieces, new.missing) == (2, ("zeppelin",))
    assert new.words == 5
    [longer] = model.stream_by("no ab no", {"pause": 0.5})
    [shorter] = model.stream_by("no ab no", {})
    assert longer.seconds == pytest.approx(shorter.seconds + 0.5 * (longer.pieces - 1))
    with pytest.raises(ModelError, match="text_missing"):
        list(model.stream_by(" ", {}))


def test_without_recordings_there_is_no_voice(tmp_path: Path) -> None:
    data = _turned_data(spoken_data(tmp_path, rows=16))
    for path in tmp_path.glob("*.wav"):
        path.unlink()
        path.write_bytes(b"")
    with pytest.raises(TrainingError, match="recordings_are_unreadable"):
        instant.train(data, tmp_path, FakeReporter(tmp_path / "c"))


def test_pieces_are_joined_equally_loud_with_a_gap_or_a_cross_fade() -> None:
    loud, quiet = tone(400, 0.5, 0.9), tone(400, 0.5, 0.05)
    apart = joined_pieces([loud, quiet], [0.0, 0.1])
    assert len(apart) == int(1.1 * VOICE_HZ)
    levels = [np.sqrt(np.square(part).mean()) for part in (apart[1000:7000], apart[-7000:-1000])]
    assert levels[0] == pytest.approx(levels[1], rel=0.02)
    assert not apart[int(0.5 * VOICE_HZ) : int(0.6 * VOICE_HZ)].any()
    assert len(joined_pieces([loud, quiet], [0.0, -0.06])) == int(0.94 * VOICE_HZ)
    assert len(joined_pieces([], [])) == 0


def test_every_file_says_that_a_model_made_it() -> None:
    sound = tone(440, 0.25)
    content = made_wav(sound)
    assert content.index(SPOKEN_NOTE.encode()) < content.index(b"data")
    assert content[content.index(b"INFO") + 4 :].startswith(b"ICMT")
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert read_sound(BytesIO(content)) == pytest.approx(sound, abs=1e-3)


def test_next_sentences_bring_what_is_not_known_yet() -> None:
    first = next_sentences({"one"}, ["one two"])
    assert len(first) == 10
    assert set(first) < set(ENGLISH)
    known = {key for text in first for key in keys(text)}
    assert not set(next_sentences(known, ["one"])) & set(first)
    assert all("一" <= text[0] <= "鿿" for text in next_sentences(set(), ["你好"]))
    assert next_sentences({"drei"}, ["drei"]) == []


@pytest.mark.parametrize(
    ("text", "heard", "wrong"),
    [
        ("seven three one", "7 3 1", 0),
        ("seven three one", "731.", 0),
        ("seventy three", "73", 0),
        ("seven three one", "Seven, tree, one!", 1),
        ("seven three", "seven three nine", 1),
        ("seven three", "", 2),
        ("知觉", "之觉", 0),
        ("三七", "37", 1),
    ],
)
def test_what_is_heard_is_compared_unit_by_unit(text: str, heard: str, wrong: int) -> None:
    assert wrong_in(text, keys(text), heard) == wrong


def test_single_words_are_listened_to_five_at_a_time() -> None:
    words = [f"word{n}" for n in range(12)]
    asked = [Question.of(one) for one in ANSWER.asked(words, [f"/m/{w}.wav" for w in words])]
    heard = [one for one in asked if one.is_heard]
    assert len(heard) == 2
    assert all(len(one.recordings) == 5 for one in heard)
    assert [one.text.split() for one in heard] == [[Path(p).stem for p in one.recordings] for one in heard]  # fmt: skip
    alone = [Question.of(one) for one in ANSWER.asked(["we go home now"] * 3, ["/m/a.wav"] * 3)]
    assert [one.recordings for one in alone] == [("/m/a.wav",)] * 3


def test_without_a_listener_nothing_is_said_of_what_is_heard(tmp_path: Path) -> None:
    data = _turned_data(spoken_data(tmp_path, rows=40))
    instant.train(data, tmp_path, FakeReporter(tmp_path / "c"))
    assert find_listener(tmp_path, "ab") is None
    asked = join_inputs(["ab", data.test.targets[0], LISTEN])
    [answer] = instant.load(tmp_path).answer([asked])
    assert (answer.listener, answer.heard) == ("", "")
    assert answer.natural
    assert ANSWER.headline([""], [answer], ()) == {"units_missing": 0.0}


def _turned_data(data):  # type: ignore[no-untyped-def]
    return type(data)(*map(_turned, (data.train, data.validation, data.test)))


def test_likeness_compares_with_the_other_recordings_only() -> None:
    class Ear:
        def vectors(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
            return [np.array([1.0, 0.0] if sound.mean() > 0 else [0.0, 1.0]) for sound in sounds]

    mine, other = np.ones(8_000, "f4"), -np.ones(8_000, "f4")
    found = likenesses([mine, mine, mine[:10]], [other, mine, mine], Ear())
    assert found == {0: (1.0, 0.0), 1: (0.0, 0.0)}
    assert likenesses([mine], [mine], Ear()) == {}


def test_voice_that_says_nothing_gets_no_player_and_says_so() -> None:
    empty = Spoken("xyz", 0.0, 1, ("xyz",), sound=made_wav(np.zeros(0, np.float32)))
    say = partial(load_words().text, "en")
    drawn = str(panels.draw(ANSWER.view(empty), say))
    assert "Nothing was said" in drawn
    assert "<audio" not in drawn
    kept_not = str(panels.draw(ANSWER.view(replace(empty, sound=b"")), say))
    assert "Nothing was said" not in kept_not  # only some sounds are kept
