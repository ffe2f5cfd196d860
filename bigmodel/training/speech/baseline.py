"""Baseline of speech recognition: nearest templates by dynamic time warping; it never needs torch.

Where nearly every training recording falls into as many pieces, parted by pauses, as its transcript has words, it
knows words, and writes down the word of the nearest piece for each piece it hears. Otherwise it knows whole
recordings, and answers only sentences it has heard. Nearness is dynamic time warping (Sakoe and Chiba 1978)
of cepstra (Davis and Mermelstein 1980).
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bigmodel.answers.transcript import Transcript
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, TrainingError
from bigmodel.core.task import Reporter
from bigmodel.data.media.audio import read_sound

RECORD, TEMPLATES = "instant.json", "instant.safetensors"
RATE_HZ, FRAME, HOP = 16_000, 400, 160
SIZE = 512  # of the Fourier transform
MELS, CEPSTRA = 32, 14
JOINED = 2  # frames that become one: 20 ms
MOST_FRAMES = 200  # of a template: longer ones are thinned
MOST_TEMPLATES = 1_500
NEAR = 40  # templates that are compared by warping, chosen by a cheaper look
PIECE_S, MARGIN_S = 0.08, 0.03  # a shorter piece is a click; sound kept around a piece
RISES, PAUSES_S = (0.5, 0.4, 0.6, 0.7), (0.1, 0.06, 0.15, 0.25)
SHARE_PARTED = 0.9  # of the training rows must fall into words
SHAPE = 8  # parts of a template in the cheaper look

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Parting:
    """Where a pause is: below `rise` of the way from quiet to loud, for at least `pause_s`."""

    rise: float
    pause_s: float


@dataclass(frozen=True)
class Template:
    """A known piece of sound: its cepstra (frames, CEPSTRA) and what is said in it."""

    cepstra: Floats
    text: str


class SpeechBaseline:
    """A loaded instant model of speech. It keeps no torch and starts no threads."""

    labels: tuple[str, ...] = ()

    def __init__(self, templates: Sequence[Template], parting: Parting | None) -> None:
        self.parting = parting
        self._templates = list(templates)
        self._shapes = np.stack([outline(one.cepstra) for one in templates])  # (templates, values)

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        """Return what is said in each recording, as far as something like it is known."""
        return [self._hear(read_sound(Path(path), RATE_HZ)) for path in inputs]

    def _hear(self, sound: Floats) -> Transcript:
        parts = pieces(sound, self.parting) if self.parting else [sound]
        words = tuple(self._nearest(cepstra_of(part)) for part in parts)
        certainty = float(np.mean([sureness for _, sureness in words])) if words else 0.0
        return Transcript(" ".join(text for text, _ in words), certainty, words)

    def _nearest(self, heard: Floats) -> tuple[str, float]:
        """Return the text of the nearest template, and from 0 to 1 how much nearer it is than any other text."""
        away = np.square(self._shapes - outline(heard)).sum(axis=1)
        chosen = np.argsort(away, kind="stable")[:NEAR].tolist()
        best: dict[str, float] = {}
        for place in chosen:
            template = self._templates[place]
            distance = warped(heard, template.cepstra)
            best[template.text] = min(distance, best.get(template.text, np.inf))
        text = min(best, key=best.__getitem__)
        other = min((d for name, d in best.items() if name != text), default=np.inf)
        return text, float(1.0 - (best[text] / max(other, 1e-9)) ** 4)


def train_instant(data: TaskData, folder: Path, report: Reporter) -> None:
    """Remember the training recordings, by words where pauses part them, and write them into the folder."""
    rows = _spread(data.train)
    sounds = []
    for place, path in enumerate(rows.inputs):
        report.step(phase="instant", step=place, steps=len(rows))
        sounds.append(_read(path))
    parting = _choose_parting(sounds, rows.targets)
    if parting:
        templates = list(_words(sounds, rows.targets, parting))
    else:
        templates = [
            Template(cepstra_of(sound), text)
            for sound, text in zip(sounds, rows.targets, strict=True)
            if sound is not None
        ]
    if not templates:
        raise TrainingError("recordings_are_unreadable")
    _write(folder, templates, parting)


def load_baseline(folder: Path) -> SpeechBaseline:
    """Load an instant model; its answers are the same as on the day it was trained."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    arrays = load_file(folder / TEMPLATES)
    ends = np.cumsum(arrays["lengths"])[:-1]
    parts = np.split(arrays["cepstra"].astype(np.float32), ends)
    templates = [Template(part, text) for part, text in zip(parts, record["texts"], strict=True)]
    return SpeechBaseline(templates, Parting(**record["parting"]) if record["parting"] else None)


def is_instant(folder: Path) -> bool:
    """Tell whether the folder holds an instant model."""
    return (folder / RECORD).is_file()


def pieces(sound: Floats, parting: Parting) -> list[Floats]:
    """Return the parts of a recording between pauses: where it is well above its own quiet."""
    spans = _spans(_loudness(sound), parting)
    margin = int(MARGIN_S * RATE_HZ)
    return [
        sound[max(0, start * HOP - margin) : end * HOP + FRAME + margin] for start, end in spans
    ]


def cepstra_of(sound: Floats) -> Floats:
    """Return cepstra of 20 ms each, every one of mean 0 and spread 1 over the recording: (frames, CEPSTRA)."""
    frames = _frames(sound)
    power = np.abs(np.fft.rfft(frames * np.hamming(FRAME), SIZE)) ** 2
    logs = np.log(power @ _filters().T + 1e-8)
    values = logs @ _cosines().T
    if len(values) >= 2 * JOINED:
        even = len(values) // JOINED * JOINED
        values = values[:even].reshape(-1, JOINED, CEPSTRA).mean(axis=1)
    if len(values) > MOST_FRAMES:
        values = values[np.linspace(0, len(values) - 1, MOST_FRAMES).astype(int)]
    values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-3)
    cepstra: Floats = values.astype(np.float32)
    return cepstra


def warped(one: Floats, other: Floats) -> float:
    """Return the mean distance along the best warping of two pieces."""
    away = np.sqrt(np.maximum(_squares(one, other), 0.0))  # (frames of one, frames of other)
    rows, columns = away.shape
    before = np.full(rows + 1, np.inf)
    last = np.full(rows + 1, np.inf)
    for diagonal in range(rows + columns - 1):  # all cells of a diagonal depend on the two before
        low, high = max(0, diagonal - columns + 1), min(rows - 1, diagonal)
        i = np.arange(low, high + 1)
        here = np.full(rows + 1, np.inf)
        step = np.minimum(np.minimum(last[i], last[i + 1]), before[i])
        if diagonal == 0:
            step = np.zeros(1)
        here[i + 1] = step + away[i, diagonal - i]
        before, last = last, here
    return float(last[rows] / (rows + columns))


def _choose_parting(sounds: Sequence[Floats | None], texts: Sequence[str]) -> Parting | None:
    """Return the parting by which most recordings fall into their words, if nearly all do."""
    heard = [
        (_loudness(sound), len(text.split()))
        for sound, text in zip(sounds, texts, strict=True)
        if sound is not None
    ]
    best, most = None, SHARE_PARTED * len(heard) - 1e-9
    for rise, pause_s in itertools.product(RISES, PAUSES_S):
        parting = Parting(rise, pause_s)
        fitting = sum(len(_spans(loudness, parting)) == words for loudness, words in heard)
        if heard and fitting > most:
            best, most = parting, fitting
    return best


def _words(
    sounds: Sequence[Floats | None], texts: Sequence[str], parting: Parting
) -> Iterator[Template]:
    """Yield a template for every word of the recordings that fall into their words."""
    for sound, text in zip(sounds, texts, strict=True):
        parts = [] if sound is None else pieces(sound, parting)
        if len(parts) == len(text.split()):
            for part, word in zip(parts, text.split(), strict=True):
                yield Template(cepstra_of(part), word)


def _spread(rows: Rows) -> Rows:
    """Return at most `MOST_TEMPLATES` rows, evenly chosen."""
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MOST_TEMPLATES)).astype(int))
    ids, inputs, targets = (
        [column[place] for place in chosen.tolist()]
        for column in (rows.ids, rows.inputs, rows.targets)
    )
    return Rows(ids, inputs, targets)


def _read(path: str) -> Floats | None:
    try:
        return read_sound(Path(path), RATE_HZ)
    except DatasetError:  # one that has spoilt since the check: the others are enough
        return None


def _loudness(sound: Floats) -> Floats:
    """Return the loudness of every 10 ms in decibels, smoothed a little."""
    power = np.square(_frames(sound)).mean(axis=1)
    smooth = np.convolve(power, np.ones(5) / 5, mode="same")
    decibels: Floats = (10 * np.log10(smooth + 1e-10)).astype(np.float32)
    return decibels


def _spans(loudness: Floats, parting: Parting) -> list[tuple[int, int]]:
    """Return (from frame, to frame) of each piece; what is shorter than a pause is bridged."""
    quiet, loud = np.percentile(loudness, [10, 95])
    if loud - quiet < 6:  # decibels: no pause in it at all
        return [(0, len(loudness))]
    is_loud = loudness > quiet + parting.rise * (loud - quiet)
    edges = np.flatnonzero(np.diff(np.r_[0, is_loud.astype(np.int8), 0]))
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if spans and start - spans[-1][1] < parting.pause_s * RATE_HZ / HOP:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [span for span in spans if span[1] - span[0] >= PIECE_S * RATE_HZ / HOP]


def _frames(sound: Floats) -> NDArray[np.float64]:
    """Return overlapping frames of 25 ms: (frames, samples)."""
    if len(sound) < FRAME:
        sound = np.pad(sound, (0, FRAME - len(sound)))
    windows = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    return windows.astype(np.float64)


def _squares(one: Floats, other: Floats) -> NDArray[np.float64]:
    sums = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)[None, :]
    squares: NDArray[np.float64] = sums - 2.0 * one @ other.T
    return squares


def outline(cepstra: Floats) -> Floats:
    """Return a template in `SHAPE` even parts, for a cheap first look."""
    places = np.linspace(0, len(cepstra), SHAPE + 1).astype(int)
    parts = [
        cepstra[min(start, len(cepstra) - 1) : max(end, start + 1)].mean(axis=0)
        for start, end in itertools.pairwise(places.tolist())
    ]
    return np.concatenate(parts)


def _filters() -> NDArray[np.float64]:
    """Return triangles over the spectrum, evenly spaced in mel: (MELS, SIZE / 2 + 1)."""
    top = 2595 * np.log10(1 + 7_600 / 700)
    hertz = 700 * (10 ** (np.linspace(50, top, MELS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(SIZE, 1 / RATE_HZ)
    rise = (bins - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    fall = (hertz[2:, None] - bins) / (hertz[2:] - hertz[1:-1])[:, None]
    filters: NDArray[np.float64] = np.maximum(0.0, np.minimum(rise, fall))
    return filters


def _cosines() -> NDArray[np.float64]:
    """Return the cosine transform without its mean: (CEPSTRA, MELS)."""
    order = np.arange(1, CEPSTRA + 1)[:, None]
    cosines: NDArray[np.float64] = np.cos(np.pi * order * (np.arange(MELS) + 0.5) / MELS)
    return cosines


def _write(folder: Path, templates: Sequence[Template], parting: Parting | None) -> None:
    texts = [one.text for one in templates]
    record = {"v": 1, "parting": asdict(parting) if parting else None, "texts": texts}
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    arrays: dict[str, NDArray[Any]] = {
        "cepstra": np.concatenate([one.cepstra for one in templates]).astype(np.float16),
        "lengths": np.array([len(one.cepstra) for one in templates], dtype=np.int64),
    }
    save_file(arrays, folder / TEMPLATES)
