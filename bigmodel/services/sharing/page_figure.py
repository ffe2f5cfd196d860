"""Draws pairs of numbers as an SVG that needs no library; places are rounded, so that no exact value can be read back."""

from collections.abc import Sequence
from math import floor, isfinite, log10

WIDTH, HEIGHT = 560, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 48
TICKS = 5


def scatter(pairs: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Return true values against answers, with the line on which both are equal.

    Args:
        across: escaped name of the true values.
        up: escaped name of the answers.
    """
    values = [value for pair in pairs for value in pair if isfinite(value)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    spread = (high - low) or 1.0
    low, high = low - 0.04 * spread, high + 0.04 * spread

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    dots = "".join(
        f'<circle class="dot" cx="{x(true):.0f}" cy="{y(answer):.0f}" r="4"/>'
        for true, answer in pairs
        if isfinite(true) and isfinite(answer)
    )
    marks = "".join(
        f'<text x="{x(at):.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{at:,.4g}</text>'
        f'<text x="{LEFT - 8}" y="{y(at) + 4:.0f}" text-anchor="end">{at:,.4g}</text>'
        for at in ticks(low, high)
    )
    middle = (HEIGHT - BOTTOM) / 2
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{across} × {up}" data-testid="scatter">'
        f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'
        f'<path class="exact" d="M{x(low):.0f} {y(low):.0f}L{x(high):.0f} {y(high):.0f}"/>'
        f'{marks}{dots}<text x="{(WIDTH + LEFT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{across}</text>'
        f'<text x="14" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 14 {middle:.0f})">{up}</text></svg>'
    )


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers between two values."""
    rough = (high - low) / TICKS
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = floor(low / step) + 1
    return [n * step for n in range(first, first + 2 * TICKS) if n * step <= high]
