"""Writes the sample ZIP of sharp pictures beside it, drawn by us; never run by the app.

`python assets/samples/generate_sharp.py`: tiles with rings, weaves, leaves and strokes, as fine as their pixels allow.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
SIDE, DRAWN_AT = 144, 4  # pixels of a picture, and how many times larger it is drawn
PICTURES = 60
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file, so that the same run writes the same bytes


def main() -> None:
    """Write the sample."""
    dice = np.random.default_rng(8)
    with zipfile.ZipFile(HERE / "tiles.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(1, PICTURES + 1):
            out = io.BytesIO()
            picture(dice).save(out, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(f"tile-{number:02d}.png", EPOCH), out.getvalue())


def picture(dice: np.random.Generator) -> Image.Image:
    """Return a square of four tiles, each with an ornament of its own."""
    side = SIDE * DRAWN_AT
    image = Image.new("RGB", (side, side), _colour(dice))
    draw = ImageDraw.Draw(image)
    half = side // 2
    for left in (0, half):
        for top in (0, half):
            tile = (left, top, left + half, top + half)
            draw.rectangle(tile, fill=_colour(dice))
            [_rings, _weave, _leaves, _strokes][int(dice.integers(4))](draw, tile, dice)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).quantize(64).convert("RGB")


def _rings(draw: ImageDraw.ImageDraw, tile: tuple[int, ...], dice: np.random.Generator) -> None:
    left, top, right, bottom = tile
    step, colour = int(dice.integers(10, 26)), _colour(dice)
    for inset in range(step, (right - left) // 2, 2 * step):
        box = [left + inset, top + inset, right - inset, bottom - inset]
        draw.ellipse(box, outline=colour, width=max(4, step // 2))


def _weave(draw: ImageDraw.ImageDraw, tile: tuple[int, ...], dice: np.random.Generator) -> None:
    left, top, right, bottom = tile
    step, colours = int(dice.integers(14, 34)), (_colour(dice), _colour(dice))
    for row, y in enumerate(range(top, bottom, step)):
        for column, x in enumerate(range(left, right, step)):
            long = step * 4 // 5
            wide, high = (long, long // 2) if (row + column) % 2 else (long // 2, long)
            box = [x, y, min(x + wide, right), min(y + high, bottom)]
            draw.rectangle(box, fill=colours[(row + column) % 2])


def _leaves(draw: ImageDraw.ImageDraw, tile: tuple[int, ...], dice: np.random.Generator) -> None:
    left, top, right, bottom = tile
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    count, colour = int(dice.integers(5, 12)), _colour(dice)
    along = np.linspace(0, 1, 24)
    wide = 0.16 * np.sin(np.pi * along)
    for turn in np.arange(count) * 2 * np.pi / count + dice.uniform(0, 1):
        axis = np.array([np.cos(turn), np.sin(turn)])
        across = np.array([-axis[1], axis[0]])
        reach = 0.46 * (right - left)
        edges = [along[:, None] * axis + sign * wide[:, None] * across for sign in (1, -1)]
        points = middle + reach * np.concatenate([edges[0], edges[1][::-1]])
        draw.polygon([tuple(point) for point in points], fill=colour)
        ends = [tuple(middle), tuple(middle + reach * axis)]
        draw.line(ends, fill=tuple(value // 2 for value in colour), width=4)


def _strokes(draw: ImageDraw.ImageDraw, tile: tuple[int, ...], dice: np.random.Generator) -> None:
    left, top, right, bottom = tile
    step, colour = int(dice.integers(28, 50)), _colour(dice)
    for y in range(top + step // 2, bottom - step // 2, step):
        for x in range(left + step // 2, right - step // 2, step * 2 // 3):
            ends = [(x + int(dice.integers(0, step // 2)), y + int(dice.integers(0, step * 2 // 3))) for _ in range(3)]  # fmt: skip
            draw.line(ends, fill=colour, width=5, joint="curve")


def _colour(dice: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in dice.integers(0, 256, 3))


if __name__ == "__main__":
    main()
