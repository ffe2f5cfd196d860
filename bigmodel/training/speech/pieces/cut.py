"""The limited child that cuts a long recording at its pauses (`python -m bigmodel.training.speech.pieces.cut REQUEST`); it never holds the whole of it.

The request is a JSON file: the `source`, the `folder` for the pieces, how long a piece usually is, report and limits.
The recording is decoded twice: once for how loud it is when, once to write each piece as a small FLAC file.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.audio import OVERSHOOT, RATE, sound_blocks, write_sound
from bigmodel.data.sandbox.limits import report_of, serve
from bigmodel.training.speech.pieces.pauses import (
    FRAME,
    LONGEST_PIECE_S,
    Floats,
    cut_at_pauses,
    loudness,
)

LONGEST_S = 6 * 3_600  # of a recording
LOOKED = 0.5  # share of the work that listening for pauses is


def main(request_path: str) -> int:
    """Answer the request below limits; return the exit code."""
    return serve(request_path, answer, file_limit="file_mb", spare_mb=0)


def answer(request: dict[str, Any]) -> int:
    """Cut the recording of a request; return the exit code."""
    return report_of(request, _cut)


def _cut(request: dict[str, Any]) -> dict[str, Any]:
    source, folder = Path(request["source"]), Path(request["folder"])
    loud, samples, peak = _listen(source)
    if not samples:
        raise DatasetError("sound_empty")
    most = int(LONGEST_PIECE_S * RATE)
    spans = cut_at_pauses(loud, samples, most, request["usual_s"])
    gain = np.float32(1 / peak if peak > OVERSHOOT else 1.0)
    for number, piece in enumerate(_pieces(source, spans), 1):
        (folder / f"{number:05}.flac").write_bytes(write_sound((piece * gain).clip(-1, 1)))
        _say(LOOKED + (1 - LOOKED) * number / len(spans))
    return {"pieces": [[a / RATE, b / RATE] for a, b in spans], "seconds": samples / RATE}


def _listen(source: Path) -> tuple[Floats, int, float]:
    """Return how loud each tenth of a second is, how many samples there are, and the loudest."""
    loud: list[Floats] = []
    rest, samples, peak = np.zeros(0, np.float32), 0, 0.0
    with sound_blocks(source, RATE, LONGEST_S) as (stream, blocks):
        promised = stream.frames * RATE / stream.rate
        for block in blocks:
            samples += len(block)
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            rest = np.concatenate([rest, block])
            whole = len(rest) // FRAME * FRAME
            loud.append(loudness(rest[:whole]))
            rest = rest[whole:]
            _say(LOOKED * min(1.0, samples / promised) if promised else 0.0)
    return np.concatenate([*loud, loudness(rest)]), samples, peak


def _pieces(source: Path, spans: list[tuple[int, int]]) -> Iterator[Floats]:
    """Yield the samples of each span; spans stand in order and do not overlap."""
    waiting = iter(spans)
    span = next(waiting, None)
    held, at = np.zeros(0, np.float32), 0  # samples from place `at` on
    with sound_blocks(source, RATE, LONGEST_S) as (_, blocks):
        for block in blocks:
            held = np.concatenate([held, block])
            while span and span[1] <= at + len(held):
                yield held[span[0] - at : span[1] - at]
                span = next(waiting, None)
            if span is None:
                return
            gone = min(len(held), max(0, span[0] - at))
            held, at = held[gone:], at + gone


def _say(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
