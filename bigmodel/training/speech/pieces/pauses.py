"""Where a recording can be cut: at pauses, into pieces of some seconds, nothing of silence; numpy alone, it must never import torch."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bigmodel.data.media.audio import RATE

SILENCE = 10 ** (
    -50 / 20
)  # of full scale: what stays below is not heard, for Whisper would invent a text
FRAME = RATE // 10  # of loudness
LONGEST_PIECE_S = 15.0  # of a long recording
USUAL_PIECE_S = 6.0  # from here on a pause ends a piece: a subtitle should be readable
PAUSE = 3  # frames
MARGIN = 2  # frames kept around a piece

Floats = NDArray[np.float32]


def pieces(sound: Floats, longest: int) -> list[tuple[int, int]]:
    """Return (from sample, to sample) of what is heard by itself; nothing of silence.

    A recording that fits a window of at most `LONGEST_PIECE_S` is one piece, others are cut at pauses.
    """
    return cut_at_pauses(loudness(sound), len(sound), min(longest, int(LONGEST_PIECE_S * RATE)))


def cut_at_pauses(
    loud: Floats, samples: int, most: int, usual_s: float = USUAL_PIECE_S
) -> list[tuple[int, int]]:
    """Return the pieces of a recording of so many samples by its loudness, each of `most` samples at most.

    A pause ends a piece that is `usual_s` long; shorter ones are heard together.
    """
    if not len(loud) or loud.max() < SILENCE:
        return []
    if samples <= most:
        return [(0, samples)]
    usual = int(usual_s * RATE / FRAME)
    return [
        (start * FRAME, min(samples, end * FRAME))
        for start, end in _cut(loud, max(1, most // FRAME), usual)
    ]


def loudness(sound: Floats) -> Floats:
    """Return the effective value of every tenth of a second."""
    whole = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    values: Floats = np.sqrt(np.einsum("ij,ij->i", whole, whole) / FRAME)
    return values


def _cut(loud: Floats, most: int, usual: int) -> Iterator[tuple[int, int]]:
    """Yield (from frame, to frame) of pieces of at most `most` frames; short ones are heard together."""
    floor = max(SILENCE, 0.05 * float(np.percentile(loud, 95)))
    usual = min(most, usual)
    joined: list[tuple[int, int]] = []
    for start, end in _parted(loud, _spans(loud > floor), most - 2 * MARGIN):
        if joined and end - joined[-1][0] <= usual - 2 * MARGIN:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    before = 0
    for place, (start, end) in enumerate(joined):
        after = joined[place + 1][0] if place + 1 < len(joined) else len(loud)
        start, end = max(before, start - MARGIN), min(after, end + MARGIN)
        yield start, end
        before = end


def _spans(is_said: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (from, to) between pauses."""
    edges = np.flatnonzero(np.diff(np.r_[0, is_said.astype(np.int8), 0])).tolist()
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if spans and start - spans[-1][1] < PAUSE:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _parted(loud: Floats, spans: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    """Yield the spans, long ones cut where the last third of what fits is quietest."""
    most = max(2, most)
    for start, end in spans:
        while end - start > most:
            late = start + most - max(1, most // 3)
            cut = late + int(np.argmin(loud[late : start + most]))
            yield start, cut
            start = cut
        yield start, end
