"""Writes the small picture of each media sample that Home shows: four of its pictures, or how one of its recordings rises and falls; never run by the app.

`python assets/samples/generate_faces.py`: needs the samples beside it.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import soundfile as sf
from PIL import Image, ImageDraw, ImageOps

HERE = Path(__file__).parent
FACES = HERE / "faces"
WIDE, HIGH = 480, 120  # pixels, twice what a card gives
TILES = WIDE // HIGH
BARS, INK = 60, (13, 148, 136, 255)
PICTURES, SOUNDS = (".png", ".jpg"), (".ogg", ".flac", ".wav")


def main() -> None:
    """Write all faces."""
    FACES.mkdir(exist_ok=True)
    for path in sorted(HERE.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            _face(archive).save(FACES / f"{path.stem}.webp", quality=75, method=6)


def _face(archive: zipfile.ZipFile) -> Image.Image:
    names = sorted(archive.namelist())
    pictures = [name for name in names if name.endswith(PICTURES)]
    sounds = [name for name in names if name.endswith(SOUNDS)]
    face = Image.new("RGBA", (WIDE, HIGH))
    shown = TILES if not sounds else 1 if pictures else 0
    every = max(1, len(pictures) // TILES)
    for place, name in enumerate(pictures[::every][:shown]):
        with Image.open(io.BytesIO(archive.read(name))) as picture:
            face.paste(ImageOps.fit(picture.convert("RGB"), (HIGH, HIGH)), (place * HIGH, 0))
    if sounds:
        _draw_wave(face, archive.read(sounds[len(sounds) // 2]), from_x=shown * HIGH)
    return face


def _draw_wave(face: Image.Image, recording: bytes, from_x: int) -> None:
    """Draw the loudness of a recording as bars."""
    samples, _ = sf.read(io.BytesIO(recording), always_2d=True)
    count = BARS * (WIDE - from_x) // WIDE
    loud = np.array([abs(part).max() for part in np.array_split(samples, count)])
    step = (WIDE - from_x) / count
    draw = ImageDraw.Draw(face)
    for place, height in enumerate(HIGH * (0.04 + 0.9 * loud / loud.max())):
        x, top = from_x + place * step + step / 4, (HIGH - height) / 2
        draw.rounded_rectangle([x, top, x + step / 2, top + height], radius=2, fill=INK)


if __name__ == "__main__":
    main()
