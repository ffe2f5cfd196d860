"""How much clearer a voice became: SI-SDR and STOI of sounds, and what noise was there; numpy alone, it reads no file.

SI-SDR as in Le Roux et al. 2019, STOI as in Taal et al. 2011 (10 kHz, 15 thirds of an octave from 150 Hz, parts of
384 ms, clipped at -15 dB, frames 40 dB below the loudest left out). Samples are mono and in step.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Noise = Literal["low", "bursts", "steady", "changing"]

STOI_HZ = 10_000
STOI_FRAME, STOI_FFT, STOI_HOP = 256, 512, 128
THIRDS, LOWEST_HZ = 15, 150.0
PART = 30  # frames whose course is compared
CLIPPED_DB = -15.0
SILENT_DB = 40.0  # below the loudest frame of the clean sound
TINY = 1e-12
LOW_HZ, LOW_SHARE = 300.0, 0.7  # of the power of a noise that hums or rumbles
BURSTS_DB, STEADY_DB = 12.0, 2.0  # of frames of 20 ms: loudest over the middle one, and spread


def si_sdr(clean: Floats, made: Floats) -> float:
    """Return the ratio of the clean sound to what else is in `made`, in dB, whatever its loudness; NaN of silence."""
    clean, made = clean - clean.mean(), made - made.mean()
    energy = float(clean @ clean)
    if energy < TINY or float(made @ made) < TINY:
        return float("nan")
    kept = float(made @ clean) / energy * clean
    rest = made - kept
    return float(10 * np.log10((kept @ kept + TINY) / (rest @ rest + TINY)))


def snr(clean: Floats, noisy: Floats) -> float:
    """Return by how much the clean sound is louder than the noise, in dB; NaN of silence."""
    noise = noisy - clean
    energy = float(clean @ clean)
    return float(10 * np.log10(energy / (noise @ noise + TINY))) if energy > TINY else float("nan")


def stoi(clean: Floats, made: Floats, rate: int) -> float:
    """Return how well speech can be understood, from about 0 to 1; NaN where fewer than 384 ms are no silence."""
    clean, made = (_resampled(sound, rate) for sound in (clean, made))
    clean, made = _without_silence(clean, made)
    true, heard = _thirds(clean), _thirds(made)  # (THIRDS, frames)
    if true.shape[1] < PART:
        return float("nan")
    x, y = (np.lib.stride_tricks.sliding_window_view(each, PART, axis=1) for each in (true, heard))
    scale = np.linalg.norm(x, axis=2, keepdims=True) / (
        np.linalg.norm(y, axis=2, keepdims=True) + TINY
    )
    y = np.minimum(y * scale, x * (1 + 10 ** (-CLIPPED_DB / 20)))
    x, y = x - x.mean(axis=2, keepdims=True), y - y.mean(axis=2, keepdims=True)
    x /= np.linalg.norm(x, axis=2, keepdims=True) + TINY
    y /= np.linalg.norm(y, axis=2, keepdims=True) + TINY
    return float((x * y).sum(axis=2).mean())


def noise_of(clean: Floats, noisy: Floats, rate: int) -> Noise:
    """Return of what kind the noise between two sounds is: low, in bursts, steady or changing."""
    noise = noisy - clean
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / rate)
    if power[hertz < LOW_HZ].sum() > LOW_SHARE * power.sum():
        return "low"
    width = rate // 50
    frames = noise[: len(noise) // width * width].reshape(-1, width)
    if len(frames) < 2:
        return "steady"
    loudness = 10 * np.log10(np.square(frames).mean(axis=1) + TINY)
    if np.percentile(loudness, 98) - np.median(loudness) > BURSTS_DB:
        return "bursts"
    return "steady" if loudness.std() < STEADY_DB else "changing"


def _resampled(sound: Floats, rate: int) -> Floats:
    """Return a sound at STOI_HZ, by its spectrum: nothing above its half is kept."""
    if rate == STOI_HZ:
        return sound
    count = round(len(sound) * STOI_HZ / rate)
    spectrum = np.fft.rfft(sound)[: count // 2 + 1]
    return np.fft.irfft(spectrum, count) * (count / max(1, len(sound)))


def _without_silence(clean: Floats, made: Floats) -> tuple[Floats, Floats]:
    """Return both sounds without the frames in which the clean one is silent, put together again."""
    window = np.hanning(STOI_FRAME + 2)[1:-1]
    starts = np.arange(0, len(clean) - STOI_FRAME, STOI_HOP)
    if not len(starts):
        return clean[:0], made[:0]
    places = starts[:, None] + np.arange(STOI_FRAME)
    x, y = clean[places] * window, made[places] * window
    loudness = 20 * np.log10(np.linalg.norm(x, axis=1) + TINY)
    heard = loudness > loudness.max() - SILENT_DB
    return _joined(x[heard]), _joined(y[heard])


def _joined(frames: Floats) -> Floats:
    """Return frames (frames, STOI_FRAME) added up, each half over the one before."""
    sound = np.zeros((len(frames) + 1) * STOI_HOP)
    for place, frame in enumerate(frames):
        sound[place * STOI_HOP : place * STOI_HOP + STOI_FRAME] += frame
    return sound


def _thirds(sound: Floats) -> Floats:
    """Return the loudness of thirds of an octave in every frame, (THIRDS, frames)."""
    window = np.hanning(STOI_FRAME + 2)[1:-1]
    starts = np.arange(0, len(sound) - STOI_FRAME, STOI_HOP)
    if not len(starts):
        return np.zeros((THIRDS, 0))
    frames = sound[starts[:, None] + np.arange(STOI_FRAME)] * window
    power = np.abs(np.fft.rfft(frames, STOI_FFT)) ** 2  # (frames, bins)
    loudness: Floats = np.sqrt(power @ _bands()).T
    return loudness


def _bands() -> Floats:
    """Return which bins a third of an octave holds, (STOI_FFT / 2 + 1, THIRDS)."""
    hertz = np.linspace(0, STOI_HZ / 2, STOI_FFT // 2 + 1)
    centres = LOWEST_HZ * 2.0 ** (np.arange(THIRDS) / 3)
    bands = np.zeros((len(hertz), THIRDS))
    for number, centre in enumerate(centres):
        low, high = (int(np.argmin(np.abs(hertz - centre * 2.0**by))) for by in (-1 / 6, 1 / 6))
        bands[low:high, number] = 1
    return bands
