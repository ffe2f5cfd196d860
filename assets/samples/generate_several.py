"""Writes the sample ZIPs of rows with several media beside it, made up and drawn by us; never run by the app.

`python assets/samples/generate_several.py`: pots with a note, their weight, a photo, the sound of a knock, and a price.
The note tells the kind and the height, the photo the glaze, the knock whether the pot is cracked; each moves the price.
"""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
ROWS, SIDE, DRAWN_AT = 150, 80, 4  # pixels of a photo, and how many times larger it is drawn
RATE_HZ, SECONDS = 8_000, 0.3
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file, so that the same run writes the same bytes
LACKING = 0.04  # of the photos, and of the knocks
GLAZES = ((52, 96, 148), (148, 74, 48), (86, 128, 92), (206, 196, 172))
WORTH = (1.6, 1.0, 1.25, 0.8)  # of a glaze
KINDS = (
    ("vase", "花瓶", 30.0, 0.55),
    ("jug", "水壶", 22.0, 0.7),
    ("bowl", "碗", 12.0, 1.3),
    ("plate", "盘子", 9.0, 3.2),
)
NOTES = {
    "en": ("{kind}, {height} cm high, {way}", ("thrown by hand", "made in a mould", "with a handle", "from the attic"),
           ("note", "grams", "photo", "knock", "price")),
    "zh": ("{kind}，高 {height} 厘米，{way}", ("手工拉坯", "模具制作", "带把手", "阁楼里找到的"),
           ("说明", "克重", "照片", "敲击声", "价格")),
}  # fmt: skip


def main() -> None:
    """Write the samples: the same pots, told in each language."""
    for language, (note, ways, columns) in NOTES.items():
        dice = np.random.default_rng(11)
        table = io.StringIO()
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(columns)
        with zipfile.ZipFile(HERE / f"pots_{language}.zip", "w", zipfile.ZIP_STORED) as archive:
            for number in range(1, ROWS + 1):
                told = KINDS[at := int(dice.integers(len(KINDS)))]
                height = round(float(dice.uniform(0.6, 1.5) * (24, 20, 9, 3)[at]))
                way, glaze = int(dice.integers(len(ways))), int(dice.integers(len(GLAZES)))
                is_cracked = dice.random() < 0.35
                grams = round(float(height * told[3] * dice.uniform(30, 45)))
                worth = told[2] * (height / 15) ** 0.5 * WORTH[glaze] * (1.3 if way == 0 else 1.0)
                price = worth * (0.45 if is_cracked else 1.0) * float(dice.uniform(0.93, 1.07))
                names = [f"photos/{number:03d}.jpg", f"knocks/{number:03d}.flac"]
                made = [_photo(at, height, glaze, dice), _knock(height, is_cracked, dice)]
                for place, (name, content) in enumerate(zip(names, made, strict=True)):
                    if dice.random() < LACKING:
                        names[place] = ""
                    else:
                        archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
                kind = told[0 if language == "en" else 1]
                text = note.format(kind=kind, height=height, way=ways[way])
                rows.writerow([text, grams, *names, f"{price:.2f}"])
            archive.writestr(zipfile.ZipInfo("pots.csv", EPOCH), table.getvalue())


def _photo(kind: int, height: int, glaze: int, dice: np.random.Generator) -> bytes:
    """Return a pot on a table, in the colour of its glaze, as a JPEG."""
    side = SIDE * DRAWN_AT
    ground = dice.integers(150, 236, 3)
    image = Image.new("RGB", (side, side), tuple(int(value) for value in ground))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0.8 * side, side, side], fill=tuple(int(value) for value in ground - 45))
    colour = tuple(int(value) for value in np.array(GLAZES[glaze]) + dice.integers(-16, 17, 3))
    tall = min(0.66, 0.16 + 0.013 * height) * side
    wide = (0.26, 0.3, 0.46, 0.62)[kind] * side * dice.uniform(0.85, 1.15)
    middle, foot = side / 2 + dice.uniform(-0.08, 0.08) * side, 0.84 * side
    along = np.linspace(0, 1, 24)
    belly = ((0.5, 1.0, 0.45), (0.7, 0.95, 0.6), (0.4, 0.8, 1.0), (0.5, 0.9, 1.0))[kind]
    half = 0.5 * wide * np.interp(along, (0, 0.45, 1), belly)
    left, right = (
        np.stack([middle - half, foot - along * tall], 1),
        np.stack([middle + half, foot - along * tall], 1),
    )
    draw.polygon([tuple(point) for point in (*left, *right[::-1])], fill=colour)
    light = tuple(min(255, value + 40) for value in colour)
    shine = left[4:-4] + np.array([0.16 * wide, 0])
    draw.line([tuple(point) for point in shine], fill=light, width=6)
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.filter(ImageFilter.GaussianBlur(dice.uniform(0, 0.5))).save(out, "JPEG", quality=75)
    return out.getvalue()


def _knock(height: int, is_cracked: bool, dice: np.random.Generator) -> bytes:
    """Return a knock: a whole pot rings, a cracked one is dull; as a FLAC of 16 bits."""
    time: NDArray[np.float64] = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    hz = 2_400 / (1 + height / 12) * dice.uniform(0.92, 1.08)
    fading = 90.0 if is_cracked else 11.0
    tones = sum(np.sin(2 * np.pi * hz * part * time) / part for part in (1.0, 2.32, 3.1))
    rattle = dice.normal(size=len(time)) * (0.5 if is_cracked else 0.05)
    sound = (tones * np.exp(-fading * time) + rattle * np.exp(-40 * time)) * 0.2
    out = io.BytesIO()
    rounded = np.round(sound * 2_000) / 32_767 * 10
    soundfile.write(out, rounded, RATE_HZ, format="FLAC", subtype="PCM_16")
    return out.getvalue()


if __name__ == "__main__":
    main()
