"""Answers recordings with the model beside this file; it needs numpy, safetensors and soundfile, never the network.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().predict(["one.wav"])`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from safetensors.numpy import load_file

RATE_HZ, FRAME, HOP, FFT = 16_000, 400, 160, 512
BANDS, COEFFICIENTS, SEGMENTS, FLOOR = 40, 20, 6, 1e-2

Array = Any  # numpy arrays of numbers


class Model:
    """Statistics of cepstral coefficients, and a kernel machine on them."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "instant_sound.json").read_text("utf-8"))
        self.labels: list[str] = record["labels"]
        self._width, self._sharpness = record["width"], record["sharpness"]
        self._arrays = load_file(folder / "instant_sound.safetensors")

    def predict(self, paths: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of `labels`, a row for each recording."""
        return [self._scores(describe(read(path))) for path in paths]

    def _scores(self, features: Array) -> list[float]:
        known = self._arrays
        standard = (features - known["centre"]) / known["scale"]
        away = np.square(known["landmarks"] - standard).sum(axis=1)
        raw = np.exp(-self._width * away) @ known["weights"] + known["bias"]
        raised = np.exp(self._sharpness * (raw - raw.max()))
        return [float(value) for value in raised / raised.sum()]


def read(path: str) -> Array:
    """Return a recording at 16 kHz, around 0 and of loudness 1."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = resample(sound.mean(axis=1), rate)
    sound = sound - sound.mean()
    return (sound / max(float(np.sqrt(np.square(sound).mean())), 1e-4)).astype(np.float32)


def resample(sound: Array, rate: int) -> Array:
    """Return samples at 16 kHz."""
    if rate == RATE_HZ:
        return sound
    count = max(1, round(len(sound) * RATE_HZ / rate))
    if rate > RATE_HZ:  # take out what the lower rate cannot hold
        taps = np.sinc(np.arange(-32, 33) * RATE_HZ / rate) * np.hamming(65)
        sound = np.convolve(sound, taps / taps.sum(), mode="same")
    places = np.arange(count) * (rate / RATE_HZ)
    return np.interp(places, np.arange(len(sound)), sound).astype(np.float32)


def describe(clip: Array) -> Array:
    """Return means, spreads and changes of the coefficients, and their course in six parts."""
    found = cepstrum(clip)
    if len(found) < SEGMENTS:
        found = np.pad(found, ((0, SEGMENTS - len(found)), (0, 0)), mode="edge")
    change = np.gradient(found, axis=0)
    turn = np.gradient(change, axis=0)
    parts = [part.mean(axis=0) for part in np.array_split(found, SEGMENTS)]
    told = [found.mean(axis=0), found.std(axis=0), change.std(axis=0), turn.std(axis=0), *parts]
    return np.concatenate(told).astype(np.float32)


def cepstrum(clip: Array) -> Array:
    """Return the cepstral coefficients of every frame."""
    padded = np.pad(clip, (0, max(0, FRAME - len(clip))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), FFT)) ** 2
    bands = np.log(power.astype(np.float32) @ filters() + FLOOR)
    angles = np.outer(np.arange(BANDS) + 0.5, np.arange(COEFFICIENTS)) * np.pi / BANDS
    return bands @ (np.cos(angles) * np.sqrt(2 / BANDS)).astype(np.float32)


def filters() -> Array:
    """Return triangles on the mel scale."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (20.0, 7_600.0))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    at = np.linspace(0, RATE_HZ / 2, FFT // 2 + 1)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def main() -> int:
    """Answer the recordings of the command line."""
    parser = argparse.ArgumentParser(description="Answer recordings with this model.")
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    model = Model()
    for path, scores in zip(args.paths, model.predict(args.paths), strict=True):
        sys.stdout.write(answer_line(model.labels, path, scores, as_json=args.json) + "\n")
    return 0


def answer_line(labels: Sequence[str], path: str, scores: Sequence[float], *, as_json: bool) -> str:
    """Return the answer to one recording as a line for people, or as JSON."""
    best = max(range(len(labels)), key=scores.__getitem__)
    if as_json:
        by_label = dict(zip(labels, scores, strict=True))
        told = {"file": path, "label": labels[best], "probabilities": by_label}
        return json.dumps(told, ensure_ascii=False)
    return f"{labels[best]}\t{scores[best]:.4f}\t{path}"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
