"""Cleans recordings by named steps, the same on the way into a version and at prediction; it opens no file.

Whatever the order they are given in: silence goes, then the recording is cut ("pieces:10": into pieces of at most ten seconds),
then each piece is levelled. A recording that has nothing to clean comes back as it is, so that a second time changes nothing. It
stands alone so that it can go along with a downloaded model.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PIECES = "pieces"
SOUND_STEPS = ("silence", PIECES, "loudness")
SHORTEST_PIECE_S, LONGEST_PIECE_S = 1.0, 600.0
MOMENT_S = 0.01
MARGIN_MOMENTS = 10  # of silence that stay on each side
HEARD_DB = 40.0  # below the loudest moment nothing is heard
STILL_DB = -70.0  # of full scale, nor below this
PAUSE_MOMENTS = 20  # whose loudness together says where to cut
SHORTEST_PART = 0.4  # of the longest piece: none is shorter than this
LOUDNESS_DB = -23.0  # of full scale: that of what is heard, after the step
LOUDEST_PEAK = 0.99  # of full scale
SAME_GAIN = 0.03  # a change too small to be heard

SoundSamples = NDArray[np.float32]  # (samples,)


def clean_sound(samples: SoundSamples, rate: int, steps: Sequence[str]) -> list[SoundSamples]:
    """Return the pieces of a recording after the steps, one where it is not cut; the same object where none changes it."""
    if "silence" in steps:
        samples = _without_silence(samples, rate)
    most = longest_piece_s(steps)
    pieces = _cut_at_pauses(samples, rate, most) if most else [samples]
    if len(pieces) > 1:
        if "silence" in steps:
            pieces = [_without_silence(piece, rate) for piece in pieces]
        pieces = [piece for piece in pieces if _heard_moments(piece, rate).any()] or pieces[:1]
    return [_as_loud_as_all(piece, rate) for piece in pieces] if "loudness" in steps else pieces


def longest_piece_s(steps: Sequence[str]) -> float:
    """Return how long a piece may be, 0 where recordings are not cut."""
    found = (step.partition(":")[2] for step in steps if step.startswith(f"{PIECES}:"))
    return next((float(seconds) for seconds in found), 0.0)


def _moment_power(samples: SoundSamples, rate: int) -> NDArray[np.float64]:
    """Return the mean square of each frame; what is left at the end counts to the last one."""
    size = max(1, round(rate * MOMENT_S))
    count = len(samples) // size
    if not count:
        return np.full(1, float(np.square(samples, dtype=np.float64).mean()) if len(samples) else 0)
    frames = samples[: count * size].reshape(count, size)
    power: NDArray[np.float64] = np.square(frames, dtype=np.float64).mean(axis=1)
    return power


def _heard_moments(samples: SoundSamples, rate: int) -> NDArray[np.bool_]:
    """Return in which frames something is heard."""
    level = 10 * np.log10(_moment_power(samples, rate) + 1e-12)
    heard: NDArray[np.bool_] = level > max(float(level.max()) - HEARD_DB, STILL_DB)
    return heard


def _without_silence(samples: SoundSamples, rate: int) -> SoundSamples:
    """Cut silence off both ends, but for a margin."""
    heard = np.flatnonzero(_heard_moments(samples, rate))
    if not len(heard):
        return samples
    size = max(1, round(rate * MOMENT_S))
    start = max(0, int(heard[0]) - MARGIN_MOMENTS) * size
    end = (int(heard[-1]) + 1 + MARGIN_MOMENTS) * size
    spare = len(samples) - end
    if start == 0 and spare < size:
        return samples
    return samples[start : end if spare > 0 else len(samples)]


def _cut_at_pauses(samples: SoundSamples, rate: int, most_s: float) -> list[SoundSamples]:
    """Cut at the quietest moments, no piece longer than asked or much shorter."""
    most, found = int(most_s * rate), list[SoundSamples]()
    while len(samples) > most:
        least = int(SHORTEST_PART * most)  # what is left is no shorter either
        cut = _quietest_place(samples, rate, least, min(most, len(samples) - least))
        found.append(samples[:cut])
        samples = samples[cut:]
    return [*found, samples]


def _quietest_place(samples: SoundSamples, rate: int, low: int, high: int) -> int:
    """Return the middle of the quietest stretch of a recording between two places."""
    size = max(1, round(rate * MOMENT_S))
    power = _moment_power(samples[low:high], rate)
    width = min(PAUSE_MOMENTS, len(power))
    sums = np.convolve(power, np.ones(width), mode="valid")
    return min(high, low + (int(sums.argmin()) + width // 2) * size)


def _as_loud_as_all(samples: SoundSamples, rate: int) -> SoundSamples:
    """Make what is heard as loud as in every other recording, but never overdriven."""
    power = _moment_power(samples, rate)[_heard_moments(samples, rate)]
    if not len(power):
        return samples
    wanted = 10 ** (LOUDNESS_DB / 20) / math.sqrt(float(power.mean()))
    gain = min(wanted, LOUDEST_PEAK / float(np.abs(samples).max()))
    if abs(gain - 1) < SAME_GAIN:
        return samples
    return (samples * np.float32(gain)).astype(np.float32)
