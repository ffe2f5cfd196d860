"""What panels with two axes of one range share: an SVG that needs no library and no style.

Places are rounded, so that no exact value can be read back.
"""

from collections.abc import Callable, Sequence
from html import escape
from math import floor, log10
from typing import Any

WIDTH, HEIGHT = 560, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 48
TICKS = 5
ACCENT, SOFT = "#0d9488", "#64748b"  # readable in light and in dark
GUIDE = {"color": "rgba(128,128,128,0.7)", "dash": "dot", "width": 1}
Scale = Callable[[float], float]


def plot(
    low: float, high: float, *, across: str, up: str, draw: Callable[[Scale, Scale], str], name: str
) -> str:
    """Return what `draw` makes of the two scales, with axes that say what they are, and a line where both are equal.

    Args:
        low: of both axes.
        high: of both axes.
        across: what the axis to the right says, as plain text.
        up: what the other axis says.
        draw: given the places of values across and up.
        name: by which tests find it.
    """

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    marks = "".join(
        f'<text x="{x(at):.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{at:,.4g}</text>'
        f'<text x="{LEFT - 8}" y="{y(at) + 4:.0f}" text-anchor="end">{at:,.4g}</text>'
        for at in ticks(low, high)
    )
    middle, across, up = (HEIGHT - BOTTOM) / 2, escape(across), escape(up)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-size="13" '
        f'font-family="sans-serif" fill="{SOFT}" aria-label="{across} × {up}" data-testid="{name}">'
        f'<path fill="none" stroke="{SOFT}" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'
        f'<path fill="none" stroke="{SOFT}" stroke-dasharray="4 4" d="M{x(low):.0f} {y(low):.0f}L{x(high):.0f} {y(high):.0f}"/>'
        f'{marks}{draw(x, y)}<text x="{(WIDTH + LEFT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{across}</text>'
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 14 {middle:.0f})">{up}</text></svg>'
    )


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two values."""
    rough = (high - low) / TICKS
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = floor(low / step) + 1
    return [n * step for n in range(first, first + 2 * TICKS) if n * step <= high]


def guide(x: Sequence[float], y: Sequence[float], name: str) -> dict[str, Any]:
    """Return a dotted line of a figure, to compare with."""
    line = {"x": list(x), "y": list(y), "name": name, "line": GUIDE, "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "lines", **line}
