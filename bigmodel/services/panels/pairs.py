"""Draws predicted against true numbers."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Figure, Panel, PanelKind
from bigmodel.services.panels.plot import ACCENT, Scale, guide, plot

AXES = ("pages.results.axis_true_number", "pages.results.axis_answer_number")
DOTS = {"color": "rgba(13,148,136,0.55)", "size": 6}
MOST_IN_PICTURE = 400


class Pairs(PanelKind):
    """Data: `pairs` of (true, answered)."""

    def draw(self, panel: Panel, say: Say) -> str:
        """Return the pairs as dots, with the line on which both numbers are equal."""
        pairs = [pair for pair in panel.data["pairs"] if all(map(isfinite, pair))]
        low, high = _ends(pairs)
        spread = 0.04 * ((high - low) or 1.0)

        def dots(x: Scale, y: Scale) -> str:
            look = f'r="4" fill="{ACCENT}" fill-opacity=".55"'
            return "".join(
                f'<circle cx="{x(true):.0f}" cy="{y(answer):.0f}" {look}/>'
                for true, answer in pairs
            )

        across, up = map(say, AXES)
        return plot(low - spread, high + spread, across=across, up=up, draw=dots, name="scatter")

    def figure(self, panel: Panel, say: Say) -> Figure:
        pairs = panel.data["pairs"]
        ends, (across, up) = _ends(pairs), map(say, AXES)
        dots = {
            "type": "scatter", "mode": "markers", "name": "", "showlegend": False, "marker": DOTS,
            "x": [true for true, _ in pairs], "y": [answer for _, answer in pairs],
            "hovertemplate": "%{x} → %{y:.5g}<extra></extra>",
        }  # fmt: skip
        layout = {
            "xaxis": {"title": {"text": across}},
            "yaxis": {"title": {"text": up}},
            "hovermode": "closest",
            "legend": {"orientation": "v", "x": 0, "y": 1},
        }
        return Figure([guide(ends, ends, say("pages.results.line_exact")), dots], layout)

    def picture(self, panel: Panel, say: Say) -> Mapping[str, Any]:
        """Return some of the pairs."""
        pairs = panel.data["pairs"]
        return {"pairs": pairs[:: max(1, len(pairs) // MOST_IN_PICTURE)]}


def _ends(pairs: Sequence[Sequence[float]]) -> tuple[float, float]:
    values = [value for pair in pairs for value in pair]
    return (min(values), max(values)) if values else (0.0, 1.0)


PANEL = Pairs()
