"""What is heard of a consent: its digits however they are written, its words, and whose voice it is."""

import json
import subprocess
import sys
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bigmodel.core.people.consent import Asked, sentence_of
from bigmodel.environment import ROOT, bare_environment
from bigmodel.training.speaker.voice import Floats
from bigmodel.training.synthesis.agreement import digits_in, likeness, words_wrong

RATE = 16_000


@pytest.mark.parametrize(
    ("language", "heard"),
    [
        ("en", "I agree that this computer learns my voice. My number is 407192."),
        ("en", "My number is four, zero, seven, one, nine, two."),
        ("en", "my number is 4 oh 7, 192"),
        ("zh", "我同意让这台电脑学习我的声音。我的号码是407192。"),
        ("zh", "我的号码是四零七幺九二"),
        ("zh", "我的號碼是四〇七一九二"),
        ("zh", "我同意让这台电脑学习我的声音，我的号码是思灵期医酒而。"),
        ("zh", "我同義讓這台電腦學習我的聲音 我的號碼是4零7 1-9二"),
    ],
)
def test_digits_are_found_however_they_are_written(language: str, heard: str) -> None:
    assert digits_in(heard, language) == "407192"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentence_says_its_digits_and_no_others(language: Any) -> None:
    asked = Asked.fresh(language, "")
    assert digits_in(asked.sentence, language) == asked.digits
    assert words_wrong(asked.sentence, language) == 0.0


def test_homophones_and_the_other_script_are_no_wrong_words() -> None:
    assert words_wrong("我同意讓這臺電腦學習我的聲音。我的號碼是1。", "zh") < 0.1
    assert words_wrong("我同意让这台电脑学习我的声音，我的号码是思灵期医酒而。", "zh") == 0.0


def test_sounds_of_digits_count_after_the_words_before_a_number_alone() -> None:
    assert digits_in("我同意，一二三四五六", "zh") == "123456"  # 意 sounds like 一
    assert digits_in("我同意而且义气", "zh") == ""
    assert digits_in("我的号码是思灵期医酒", "zh") == "40719"


@pytest.mark.parametrize(
    ("language", "heard"), [("en", "1 2 3 4"), ("en", "hello, who is there?"), ("zh", "你好，1234")]
)
def test_other_words_are_told(language: str, heard: str) -> None:
    assert words_wrong(heard, language) > 0.3


def test_digits_are_spelled_out_in_the_language() -> None:
    assert sentence_of("en", "40").endswith("four, zero.")
    assert sentence_of("zh", "40").endswith("四，零。")


class Ear:
    """Hears who speaks in the sign of a sound: one person above zero, another below."""

    def vectors(self, sounds: Sequence[Floats]) -> list[Floats]:
        return [np.array([np.mean(s > 0), np.mean(s < 0)], "f4") / np.hypot(np.mean(s > 0), np.mean(s < 0)) for s in sounds]  # fmt: skip


def take(sign: float, seconds: float = 1.0) -> Floats:
    return np.full(int(seconds * RATE), sign, np.float32)


ANNA = np.array([1.0, 0.0], "f4")


def test_voice_of_the_recordings_is_alike() -> None:
    found = likeness(ANNA, [take(1)] * 14, Ear())
    assert (found.mean, found.worst) == (1.0, 1.0)


def test_voice_of_somebody_else_is_not() -> None:
    assert likeness(ANNA, [take(-1)] * 14, Ear()).mean == 0.0


def test_recordings_of_somebody_else_come_together_however_they_are_mixed_in() -> None:
    mixed = [take(-1 if place % 3 == 0 else 1) for place in range(18)]
    found = likeness(ANNA, mixed, Ear())
    assert found.mean > 0.8
    assert (found.worst, sorted(found.places)) == (0.0, [0, 3, 6, 9, 12, 15])


def test_few_short_recordings_are_heard_as_one() -> None:
    assert likeness(ANNA, [take(1, 0.5)] * 3, Ear()).places == (0, 1, 2)


def asked_of_child(tmp_path: Path, source: Path) -> dict[str, Any]:
    request = {"source": str(source), "flac": str(tmp_path / "kept.flac")}
    done = subprocess.run(
        [sys.executable, "-m", "bigmodel.training.synthesis.consenting"],
        input=json.dumps(request) + "\n", env=bare_environment(), cwd=ROOT, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    first, second = map(json.loads, done.stdout.splitlines())
    assert first == {}
    return dict(second)


def test_silence_is_no_speech(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.wav"
    with wave.open(str(quiet), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * 3 * RATE))
    assert asked_of_child(tmp_path, quiet)["result"]["seconds"] == 0.0


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound at all")
    assert asked_of_child(tmp_path, broken)["error"] == "sound_format"
