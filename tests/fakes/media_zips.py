"""Tiny ZIPs of pictures, sounds and speech that a model learns in a moment."""

import csv
import io
import math
import random
import wave
import zipfile
from pathlib import Path

from PIL import Image

SPEECH = Path(__file__).parents[2] / "assets" / "samples" / "colours_en.zip"
RATE_HZ = 16_000
COLOURS = {"red": (200, 40, 40), "blue": (40, 60, 200)}
PITCHES_HZ = {"low": 220, "high": 1_760}


def write_pictures(path: Path, each: int = 30) -> Path:
    """Write a ZIP with one folder a colour; every picture is a little different."""
    chance = random.Random(0)  # noqa: S311 - pictures, not secrets
    with zipfile.ZipFile(path, "w") as package:
        for name, colour in COLOURS.items():
            for number in range(each):
                package.writestr(f"colours/{name}/{number}.png", _picture(colour, chance))
    return path


def write_sounds(path: Path, each: int = 30) -> Path:
    """Write a ZIP with one folder a pitch; every tone is a little different."""
    chance = random.Random(0)  # noqa: S311 - tones, not secrets
    with zipfile.ZipFile(path, "w") as package:
        for name, pitch_hz in PITCHES_HZ.items():
            for number in range(each):
                package.writestr(f"{name}/{number}.wav", _tone(pitch_hz, chance))
    return path


def write_speech(path: Path, clips: int = 40) -> Path:
    """Write a ZIP with the first clips of our own sample, and what is said in each."""
    with zipfile.ZipFile(SPEECH) as sample, zipfile.ZipFile(path, "w") as package:
        lines = sample.read("transcripts.csv").decode("utf-8-sig").splitlines()[: clips + 1]
        package.writestr("transcripts.csv", "\n".join(lines))
        for row in csv.DictReader(lines):
            package.writestr(row["file"], sample.read(row["file"]))
    return path


def write_picture(path: Path, name: str = "red") -> Path:
    """Write one picture of a colour."""
    path.write_bytes(_picture(COLOURS[name], random.Random(1)))  # noqa: S311
    return path


def _picture(colour: tuple[int, int, int], chance: random.Random) -> bytes:
    noise = bytes(
        min(255, max(0, part + chance.randint(-40, 40))) for _ in range(48 * 48) for part in colour
    )
    buffer = io.BytesIO()
    Image.frombytes("RGB", (48, 48), noise).save(buffer, "PNG")
    return buffer.getvalue()


def _tone(pitch_hz: float, chance: random.Random) -> bytes:
    pitch_hz *= chance.uniform(0.9, 1.1)
    loud = chance.uniform(3_000, 12_000)
    samples = (
        int(loud * math.sin(2 * math.pi * pitch_hz * at / RATE_HZ) + chance.uniform(-300, 300))
        for at in range(RATE_HZ * 6 // 10)
    )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return buffer.getvalue()
