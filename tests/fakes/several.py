"""Rows of a text, a number, a picture and a recording, each of which says a part of the class; their files are named by their content."""

import hashlib
import io
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

from bigmodel.core.datasets.attached import attach
from bigmodel.core.datasets.dataset import COLUMNS, Rows, TaskData
from bigmodel.core.datasets.inputs import row_of

LABELS = ("calm", "loud")
NAMES = ("note", "size", "photo", "noise")


def several_data(folder: Path, *, rows: int, is_number: bool = False) -> TaskData:
    """Return rows whose every column tells the class; the files lie below the folder."""
    made = [several_row(folder, number) for number in range(rows)]
    targets = [
        f"{10 + 5 * (number % 2) + number % 3:+d}" if is_number else LABELS[number % 2]
        for number in range(rows)
    ]
    ids = [f"row-{number}" for number in range(rows)]
    first, second = rows // 2, 3 * rows // 4
    parts = [
        Rows(ids[a:b], made[a:b], targets[a:b])
        for a, b in ((0, first), (first, second), (second, rows))
    ]
    labels = () if is_number else LABELS
    return TaskData(parts[0], parts[1], parts[2], labels, {COLUMNS: NAMES})


def several_row(folder: Path, number: int) -> str:
    """Return a row: an even one is calm, an odd one is loud."""
    random, is_loud = np.random.default_rng(number), number % 2
    words = ("a shout of", "a whisper of")[1 - is_loud]
    text = f"{words} {random.integers(1, 90)} people"
    size = f"{(40 if is_loud else 10) + random.normal():.2f}"
    return row_of([text, size, picture(folder, number), sound(folder, number)])


def picture(folder: Path, number: int) -> str:
    """Return the cell of a picture: red of loud rows, blue of calm ones."""
    pixels = np.random.default_rng(number).integers(0, 60, (32, 32, 3)).astype(np.uint8)
    pixels[..., 0 if number % 2 else 2] += 180
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return kept(folder, f"photos/{number}.png", content.getvalue())


def sound(folder: Path, number: int) -> str:
    """Return the cell of a recording: high of loud rows, low of calm ones."""
    hz = 1800 if number % 2 else 300
    time = np.arange(4_000) / 16_000
    noise = 0.05 * np.random.default_rng(number).normal(size=len(time))
    content = io.BytesIO()
    soundfile.write(content, 0.3 * np.sin(2 * np.pi * hz * time) + noise, 16_000, format="FLAC")
    return kept(folder, f"noises/{number}.flac", content.getvalue())


def kept(folder: Path, name: str, content: bytes) -> str:
    """Keep a file as an import does, and return its cell."""
    digest = hashlib.sha256(content).hexdigest()
    place = folder / "media" / digest[:2] / f"{digest}{Path(name).suffix}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return attach(name, str(place))
