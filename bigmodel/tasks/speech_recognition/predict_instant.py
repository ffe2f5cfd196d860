"""Writes down recordings with the model beside this file; it needs numpy, safetensors and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().transcribe(["one.wav"])`.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from safetensors.numpy import load_file

RATE_HZ, FRAME, HOP, SIZE = 16_000, 400, 160, 512
MELS, CEPSTRA, JOINED, MOST_FRAMES = 32, 14, 2, 200
NEAR, SHAPE, PIECE_S, MARGIN_S = 40, 8, 0.08, 0.03

Array = Any  # numpy arrays of numbers


class Model:
    """Known pieces of sound, and dynamic time warping to the nearest of them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant.json").read_text("utf-8"))
        arrays = load_file(folder / "instant.safetensors")
        ends = np.cumsum(arrays["lengths"])[:-1]
        self._known = np.split(arrays["cepstra"].astype(np.float32), ends)
        self._texts: list[str] = record["texts"]
        self._parting = record["parting"]  # None: whole recordings are known, not words
        self._shapes = np.stack([_shape(one) for one in self._known])

    def transcribe(self, paths: Sequence[str]) -> list[str]:
        """Return what is said in each recording, as far as something like it is known."""
        return [self._hear(_read(path)) for path in paths]

    def _hear(self, sound: Array) -> str:
        parts = _pieces(sound, **self._parting) if self._parting else [sound]
        return " ".join(self._nearest(_cepstra(part)) for part in parts)

    def _nearest(self, heard: Array) -> str:
        away = np.square(self._shapes - _shape(heard)).sum(axis=1)
        chosen = np.argsort(away, kind="stable")[:NEAR].tolist()
        best = min(chosen, key=lambda place: _warped(heard, self._known[place]))
        text: str = self._texts[best]
        return text


def _read(path: str) -> Array:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = sound.mean(axis=1)
    if rate == RATE_HZ:
        return sound
    count = max(1, round(len(sound) * RATE_HZ / rate))
    if rate > RATE_HZ:  # take out what the lower rate cannot hold
        taps = np.sinc(np.arange(-32, 33) * RATE_HZ / rate) * np.hamming(65)
        sound = np.convolve(sound, taps / taps.sum(), mode="same")
    places = np.arange(count) * (rate / RATE_HZ)
    return np.interp(places, np.arange(len(sound)), sound).astype(np.float32)


def _pieces(sound: Array, rise: float, pause_s: float) -> list[Array]:
    power = np.square(_frames(sound)).mean(axis=1)
    loudness = 10 * np.log10(np.convolve(power, np.ones(5) / 5, mode="same") + 1e-10)
    quiet, loud = np.percentile(loudness, [10, 95])
    if loud - quiet < 6:
        return [sound]
    is_loud = loudness > quiet + rise * (loud - quiet)
    edges = np.flatnonzero(np.diff(np.r_[0, is_loud.astype(np.int8), 0])).tolist()
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if spans and start - spans[-1][1] < pause_s * RATE_HZ / HOP:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    margin = int(MARGIN_S * RATE_HZ)
    return [
        sound[max(0, start * HOP - margin) : end * HOP + FRAME + margin]
        for start, end in spans
        if end - start >= PIECE_S * RATE_HZ / HOP
    ]


def _cepstra(sound: Array) -> Array:
    power = np.abs(np.fft.rfft(_frames(sound) * np.hamming(FRAME), SIZE)) ** 2
    values = np.log(power @ _filters().T + 1e-8) @ _cosines().T
    if len(values) >= 2 * JOINED:
        even = len(values) // JOINED * JOINED
        values = values[:even].reshape(-1, JOINED, CEPSTRA).mean(axis=1)
    if len(values) > MOST_FRAMES:
        values = values[np.linspace(0, len(values) - 1, MOST_FRAMES).astype(int)]
    values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-3)
    return values.astype(np.float32)


def _warped(one: Array, other: Array) -> float:
    sums = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)[None, :]
    away = np.sqrt(np.maximum(sums - 2.0 * one @ other.T, 0.0))
    rows, columns = away.shape
    before = np.full(rows + 1, np.inf)
    last = np.full(rows + 1, np.inf)
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows - 1, diagonal) + 1)
        here = np.full(rows + 1, np.inf)
        step = np.minimum(np.minimum(last[i], last[i + 1]), before[i])
        here[i + 1] = (step if diagonal else np.zeros(1)) + away[i, diagonal - i]
        before, last = last, here
    return float(last[rows] / (rows + columns))


def _frames(sound: Array) -> Array:
    if len(sound) < FRAME:
        sound = np.pad(sound, (0, FRAME - len(sound)))
    return np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP].astype(np.float64)


def _shape(cepstra: Array) -> Array:
    places = np.linspace(0, len(cepstra), SHAPE + 1).astype(int).tolist()
    parts = [
        cepstra[min(start, len(cepstra) - 1) : max(end, start + 1)].mean(axis=0)
        for start, end in itertools.pairwise(places)
    ]
    return np.concatenate(parts)


def _filters() -> Array:
    top = 2595 * np.log10(1 + 7_600 / 700)
    hertz = 700 * (10 ** (np.linspace(50, top, MELS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(SIZE, 1 / RATE_HZ)
    rise = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    fall = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rise, fall))


def _cosines() -> Array:
    order = np.arange(1, CEPSTRA + 1)[:, None]
    return np.cos(np.pi * order * (np.arange(MELS) + 0.5) / MELS)


def main() -> int:
    """Write down the recordings of the command line."""
    parser = argparse.ArgumentParser(description="Write down recordings with this model.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    for path, text in zip(args.files, Model().transcribe(args.files), strict=True):
        line = json.dumps({"file": path, "text": text}, ensure_ascii=False)
        sys.stdout.write((line if args.json else f"{path}\t{text}") + "\n")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
