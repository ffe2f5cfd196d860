"""Noises made by rule, and how a recording is mixed with one; it reads no file, and the same dice give the same noise.

Samples are mono at 16 kHz. A noise has no certain loudness: mixing sets it.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Floats = NDArray[np.float32]
Dice = np.random.Generator
LOUDEST = 0.9  # of a mixture, of full scale
TINY = 1e-9
VOICES = 5  # that talk at once


def mixed(clean: Floats, noise: Floats, snr_db: float) -> tuple[Floats, Floats]:
    """Return a recording with a noise so much softer (in dB) than itself, and the clean one at the same loudness."""
    power = float(np.square(clean, dtype=np.float64).mean())
    loud = float(np.square(noise, dtype=np.float64).mean())
    gain = np.sqrt(power / (loud + TINY) / 10 ** (snr_db / 10))
    noisy = clean + np.float32(gain) * noise
    scale = np.float32(min(1.0, LOUDEST / (float(np.abs(noisy).max(initial=0)) + TINY)))
    return noisy * scale, clean * scale


def cut(sound: Floats, length: int, dice: Dice) -> Floats:
    """Return so many samples of a sound from anywhere in it, over and over where it is shorter."""
    if len(sound) < length:
        sound = np.resize(sound, length) if len(sound) else np.zeros(length, np.float32)
    start = int(dice.integers(0, len(sound) - length + 1))
    return sound[start : start + length]


def babble(voices: Sequence[Floats], length: int, dice: Dice) -> Floats:
    """Return several voices at once, as of a room full of people."""
    chosen = dice.integers(len(voices), size=VOICES).tolist()
    parts = [cut(voices[place], length, dice) for place in chosen]
    levelled = [part / (np.sqrt(np.square(part).mean()) + 1e-4) for part in parts]
    together: Floats = np.sum(levelled, axis=0, dtype=np.float32)
    return together


def white(length: int, dice: Dice) -> Floats:
    """Return hiss."""
    return dice.standard_normal(length, np.float32)


def pink(length: int, dice: Dice) -> Floats:
    """Return noise that loses 3 dB an octave, as of rain or of a fan."""
    return _shaped(white(length, dice), -1.0)


def coloured(length: int, dice: Dice) -> Floats:
    """Return noise of any colour that may swell, as of wind, waves or traffic."""
    noise = _shaped(white(length, dice), dice.uniform(-2.5, 0.8), dice)
    return noise * _swelling(length, dice) if dice.random() < 0.6 else noise


def hum(length: int, dice: Dice) -> Floats:
    """Return the hum of mains, with its overtones and a little hiss."""
    base = float(dice.choice([50.0, 60.0])) * dice.uniform(0.995, 1.005)
    tone = _tones(np.full(length, base, np.float32), dice.uniform(0.8, 2.0), 20, dice)
    return tone + np.float32(0.02) * white(length, dice)


def engine(length: int, dice: Dice) -> Floats:
    """Return overtones of a pitch that wanders, in beats, as of an engine or a saw."""
    wander = 1 + np.float32(0.05) * _wander(length, dice, 2.0)
    pitch = np.float32(dice.uniform(40, 300)) * wander
    tone = _tones(pitch, dice.uniform(0.2, 1.2), 40, dice)
    beat = 1 + dice.uniform(0, 0.9) * np.sin(_phase(pitch / np.float32(dice.integers(2, 9))))
    rough = _shaped(white(length, dice), -1.0, dice)
    made = (_level(tone) + dice.uniform(0.1, 1.5) * _level(rough)) * beat
    return made.astype(np.float32)


def clicks(length: int, dice: Dice) -> Floats:
    """Return knocks that ring and die away, as of keys, a clock or a fire."""
    made = np.zeros(length, np.float32)
    count = max(1, int(length / RATE * 10 ** dice.uniform(0.0, 1.7)))
    time = np.arange(int(0.12 * RATE), dtype=np.float32) / RATE
    for start in dice.integers(0, max(1, length), count):
        ring = np.sin(2 * np.pi * dice.uniform(200, 6_000) * time)
        knock = (ring + dice.standard_normal(len(time), np.float32)) * np.exp(
            -time * dice.uniform(30, 400)
        )
        part = made[start : start + len(time)]
        part += np.float32(dice.uniform(0.2, 1.0)) * knock[: len(part)].astype(np.float32)
    return made + np.float32(1e-4) * white(length, dice)


def calls(length: int, dice: Dice) -> Floats:
    """Return short tones that rise and fall, as of animals, alarms or a child."""
    made = np.zeros(length, np.float32)
    start = int(dice.integers(0, RATE // 2))
    base = 10 ** dice.uniform(2.4, 3.5)
    while start < length:
        count = int(dice.uniform(0.08, 0.8) * RATE)
        part = made[start : start + count]
        glide = np.linspace(dice.uniform(0.7, 1.3), dice.uniform(0.7, 1.3), len(part))
        tone = _level(_tones((base * glide).astype(np.float32), dice.uniform(0.3, 1.5), 12, dice))
        tone += np.float32(dice.uniform(0, 0.7)) * white(len(part), dice)
        part += tone * np.hanning(len(part)).astype(np.float32)
        start += count + int(dice.uniform(0.05, 1.0) * RATE)
    return made + np.float32(1e-4) * white(length, dice)


def puffs(length: int, dice: Dice) -> Floats:
    """Return bursts of noise, as of a cough, of steps or of paper."""
    shape = np.zeros(length, np.float32)
    for _ in range(max(1, int(length / RATE * dice.uniform(0.5, 6)))):
        count = int(dice.uniform(0.02, 0.5) * RATE)
        start = int(dice.integers(0, max(1, length)))
        part = shape[start : start + count]
        fall = np.exp(-np.linspace(0, dice.uniform(1, 6), count)).astype(np.float32)
        part += fall[: len(part)] * np.float32(dice.uniform(0.3, 1.0))
    return _shaped(white(length, dice), dice.uniform(-1.5, 0.8), dice) * (shape + 1e-4)


MADE: Mapping[str, Callable[[int, Dice], Floats]] = {  # by the name people know
    "white": white, "pink": pink, "hum": hum, "clicks": clicks,
}  # fmt: skip
VARIED = (coloured, coloured, hum, engine, clicks, calls, puffs, white)


def _shaped(noise: Floats, slope: float, dice: Dice | None = None) -> Floats:
    """Return noise whose power follows the pitch to the power of `slope`; with dice, with hills and valleys."""
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    gain = np.maximum(hertz, 30.0) ** (slope / 2)
    if dice is not None:
        points = np.geomspace(60, RATE / 2, 9)
        gain *= 10 ** (np.interp(hertz, points, dice.uniform(-15, 15, 9)) / 20)
    return _level(np.fft.irfft(spectrum * gain, len(noise)).astype(np.float32))


def _wander(length: int, dice: Dice, hertz: float) -> Floats:
    """Return a line between -1 and 1 that turns about so often a second."""
    points = max(3, int(length / RATE * hertz) + 2)
    places = np.linspace(0, points - 1, length)
    return np.interp(places, np.arange(points), dice.uniform(-1, 1, points)).astype(np.float32)


def _swelling(length: int, dice: Dice) -> Floats:
    """Return how loud a noise is that swells and ebbs, by up to 20 dB."""
    depth = dice.uniform(3, 20) / 2
    wander = _wander(length, dice, dice.uniform(0.3, 6))
    return np.power(10.0, depth * wander / 20).astype(np.float32)


def _phase(pitch: Floats) -> NDArray[np.float64]:
    return 2 * np.pi * np.cumsum(pitch, dtype=np.float64) / RATE


def _tones(pitch: Floats, slope: float, most: int, dice: Dice) -> Floats:
    """Return overtones of a pitch (samples,) that get softer, each by chance a little."""
    phase = _phase(pitch)
    made = np.zeros(len(pitch), np.float32)
    top = float(pitch.max(initial=1.0))
    for number in range(1, min(most, int(RATE / 2 / top)) + 1):
        loud = number**-slope * dice.uniform(0.2, 1.0)
        made += (loud * np.sin(number * phase + dice.uniform(0, 6.3))).astype(np.float32)
    return made


def _level(sound: Floats) -> Floats:
    levelled: Floats = sound / (np.sqrt(np.square(sound).mean()) + TINY)
    return levelled.astype(np.float32)
