"""What every sound decoder gives: blocks of mono samples, within the bounds that all of them share."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bigmodel.core.errors import DatasetError

LONGEST_S = 3_600
LEAST_RATE, MOST_RATE = 4_000, 192_000
MOST_CHANNELS = 8
BLOCK_FRAMES = 65_536
QUIET = 1e-8  # power below which there is nothing to cancel
CANCELLED = 0.01  # of the power of its channels is left in their mean
LOUDEST = 1e6  # of full scale; more is no sound
Block = NDArray[np.float32]  # (frames,)


@dataclass
class Stream:
    """The blocks of one file, mono, at the file's own rate; `is_cut` is known at their end."""

    rate: int
    blocks: Iterator[Block]
    is_cut: bool = False
    is_one_side: bool = False  # the channels cancel each other, so the first one was taken
    frames: int = 0  # as the header promises; 0 where it does not


def bounded(stream: Stream, longest_s: int = 0) -> Iterator[Block]:
    """Yield the blocks while they are numbers and within so many seconds, by default an hour.

    Raises:
        DatasetError: `sound_long` or `sound_not_finite`.
    """
    longest_s = longest_s or LONGEST_S
    _check_length(stream.frames, stream.rate, longest_s)
    frames = 0
    for block in stream.blocks:
        frames += len(block)
        _check_length(frames, stream.rate, longest_s)
        if not np.isfinite(block).all() or (len(block) and float(np.abs(block).max()) > LOUDEST):
            raise DatasetError("sound_not_finite")
        yield block


def _check_length(frames: int, rate: int, longest_s: int) -> None:
    if frames > longest_s * rate:
        raise DatasetError("sound_long", limit=longest_s // 60)


def check_header(channels: int, rate: int) -> None:
    """Refuse channels and rates that no recording has."""
    if not (1 <= channels <= MOST_CHANNELS and LEAST_RATE <= rate <= MOST_RATE):
        raise DatasetError("sound_header", channels=channels, rate=rate)


def mono(values: Block, channels: int, stream: Stream | None = None) -> Block:
    """Return the mean of interleaved channels, or the first one where they cancel each other out.

    One channel may be the other turned over: a microphone wired wrongly.
    """
    if channels == 1:
        return values
    sides = values.reshape(-1, channels)
    mixed: Block = sides.mean(axis=1, dtype=np.float32)
    loud = float(np.square(sides, dtype=np.float64).mean()) if len(sides) else 0.0
    if loud > QUIET and float(np.square(mixed, dtype=np.float64).mean()) < CANCELLED * loud:
        if stream is not None:
            stream.is_one_side = True
        return np.ascontiguousarray(sides[:, 0])
    return mixed
