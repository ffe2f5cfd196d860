"""A score as a ring: its value, its interval as a paler arc, and a tick where the instant model stands."""

import html
from collections.abc import Mapping
from math import cos, pi, sin

from bigmodel.core.callbacks import Say
from bigmodel.core.metric import Metric, metric
from bigmodel.core.results.results import Measure, Results

RADIUS = 42.0
ROUND = 2 * pi * RADIUS
FITTING = 6  # signs within the ring at full size: "87.5 %"


def of_results(results: Results, say: Say) -> str:
    """Return the ring of the leading measure, "" where that is no share."""
    name = next(iter(results.measures), "")
    if not name or not (kind := results.metric(name)).is_share:
        return ""
    instant = results.beside.get("instant", {}).get(name)
    return ring(results.measures[name], kind, say, instant=instant)


def of_numbers(numbers: Mapping[str, float], say: Say, own: tuple[Metric, ...] = ()) -> str:
    """Return the ring of the leading number of a model, "" where that is no share."""
    name = next(iter(numbers), "")
    if not name or not metric(name, own).is_share:
        return ""
    return ring(Measure(numbers[name]), metric(name, own), say)


def ring(measure: Measure, kind: Metric, say: Say, *, instant: Measure | None = None) -> str:
    """Return a ring. Of a measure of errors the arc is what is free of them, and the number is the measure."""
    name = kind.short or say(kind.title)
    value = kind.text(measure.value)
    spoken = f"{name}: {value}"
    arcs = _arc(0, _filled(measure.value, kind), "is-value")
    if measure.has_interval:
        ends = sorted((_filled(measure.low, kind), _filled(measure.high, kind)))
        arcs += _arc(ends[0], ends[1], "is-interval")
        spoken += f" ({kind.interval(measure.low, measure.high)})"
    legend = ""
    if instant is not None:
        arcs += _tick(_filled(instant.value, kind))
        number = kind.text(instant.value).replace(" ", "\N{NO-BREAK SPACE}")
        said = say("pages.results.ring_instant", value=number)
        legend, spoken = f"<small>{html.escape(said)}</small>", f"{spoken}. {said}"
    size = ' class="is-long"' if len(value) > FITTING else ""
    picture = (
        f'<svg viewBox="0 0 100 100" role="img" aria-label="{html.escape(spoken, quote=True)}">'
        f'<circle cx="50" cy="50" r="{RADIUS:g}" class="is-ground"/>{arcs}'
        f'<text x="50" y="55" text-anchor="middle"{size}>{html.escape(value)}</text></svg>'
    )
    return f'<div class="bm-ring">{picture}<span>{html.escape(name)}</span>{legend}</div>'


def _filled(value: float, kind: Metric) -> float:
    share = value if kind.higher_is_better else 1 - value
    return min(1.0, max(0.0, share))


def _arc(start: float, end: float, kind: str) -> str:
    return (
        f'<circle cx="50" cy="50" r="{RADIUS:g}" class="{kind}" transform="rotate({360 * start - 90:.1f} 50 50)"'
        f' stroke-dasharray="{ROUND * (end - start):.2f} {ROUND:.2f}"/>'
    )


def _tick(share: float) -> str:
    angle = 2 * pi * share - pi / 2
    x, y = cos(angle), sin(angle)
    near, far = RADIUS - 6, RADIUS + 7
    return (
        f'<line x1="{50 + near * x:.1f}" y1="{50 + near * y:.1f}"'
        f' x2="{50 + far * x:.1f}" y2="{50 + far * y:.1f}" class="is-tick"/>'
    )
