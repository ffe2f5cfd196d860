"""Sounds are measured as the field measures them: SI-SDR by its formula, STOI as pystoi 0.4.1 does, noise by what it is like."""

import numpy as np
import pytest

from bigmodel.data.media.noise import made as noises
from bigmodel.metrics.sound.measures import noise_of, si_sdr, snr, stoi
from bigmodel.metrics.sound.spectrogram import spectrogram
from tests.fakes.noisy import voice

RATE = 16_000


def spoken(db: float) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(5)
    clean = voice(3.0, dice).astype(np.float64)
    noise = dice.standard_normal(len(clean))
    scale = np.sqrt((clean @ clean) / (noise @ noise) / 10 ** (db / 10))
    return clean, clean + scale * noise


def test_ratio_is_what_was_mixed_whatever_the_loudness() -> None:
    time = np.arange(RATE) / RATE
    clean, noise = np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 1_000 * time)
    assert si_sdr(clean, clean + 0.1 * noise) == pytest.approx(20, abs=1e-6)
    assert si_sdr(clean, 0.3 * (clean + 0.1 * noise)) == pytest.approx(20, abs=1e-6)
    assert snr(clean, clean + 0.1 * noise) == pytest.approx(20, abs=1e-6)


def test_silence_cannot_be_measured() -> None:
    nothing = np.zeros(RATE)
    sound = np.sin(np.arange(RATE))
    assert np.isnan(si_sdr(nothing, sound))
    assert np.isnan(si_sdr(sound, nothing))
    assert np.isnan(stoi(sound[:2_000], sound[:2_000], RATE))


@pytest.mark.parametrize(("db", "of_pystoi"), [(0, 0.5744778), (10, 0.6685257)])
def test_understanding_is_as_pystoi_measures_it(db: float, of_pystoi: float) -> None:
    clean, noisy = spoken(db)
    assert stoi(clean, noisy, 10_000) == pytest.approx(of_pystoi, abs=1e-6)
    assert stoi(clean, clean, 10_000) == pytest.approx(1)


def test_noises_are_told_by_what_they_are_like() -> None:
    dice = np.random.default_rng(1)
    clean = voice(3.0, dice)
    told = {
        make.__name__: noise_of(clean.astype(np.float64), (clean + noise).astype(np.float64), RATE)
        for make in (noises.white, noises.hum, noises.clicks)
        for noise in [0.1 * make(len(clean), np.random.default_rng(4))]
    }
    assert told == {"white": "steady", "hum": "low", "clicks": "bursts"}


def test_picture_of_a_sound_is_a_png_with_louder_moments_brighter() -> None:
    sound = np.zeros(RATE, np.float32)
    sound[RATE // 2 :] = np.sin(2 * np.pi * 1_000 * np.arange(RATE // 2) / RATE)
    picture, top = spectrogram(sound)
    quieter, _ = spectrogram(0.1 * sound, top)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture != quieter
    assert spectrogram(sound)[0] == picture
