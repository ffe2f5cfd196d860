"""Draws two humps: how like recordings of the right person are, and those of others, with the threshold between them."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.services.panels.plot import ACCENT, SOFT

WORDS = "pages.results."
WIDTH, HEIGHT, EDGE, FOOT = 560, 240, 12, 28
OTHERS = "#d97706"


def draw(data: Mapping[str, Any], say: Say) -> str:
    """Return the humps as SVG with the threshold that the model uses.

    What each other threshold would do stands beside it: `panels.js` adds what drags it, and its sentence.
    """
    low, high, at = data["low"], data["high"], data["at"]
    steps, last = data["steps"], len(data["steps"]) - 1
    humps = "".join(
        f'<path d="{_outline(data[name])}" fill="{colour}" fill-opacity="0.25" stroke="{colour}" stroke-width="2"/>'
        f'<text x="{WIDTH - EDGE}" y="{18 + 18 * line}" text-anchor="end" fill="{colour}">{escape(say(f"{WORDS}hump_{name}"))}</text>'
        for line, (name, colour) in enumerate((("own", ACCENT), ("others", OTHERS)))
    )
    marks = "".join(
        f'<text x="{_x(share):.0f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{100 * (low + share * (high - low)):.0f} %</text>'
        for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end"))
    )
    line = f'<path data-part="line" transform="translate({_x(at / last):.1f} 0)" d="M0 0V{HEIGHT - FOOT}" stroke="{SOFT}" stroke-width="2" stroke-dasharray="6 4"/>'
    about = f"{say(f'{WORDS}humps')}: {said(steps[at], say)}"
    drag = {
        "steps": json.dumps(steps),
        "at": at,
        "from": EDGE,
        "to": WIDTH - EDGE,
        "said": say(f"{WORDS}humps_said", strangers="{strangers}", refused="{refused}"),
        "threshold": say(f"{WORDS}humps_threshold"),
    }
    told = " ".join(f'data-{key}="{escape(str(value), quote=True)}"' for key, value in drag.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bm-humps" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-size="13" font-family="sans-serif" fill="{SOFT}" aria-label="{escape(about, quote=True)}" '
        f'data-testid="humps" {told}>{humps}{marks}{line}</svg>'
    )


def said(step: Sequence[float], say: Say) -> str:
    """Return what a threshold does to strangers and to right people, of a hundred each."""
    strangers, refused = step
    return say(f"{WORDS}humps_said", strangers=f"{strangers:g}", refused=f"{refused:g}")


def _x(share: float) -> float:
    return EDGE + (WIDTH - 2 * EDGE) * share


def _outline(shares: Sequence[float]) -> str:
    """Return the outline of a hump as high as the picture, standing on its foot."""
    highest, floor = max(*shares, 1e-9), HEIGHT - FOOT
    width = 1 / len(shares)
    points = "".join(
        f"V{floor - (floor - 44) * share / highest:.0f}H{_x((at + 1) * width):.0f}"
        for at, share in enumerate(shares)
    )
    return f"M{_x(0):.0f} {floor}{points}V{floor}Z"
