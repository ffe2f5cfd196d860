"""Our sample of made-up people, some of them left out, as data to learn from and as takes of somebody new."""

import csv
import io
import wave
import zipfile
from pathlib import Path

import numpy as np
import soundfile

SAMPLE = Path(__file__).parents[2] / "assets" / "samples" / "voices_en.zip"
RATE_HZ = 16_000


def people_zip(place: Path, left_out: str, **renamed: str) -> Path:
    """Write the sample without one of its people, others under another name."""
    with zipfile.ZipFile(SAMPLE) as source, zipfile.ZipFile(place, "w") as target:
        kept = [row for row in _rows(source) if row[1] != left_out]
        for file, _ in kept:
            target.writestr(file, source.read(file))
        lines = [f"{file},{renamed.get(person, person)}" for file, person in kept]
        target.writestr("speakers.csv", "\n".join(["file,speaker", *lines]))
    return place


def _rows(source: zipfile.ZipFile) -> list[tuple[str, str]]:
    table = csv.DictReader(source.read("speakers.csv").decode().splitlines())
    return [(row["file"], row["speaker"]) for row in table]


def takes_of(folder: Path, person: str, count: int = 3, seconds: float = 3.6) -> list[Path]:
    """Write takes of a person of the sample: recordings joined with half a second of silence between them."""
    with zipfile.ZipFile(SAMPLE) as source:
        names = [file for file, speaker in _rows(source) if speaker == person]
        sounds = [soundfile.read(io.BytesIO(source.read(name)), dtype="float32") for name in names]
    gap, found, parts, held = np.zeros(RATE_HZ // 2, np.float32), [], [], 0.0
    folder.mkdir(parents=True, exist_ok=True)
    for sound, rate in sounds:
        assert rate == RATE_HZ
        parts += [sound, gap]
        held += len(sound) / rate
        if held >= seconds:
            found.append(write_take(folder / f"{person}-{len(found)}.wav", np.concatenate(parts)))
            parts, held = [], 0.0
    return found[:count]


def write_take(path: Path, sound: np.ndarray) -> Path:
    """Write a WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes())
    return path
