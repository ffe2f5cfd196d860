"""Boxes drawn as SVG that loads nothing and needs no style: over a picture, or with the picture in it."""

from collections.abc import Sequence
from html import escape
from typing import Any

COLOURS = ("#0d9488", "#2563eb", "#d97706", "#be185d", "#16a34a", "#7c3aed", "#dc2626", "#475569")
LETTERS = 26  # of the longer side: a letter is as high as one of so many parts
Size = Sequence[int]  # width and height
Sides = Sequence[Any]  # left, top, right, bottom, kind


def boxed_picture(
    size: Size,
    jpeg: str,
    boxes: Sequence[Sides],
    names: Sequence[str],
    kinds: Sequence[str],
    about: str,
) -> str:
    """Return a picture, a JPEG in base64, with boxes in it; `about` is what it shows in words."""
    width, height = size
    image = (
        f'<image href="data:image/jpeg;base64,{escape(jpeg)}" width="{width}" height="{height}"/>'
    )
    more = f' role="img" aria-label="{escape(about)}" data-testid="boxed" style="max-width:100%;height:auto;max-height:70vh"'
    return box_svg(size, image + boxes_by_kind(size, boxes, names, kinds), more)


def boxes_by_kind(
    size: Size, boxes: Sequence[Sides], names: Sequence[str], kinds: Sequence[str]
) -> str:
    """Return boxes, each in the colour of its kind, with its name."""
    colours = {kind: COLOURS[at % len(COLOURS)] for at, kind in enumerate(kinds)}
    pairs = zip(boxes, names, strict=True)
    return "".join(
        box_mark(size, box, colours.get(box[4], COLOURS[0]), name) for box, name in pairs
    )


def box_mark(size: Size, box: Sides, colour: str, name: str, *, is_dashed: bool = False) -> str:
    """Return one box, with a light edge so that it is seen on any ground."""
    left, top, right, bottom = (float(side) for side in box[:4])
    place = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    way = 'fill="none" vector-effect="non-scaling-stroke"'
    dashes = ' stroke-dasharray="6 4"' if is_dashed else ""
    drawn = f'<rect {place} {way} stroke="#fff" stroke-width="4" opacity=".7"/>'
    drawn += f'<rect {place} {way} stroke="{colour}" stroke-width="2"{dashes}/>'
    if not name:
        return drawn
    high = max(size) / LETTERS
    down = top - 0.25 * high if top > 1.3 * high else min(top + high, float(size[1]))
    return (
        f'{drawn}<text x="{left:.1f}" y="{down:.1f}" font-size="{high:.1f}" font-family="sans-serif" font-weight="600" '
        f'fill="{colour}" stroke="#fff" stroke-width="{high / 5:.1f}" paint-order="stroke">{escape(name)}</text>'
    )


def box_svg(size: Size, drawn: str, more: str) -> str:
    """Return marks as an SVG of the size of the picture; `more` are its attributes."""
    width, height = size
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}"{more}>{drawn}</svg>'
    )
