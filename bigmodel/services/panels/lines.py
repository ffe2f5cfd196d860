"""Draws lines of rates, such as ROC and precision-recall, each with the area below it."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Figure, Panel, PanelKind, cut, plain
from bigmodel.services.panels.plot import BOTTOM, HEIGHT, RIGHT, WIDTH, Scale, guide, plot

WORDS = "pages.results."
MOST_NAMED = 8  # lines up to which a legend helps
COLOURS = ("#0d9488", "#d97706", "#7c3aed", "#64748b", "#db2777", "#2563eb", "#65a30d", "#b91c1c")
DASHES = ("", "8 4", "2 4", "8 4 2 4", "16 4", "16 4 2 4")  # no colour has to be told from another
SAMPLE = 30  # of a line, beside its name
LEGEND = {
    "orientation": "v", "font": {"size": 11}, "y": 0.02, "yanchor": "bottom",
    "bgcolor": "rgba(128,128,128,0.08)",
}  # fmt: skip


class Lines(PanelKind):
    """Data: `lines` with label, x, y and area; `x`, `y` and `area`, the ends of the keys that name them.

    A line without a label is of all classes, or of what the key that ends with `all` names. `is_roc` adds the line of guessing; others are steps.
    """

    def is_half(self, panel: Panel) -> bool:
        return True

    def draw(self, panel: Panel, say: Say) -> str:
        lines, is_roc = panel.data["lines"], panel.data["is_roc"]
        across, up = (say(f"{WORDS}{panel.data[axis]}") for axis in ("x", "y"))

        def paths(x: Scale, y: Scale) -> str:
            drawn = ""
            for number, line in enumerate(lines):
                colour, points = (
                    COLOURS[number % len(COLOURS)],
                    zip(line["x"], line["y"], strict=True),
                )
                places = " ".join(_place(x(a), y(b), is_roc) for a, b in points)
                path = (
                    f"M{places[1:]}"
                    if is_roc
                    else f"M{x(line['x'][0]):.0f} {y(line['y'][0]):.0f}{places}"
                )
                dash = DASHES[number % len(DASHES)]
                look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
                drawn += f'<path {look} d="{path}"/>'
                if len(lines) <= MOST_NAMED + 1:
                    at = HEIGHT - BOTTOM - 12 - 18 * (len(lines) - 1 - number)
                    left = WIDTH - RIGHT - 6 - SAMPLE if is_roc else 76
                    place, anchor = (left - 6, "end") if is_roc else (left + SAMPLE + 6, "start")
                    drawn += f'<path {look} d="M{left} {at - 4}h{SAMPLE}"/>'
                    drawn += (
                        f'<text x="{place}" y="{at}" text-anchor="{anchor}" fill="{colour}">'
                        f"{escape(_name(line, panel, say))}</text>"
                    )
            return drawn

        return plot(0.0, 1.0, across=across, up=up, draw=paths, name=panel.name)

    def figure(self, panel: Panel, say: Say) -> Figure:
        lines, is_roc = panel.data["lines"], panel.data["is_roc"]
        traces = [_trace(line, plain(_name(line, panel, say), 40), is_roc=is_roc) for line in lines]
        if is_roc:
            traces.append(guide([0, 1], [0, 1], say(f"{WORDS}line_chance")))
        side = {"x": 1, "xanchor": "right"} if is_roc else {"x": 0, "xanchor": "left"}
        named = sum(bool(line["label"]) for line in lines)
        layout = {
            "xaxis": {"title": {"text": say(f"{WORDS}{panel.data['x']}")}, "range": [-0.01, 1.01]},
            "yaxis": {"title": {"text": say(f"{WORDS}{panel.data['y']}")}, "range": [-0.01, 1.02]},
            "showlegend": named <= MOST_NAMED,
            "hovermode": "closest",
            "legend": {**LEGEND, **side},
        }
        return Figure(traces, layout)


def _place(x: float, y: float, is_straight: bool) -> str:
    return f"L{x:.0f} {y:.0f}" if is_straight else f"V{y:.0f}H{x:.0f}"


def _name(line: Mapping[str, Any], panel: Panel, say: Say) -> str:
    label = cut(line["label"], 16) or say(WORDS + panel.data.get("all", "line_micro"))
    return f"{label} · {say(WORDS + panel.data['area'], area=format(line['area'], '.3f'))}"


def _trace(line: Mapping[str, Sequence[float]], name: str, *, is_roc: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": line["x"],
        "y": line["y"],
        "name": name,
        "line": {"width": 2, "shape": "linear" if is_roc else "vh"},
        "hovertemplate": f"{name}<br>%{{x:.3f}} · %{{y:.3f}}<extra></extra>",
    }


PANEL = Lines()
