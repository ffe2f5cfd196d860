"""A voice for any sentence: symbols of a text, moments of each symbol, and sound from the loudness of pitches."""

from pathlib import Path

import numpy as np
import pytest
import torch

from bigmodel.training.synthesis.acoustic.alignment import (
    all_paths,
    likeliest_path,
    usual_path,
)
from bigmodel.training.synthesis.acoustic.examples import take_of
from bigmodel.training.synthesis.acoustic.mels import mels_of, sound_of
from bigmodel.training.synthesis.acoustic.net import VoiceNet, VoiceSize
from bigmodel.training.synthesis.acoustic.symbols import read, symbols_of
from bigmodel.training.synthesis.acoustic.voice import SentenceVoice, load_sentence_voice
from bigmodel.training.synthesis.library import COMMA_S, VOICE_HZ
from tests.fakes.spoken import write_spoken


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Hi, you!", ["_", "h", "i", ",", "y", "o", "u", "_"]),
        ("I'm 7", ["_", *"i'm", " ", *"seven", "_"]),
        ("你好", ["_", "n", "i", "2", "h", "ao", "3", "_"]),
        ("上海二", ["_", "sh", "ang", "4", "h", "ai", "3", "er", "4", "_"]),
    ],
)
def test_texts_are_read_letter_by_letter_and_syllables_by_their_parts(
    text: str, symbols: list[str]
) -> None:
    assert symbols_of(read(text)) == symbols


def test_moments_of_each_symbol_are_found_in_order() -> None:
    wanted = torch.tensor([[3, 1, 4], [2, 5, 0]])
    symbols, frames = torch.tensor([3, 2]), torch.tensor([8, 7])
    likely = torch.full((2, 8, 3), -5.0)
    for row in range(2):
        owners = torch.repeat_interleave(torch.arange(3), wanted[row])
        likely[row, torch.arange(len(owners)), owners] = -0.1
    assert likeliest_path(likely, symbols, frames).tolist() == wanted.tolist()
    shuffled = likely.flip(1)
    right, wrong = (all_paths(each, symbols, frames) for each in (likely, shuffled))
    assert right < wrong


def test_where_nothing_is_known_symbols_share_the_moments() -> None:
    symbols, frames = torch.tensor([4, 2]), torch.tensor([12, 5])
    usual = usual_path(symbols, frames, (2, 12, 4))
    assert usual.exp().sum(-1)[0] == pytest.approx(torch.ones(12), abs=1e-4)
    assert torch.isinf(usual[1, 5:]).all()
    assert likeliest_path(usual, symbols, frames)[0].tolist() == pytest.approx([3, 3, 3, 3], abs=1)


def test_sound_of_its_own_loudness_keeps_its_pitches() -> None:
    time = np.arange(VOICE_HZ) / VOICE_HZ
    tones = (0.3 * np.sin(2 * np.pi * 500 * time) * (time < 0.5)).astype(np.float32)
    tones += (0.3 * np.sin(2 * np.pi * 1500 * time) * (time >= 0.5)).astype(np.float32)
    made = sound_of(mels_of(tones))
    halves = (made[1000:7000], made[9000:15000])
    peaks = [np.abs(np.fft.rfft(half)).argmax() * VOICE_HZ / len(half) for half in halves]
    assert peaks == pytest.approx([500, 1500], rel=0.05)


def test_phrases_are_said_apart_and_unknown_letters_are_named(tmp_path: Path) -> None:
    torch.manual_seed(0)
    voice = SentenceVoice(VoiceNet(VoiceSize(4)).eval(), ["_", " ", "a", "b"], {"is_english": True})
    voice.save(tmp_path)
    said = load_sentence_voice(tmp_path).say("ab a, ba zoo")
    assert (said.pieces, said.missing, len(said.said)) == (2, ("zoo",), 4)
    longer = load_sentence_voice(tmp_path).say("ab a, ba zoo", pause_s=0.5)
    assert len(longer.sound) - len(said.sound) == pytest.approx(0.5 * VOICE_HZ, abs=2)
    assert len(said.sound) > COMMA_S * VOICE_HZ
    assert len(voice.say("zoo").sound) == 0


def test_recordings_that_do_not_hold_their_text_are_left_out(tmp_path: Path) -> None:
    path = write_spoken(tmp_path / "a.wav", "ab no")
    take = take_of("ab no", path)
    assert take
    assert len(take.mels) > len(take.symbols)
    assert take_of("ab no " * 30, path) is None
    assert take_of("...", path) is None
