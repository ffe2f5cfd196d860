"""Writes the sample ZIPs of pictures and sounds beside it, drawn and computed by us; never run by the app.

`python assets/samples/generate_media.py` needs espeak-ng for the spoken samples (Debian's package of that name).
"""

import csv
import io
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
SIDE = 96  # pixels of a picture
DRAWN_AT = 3  # times larger, for smooth edges
PICTURES, SOUNDS, SENTENCES = 60, 40, 130
RATE = 16_000
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file in a ZIP, so that the same run writes the same bytes
WORDS = ("red", "green", "blue", "yellow", "black", "white")
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+m3", "en-us+f2", "en-gb+f4")

PEOPLE = {  # made up, each with a voice, a pitch, a pace, and a throat that is longer or shorter
    "Ada": ("en-us+f2", 60, 150, 1.12), "Ben": ("en-gb+m3", 30, 140, 0.86),
    "Chloe": ("en-us+f4", 75, 165, 1.22), "Dev": ("en-us+m7", 45, 155, 1.02),
    "Edith": ("en-gb+f5", 40, 130, 0.94), "Finn": ("en-us+m1", 65, 160, 1.16),
    "Grace": ("en-gb-scotland+f3", 55, 145, 1.06), "Hugo": ("en-gb+croak", 25, 135, 0.82),
    "Iris": ("en-us+Annie", 70, 150, 0.98), "Jonas": ("en-us+m5", 15, 150, 0.9),
    "Kira": ("en-gb+klatt4", 80, 155, 1.08), "Leo": ("en-us+klatt2", 35, 145, 0.78),
}  # fmt: skip
TAKES = 10  # of each person
SAID = (
    "please call me back this evening", "the train leaves at a quarter to nine",
    "I left the keys on the kitchen table", "could you bring some bread and milk",
    "we will meet in front of the library", "the weather will be fine tomorrow",
)  # fmt: skip

Signal = NDArray[np.float64]
Point = tuple[float, float]


def main() -> None:
    """Write all of them."""
    _write("shapes", _pictures(np.random.default_rng(1)))
    _write("sounds", _sounds(np.random.default_rng(2)))
    _write("colours_en", _spoken(np.random.default_rng(3)))
    _write("voices_en", _voices(np.random.default_rng(4)))


def _write(name: str, files: Iterator[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(HERE / f"{name}.zip", "w", zipfile.ZIP_STORED) as archive:
        for path, content in files:
            archive.writestr(zipfile.ZipInfo(path, EPOCH), content)


# pictures -------------------------------------------------------------------------------------


def _pictures(dice: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    for name, corners in (("circle", 0), ("square", 4), ("star", 10), ("triangle", 3)):
        for number in range(PICTURES):
            out = io.BytesIO()
            _picture(corners, dice).save(out, "JPEG", quality=80)
            yield f"{name}/{name}-{number + 1:02d}.jpg", out.getvalue()


def _picture(corners: int, dice: np.random.Generator) -> Image.Image:
    """Return one dark shape of any colour, size and turn, on uneven paper with some strokes in the way."""
    side = SIDE * DRAWN_AT
    paper = dice.integers(170, 236, 3) + dice.integers(-18, 19, (3, 3, 3))
    image = Image.fromarray(paper.astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(dice.integers(0, 3)):
        ends = [tuple(dice.uniform(0, side, 2)) for _ in range(2)]
        draw.line(ends, fill=_colour(dice), width=int(dice.integers(2, 5)))
    centre, radius = dice.uniform(0.42, 0.58, 2) * side, dice.uniform(0.26, 0.38) * side
    draw.polygon(_outline(corners, centre, radius, dice), fill=_ink(dice))
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(dice.uniform(0, 0.8)))


def _outline(corners: int, centre: Signal, radius: float, dice: np.random.Generator) -> list[Point]:
    """Return the corners of a shape; none stands for a circle, and every other one of a star lies inside."""
    count = corners or 60
    turn = dice.uniform(-0.35, 0.35) - np.pi / 2
    angles = turn + np.arange(count) * 2 * np.pi / count
    reach = np.full(count, radius)
    if corners == 10:
        reach[1::2] *= 0.45
    if corners:
        reach *= dice.uniform(0.92, 1.08, count)
    x, y = centre[0] + reach * np.cos(angles), centre[1] + reach * np.sin(angles)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _colour(dice: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in dice.integers(0, 256, 3))


def _ink(dice: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in dice.integers(0, 130, 3))


# sounds ---------------------------------------------------------------------------------------


def _sounds(dice: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    makers: dict[str, Callable[[Signal, np.random.Generator], Signal]] = {
        "bell": _bell,
        "drum": _drum,
        "whistle": _whistle,
    }
    for name, make in makers.items():
        for number in range(SOUNDS):
            seconds = np.arange(int(dice.uniform(0.5, 1.0) * RATE)) / RATE
            signal = make(seconds, dice) * dice.uniform(0.4, 0.9)
            signal += dice.normal(0, dice.uniform(0.002, 0.03), len(signal))
            yield f"{name}/{name}-{number + 1:02d}.ogg", _encoded(signal)


def _bell(t: Signal, dice: np.random.Generator) -> Signal:
    """Return partials out of tune with each other that die away, the high ones first."""
    base = dice.uniform(400, 900)
    partials = [
        np.sin(2 * np.pi * base * ratio * t) * np.exp(-t * (3 + 2 * ratio)) / ratio
        for ratio in (1, 2.01, 2.76, 4.07, 5.4)
    ]
    return np.sum(partials, axis=0) / 2


def _drum(t: Signal, dice: np.random.Generator) -> Signal:
    """Return a low tone that falls, with a burst of noise at its start."""
    base = dice.uniform(60, 140)
    tone = np.sin(2 * np.pi * base * t * (1 + np.exp(-30 * t))) * np.exp(-t * dice.uniform(5, 12))
    return tone + 0.4 * dice.normal(0, 1, len(t)) * np.exp(-60 * t)


def _whistle(t: Signal, dice: np.random.Generator) -> Signal:
    """Return one pure tone that wavers."""
    base, waver = dice.uniform(1200, 2600), dice.uniform(4, 9)
    phase = 2 * np.pi * base * t + dice.uniform(2, 9) * np.sin(2 * np.pi * waver * t)
    return 0.6 * np.sin(phase) * np.minimum(1, 20 * t) * np.minimum(1, 20 * (t[-1] - t))


def _encoded(signal: Signal) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.clip(signal, -1, 1), RATE, format="OGG", subtype="VORBIS")
    return out.getvalue()


# speech ---------------------------------------------------------------------------------------


def _spoken(dice: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield recordings of one to three words by several synthetic voices, and the table of what is said."""
    rows = []
    for number in range(SENTENCES):
        text = " ".join(dice.choice(WORDS, dice.integers(1, 4)))
        name = f"clips/take-{number + 1:03d}.ogg"
        yield name, _said(text, VOICES[number % len(VOICES)], dice)
        rows.append((name, text))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("file", "text"), *rows])
    yield "transcripts.csv", table.getvalue().encode()


def _voices(dice: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield sentences said by made-up people, and the table of who speaks."""
    rows = []
    for name, (voice, pitch, pace, throat) in PEOPLE.items():
        for _ in range(TAKES):
            text = str(dice.choice(SAID))
            file = f"takes/{len(rows) + 1:03d}.ogg"
            pitched, paced = pitch + int(dice.integers(-3, 4)), pace + int(dice.integers(-10, 11))
            noise = dice.uniform(0.002, 0.004)
            yield file, _uttered(text, voice, pitched, paced, throat, noise=noise, dice=dice)
            rows.append((file, name))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("file", "speaker"), *rows])
    yield "speakers.csv", table.getvalue().encode()


def _said(text: str, voice: str, dice: np.random.Generator) -> bytes:
    pace, pitch = int(dice.integers(120, 180)), int(dice.integers(30, 70))
    return _uttered(text, voice, pitch, pace, noise=0.003, dice=dice)


def _uttered(
    text: str,
    voice: str,
    pitch: int,
    pace: int,
    throat: float = 1.0,
    *,
    noise: float,
    dice: np.random.Generator,
) -> bytes:
    command = ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(pitch), "--stdout", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    signal, rate = soundfile.read(io.BytesIO(spoken))
    seconds = np.arange(0, len(signal) / rate, throat / RATE)
    at_rate = np.interp(seconds, np.arange(len(signal)) / rate, signal)
    return _encoded(at_rate + dice.normal(0, noise, len(at_rate)))


if __name__ == "__main__":
    main()
