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
LOUDEST = 1e6  # of full scale; more is no sound
Block = NDArray[np.float32]  # (frames,)


@dataclass
class Stream:
    """The blocks of one file, mono, at the file's own rate; `is_cut` is known at their end."""

    rate: int
    blocks: Iterator[Block]
    is_cut: bool = False


def bounded(stream: Stream) -> Iterator[Block]:
    """Yield the blocks while they are numbers and within an hour.

    Raises:
        DatasetError: `sound_long` or `sound_not_finite`.
    """
    frames = 0
    for block in stream.blocks:
        frames += len(block)
        check_length(frames, stream.rate)
        if not np.isfinite(block).all() or (len(block) and float(np.abs(block).max()) > LOUDEST):
            raise DatasetError("sound_not_finite")
        yield block


def check_length(frames: int, rate: int) -> None:
    """Refuse what is longer than an hour."""
    if frames > LONGEST_S * rate:
        raise DatasetError("sound_long", limit=LONGEST_S // 60)


def check_header(channels: int, rate: int) -> None:
    """Refuse channels and rates that no recording has."""
    if not (1 <= channels <= MOST_CHANNELS and LEAST_RATE <= rate <= MOST_RATE):
        raise DatasetError("sound_header", channels=channels, rate=rate)


def mono(values: Block, channels: int) -> Block:
    """Return the mean of interleaved channels."""
    if channels == 1:
        return values
    mixed: Block = values.reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return mixed
