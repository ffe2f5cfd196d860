"""Writes the sample ZIP of small pictures to make more of beside it, drawn by us; never run by the app.

`python assets/samples/generate_pictures.py`: fish, mushrooms and houses of 32 pixels in class folders.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
SIDE, DRAWN_AT = 32, 8  # pixels of a picture, and how many times larger it is drawn
EACH = 150  # pictures of a class
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file, so that the same run writes the same bytes

Dice = np.random.Generator
Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def main() -> None:
    """Write the sample."""
    dice = np.random.default_rng(9)
    with zipfile.ZipFile(HERE / "little.zip", "w", zipfile.ZIP_STORED) as archive:
        for name, draw in KINDS.items():
            for number in range(1, EACH + 1):
                out = io.BytesIO()
                _picture(draw, dice).save(out, "JPEG", quality=88)
                archive.writestr(
                    zipfile.ZipInfo(f"{name}/{name}-{number:03d}.jpg", EPOCH), out.getvalue()
                )


def _picture(draw: Callable[[Draw, Dice], None], dice: Dice) -> Image.Image:
    """Return a thing on a ground whose light falls from above."""
    side = SIDE * DRAWN_AT
    top, bottom = np.array(_colour(dice, 150, 245)), np.array(_colour(dice, 110, 215))
    rows = np.linspace(0, 1, side)[:, None, None]
    ground = np.broadcast_to(top * (1 - rows) + bottom * rows, (side, side, 3))
    image = Image.fromarray(ground.astype(np.uint8))
    draw(ImageDraw.Draw(image), dice)
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _fish(draw: Draw, dice: Dice) -> None:
    """Draw a fish that swims left or right, with a tail and an eye."""
    centre, long = dice.uniform(110, 146, 2), dice.uniform(62, 88)
    high, way = long * dice.uniform(0.45, 0.65), int(dice.choice([-1, 1]))
    colour = _colour(dice, 30, 255)
    x, y = centre
    tail = x - way * long
    points = [(x - way * 0.6 * long, y), (tail - way * 34, y - 38), (tail - way * 34, y + 38)]
    draw.polygon(points, fill=_darker(colour))
    draw.ellipse([x - long, y - high, x + long, y + high], fill=colour)
    eye = x + way * 0.55 * long
    draw.ellipse([eye - 10, y - 24, eye + 10, y - 4], fill=(250, 250, 250))
    draw.ellipse([eye - 5, y - 19, eye + 5, y - 9], fill=(20, 20, 20))


def _mushroom(draw: Draw, dice: Dice) -> None:
    """Draw a mushroom with a dotted cap."""
    x, base = dice.uniform(112, 144), dice.uniform(200, 232)
    wide, tall = dice.uniform(62, 92), dice.uniform(70, 110)
    foot, cap = dice.uniform(16, 28), _colour(dice, 20, 230)
    draw.rounded_rectangle([x - foot, base - tall, x + foot, base], 12, fill=(236, 226, 204))
    top = base - tall
    draw.pieslice([x - wide, top - wide, x + wide, top + wide], 180, 360, fill=cap)
    for _ in range(int(dice.integers(3, 6))):
        across, up, size = dice.uniform(-0.6, 0.6), dice.uniform(0.15, 0.6), dice.uniform(6, 12)
        at = (x + across * wide, top - up * wide)
        draw.ellipse([at[0] - size, at[1] - size, at[0] + size, at[1] + size], fill=(250, 248, 240))


def _house(draw: Draw, dice: Dice) -> None:
    """Draw a house with a roof, a door and a window."""
    x, base = dice.uniform(112, 144), dice.uniform(200, 236)
    wide, tall, roof = dice.uniform(56, 84), dice.uniform(70, 104), dice.uniform(44, 74)
    wall = _colour(dice, 120, 255)
    draw.rectangle([x - wide, base - tall, x + wide, base], fill=wall)
    top = base - tall
    draw.polygon(
        [(x - wide - 14, top), (x, top - roof), (x + wide + 14, top)], fill=_colour(dice, 20, 190)
    )
    door = x + dice.uniform(-0.6, 0.1) * wide
    draw.rectangle([door, base - 48, door + 28, base], fill=_darker(wall))
    glass = x + dice.uniform(0.25, 0.45) * wide
    draw.rectangle([glass, top + 18, glass + 26, top + 44], fill=(205, 232, 250))


def _colour(dice: Dice, low: int, high: int) -> Colour:
    red, green, blue = (int(value) for value in dice.integers(low, high, 3))
    return red, green, blue


def _darker(colour: Colour) -> Colour:
    red, green, blue = colour
    return red * 2 // 3, green * 2 // 3, blue * 2 // 3


KINDS = {"fish": _fish, "house": _house, "mushroom": _mushroom}

if __name__ == "__main__":
    main()
