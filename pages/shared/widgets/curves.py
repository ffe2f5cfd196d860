"""Live curves of a training as values for `chart`: pure functions of curves and words; no point is computed here."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bigmodel.core.metric import Metric, metric
from bigmodel.core.results.panel import plain
from pages.shared.widgets.chart import figure

LOSS, QUALITY, RATE = "loss", "quality", "rate"
KINDS = (LOSS, QUALITY, RATE)
COLOURS = ("#0d9488", "#d97706", "#7c3aed", "#64748b")  # readable in light and in dark
BAND = "rgba(13,148,136,0.18)"
MOST_MARKED = 60  # points up to which each is marked


class Curve(Protocol):
    """What is drawn of a curve: a mean at each step, and its bounds where it was rolled up."""

    @property
    def name(self) -> str: ...
    @property
    def steps(self) -> Sequence[int]: ...
    @property
    def values(self) -> Sequence[float]: ...
    @property
    def low(self) -> Sequence[float]: ...
    @property
    def high(self) -> Sequence[float]: ...


Word = Callable[
    [str], str
]  # the name of a curve or an axis by the end of its key; plain() where unknown


def kind_of(name: str) -> str:
    """Return on which chart a curve belongs."""
    last = name.rsplit("/", 1)[-1]
    if last == "loss":
        return LOSS
    return RATE if last == "learning_rate" else QUALITY


def draw(
    run: str, curves: Sequence[Curve], word: Word, own: Sequence[Metric] = ()
) -> dict[str, str | None]:
    """Return the value of each chart, None where no curve belongs on it yet; `own` are measures of the task."""
    of_kind = {kind: [curve for curve in curves if kind_of(curve.name) == kind] for kind in KINDS}
    return {kind: _chart(run, kind, found, word, own) for kind, found in of_kind.items()}


def _chart(
    run: str, kind: str, curves: Sequence[Curve], word: Word, own: Sequence[Metric]
) -> str | None:
    if not curves:
        return None
    metrics = [metric(_last(curve), own) for curve in curves]
    is_error = any(found.has_target_unit for found in metrics)
    is_share = not is_error and any(found.is_share for found in metrics)
    traces: list[dict[str, Any]] = []
    for place, curve in enumerate(curves):
        if curve.low and len(curves) <= 2 and curve.name.startswith("train/"):
            traces += _band(curve)
        is_second = is_error and _last(curve) == "r2"
        traces.append(_line(curve, COLOURS[place % len(COLOURS)], word, is_second=is_second))
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": plain(word("axis_step"))}, "rangemode": "tozero"},
        "yaxis": {"rangemode": "normal"},
        "hovermode": "x unified",
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "margin": {"l": 52, "r": 16, "t": 36, "b": 44},
    }
    if kind == QUALITY and is_share:
        layout["yaxis"] = {"tickformat": ".1~%"}
    if is_error and any(_last(curve) == "r2" for curve in curves):
        layout["yaxis2"] = {
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickformat": ".2f",
            "nticks": 4,
        }
    if kind == RATE:
        layout["yaxis"] = {"exponentformat": "power", "rangemode": "tozero"}
    return figure(run, traces, layout)


def _line(curve: Curve, colour: str, word: Word, *, is_second: bool) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines+markers" if len(curve.steps) <= MOST_MARKED else "lines",
        "name": plain(word(curve.name)),
        "x": list(curve.steps),
        "y": [_short(value) for value in curve.values],
        "line": {"color": colour, "width": 2},
        "marker": {"size": 5},
        "uid": _uid(curve),
    }
    return trace | ({"yaxis": "y2"} if is_second else {})


def _band(curve: Curve) -> list[dict[str, Any]]:
    """Return the range that rolled-up points cover, behind their mean."""
    common = {
        "type": "scatter",
        "mode": "lines",
        "x": list(curve.steps),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return [
        {**common, "y": [_short(value) for value in curve.low], "uid": f"{_uid(curve)}-low"},
        {
            **common,
            "y": [_short(value) for value in curve.high],
            "fill": "tonexty",
            "fillcolor": BAND,
            "uid": f"{_uid(curve)}-high",
        },
    ]


def _uid(curve: Curve) -> str:
    """Return what a line is known by when it is drawn again: Plotly writes it into a selector."""
    return re.sub(r"\W", "-", curve.name)


def _short(value: float) -> float:
    """Return as many digits as a pixel can show."""
    return float(f"{value:.5g}")


def _last(curve: Curve) -> str:
    return curve.name.rsplit("/", 1)[-1]
