"""Writes the sample ZIP of pictures with boxes beside it, drawn by us; never run by the app.

`python assets/samples/generate_boxes.py`: buttons and leaves on tables and paper, their boxes as COCO has them.
"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
SIDE, DRAWN_AT = 224, 3  # pixels of a picture, and how many times larger it is drawn
PICTURES, MOST_THINGS = 120, 4
KINDS = ("button", "leaf")
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file, so that the same run writes the same bytes
APART = 1.1  # of the sum of two reaches: things do not lie on each other

Points = NDArray[np.float64]


def main() -> None:
    """Write the sample."""
    dice = np.random.default_rng(5)
    lists: dict[str, list[dict[str, object]]] = {"images": [], "annotations": []}
    with zipfile.ZipFile(HERE / "table.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(1, PICTURES + 1):
            picture, things = _picture(dice)
            name = f"table-{number:03d}.jpg"
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=80)
            archive.writestr(zipfile.ZipInfo(f"images/{name}", EPOCH), out.getvalue())
            lists["images"].append({"id": number, "file_name": name, "width": SIDE, "height": SIDE})
            for kind, box in things:
                id = len(lists["annotations"]) + 1
                told = {"id": id, "image_id": number, "category_id": kind, "bbox": box}
                lists["annotations"].append(
                    told | {"area": round(box[2] * box[3], 1), "iscrowd": 0}
                )
        named = [{"id": number, "name": name} for number, name in enumerate(KINDS)]
        text = json.dumps({**lists, "categories": named})
        archive.writestr(zipfile.ZipInfo("annotations.json", EPOCH), text)


def _picture(dice: np.random.Generator) -> tuple[Image.Image, list[tuple[int, list[float]]]]:
    """Return a picture of some things, and the kind and box of each: left, top, width, height."""
    side = SIDE * DRAWN_AT
    image = _ground(side, dice)
    draw = ImageDraw.Draw(image)
    things: list[tuple[int, list[float]]] = []
    taken: list[tuple[Points, float]] = []
    for _ in range(int(dice.integers(0, MOST_THINGS + 1))):
        reach = dice.uniform(0.06, 0.17) * side
        centre = dice.uniform(reach, side - reach, 2)
        if any(np.hypot(*(centre - other)) < APART * (reach + far) for other, far in taken):
            continue
        taken.append((centre, reach))
        kind = int(dice.integers(len(KINDS)))
        outline = (_button, _leaf)[kind](draw, centre, reach, dice)
        low, high = outline.min(axis=0) / DRAWN_AT, outline.max(axis=0) / DRAWN_AT
        things.append((kind, [round(float(value), 1) for value in (*low, *(high - low))]))
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return small.filter(ImageFilter.GaussianBlur(dice.uniform(0, 0.7))), things


def _ground(side: int, dice: np.random.Generator) -> Image.Image:
    """Return paper, wood or cloth with uneven light, and some strokes that are nothing to be found."""
    base = dice.integers(90, 236, 3) + dice.integers(-22, 23, (4, 4, 3))
    ground = Image.fromarray(base.clip(0, 255).astype(np.uint8))
    image = ground.resize((side, side), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    shade = tuple(int(value) for value in base[0, 0].clip(30, 255) - 30)
    if dice.random() < 0.5:  # grain or threads
        step, slant = int(dice.integers(18, 60)), int(dice.integers(-40, 41))
        for at in range(0, side, step):
            draw.line([(at, 0), (at + slant, side)], fill=shade, width=int(dice.integers(1, 5)))
    for _ in range(int(dice.integers(0, 4))):
        ends = [tuple(dice.uniform(0, side, 2)) for _ in range(2)]
        draw.line(ends, fill=_colour(dice), width=int(dice.integers(2, 8)))
    return image


def _button(
    draw: ImageDraw.ImageDraw, centre: Points, reach: float, dice: np.random.Generator
) -> Points:
    """Draw a round button with a rim and two or four holes, and return the points of its outline."""
    colour = _colour(dice)
    dark = tuple(value * 2 // 3 for value in colour)
    draw.ellipse([*(centre - reach), *(centre + reach)], fill=dark)
    draw.ellipse([*(centre - 0.82 * reach), *(centre + 0.82 * reach)], fill=colour)
    holes, turn = int(dice.choice([2, 4])), dice.uniform(0, np.pi)
    for angle in turn + np.arange(holes) * 2 * np.pi / holes:
        middle = centre + 0.32 * reach * np.array([np.cos(angle), np.sin(angle)])
        draw.ellipse([*(middle - 0.11 * reach), *(middle + 0.11 * reach)], fill=(25, 25, 25))
    return np.stack([centre - reach, centre + reach])


def _leaf(
    draw: ImageDraw.ImageDraw, centre: Points, reach: float, dice: np.random.Generator
) -> Points:
    """Draw a pointed leaf with its rib, and return the points of its outline."""
    along = np.linspace(-1, 1, 40)
    wide = dice.uniform(0.32, 0.5) * (1 - along**2)
    turn = dice.uniform(0, np.pi)
    axis = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-axis[1], axis[0]])
    edges = [along[:, None] * axis + sign * wide[:, None] * across for sign in (1, -1)]
    outline = centre + reach * np.concatenate([edges[0], edges[1][::-1]])
    green = (int(dice.integers(30, 160)), int(dice.integers(110, 200)), int(dice.integers(20, 80)))
    draw.polygon([tuple(point) for point in outline], fill=green)
    ends = [tuple(centre + sign * reach * axis) for sign in (-1, 1)]
    draw.line(ends, fill=tuple(value // 2 for value in green), width=max(2, int(reach / 14)))
    return outline


def _colour(dice: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(value) for value in dice.integers(0, 256, 3))


if __name__ == "__main__":
    main()
