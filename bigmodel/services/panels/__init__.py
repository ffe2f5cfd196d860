"""Drawing evaluations and answers: one module a kind of panel, found by its name; nothing is measured here."""

import importlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import escape
from importlib.util import find_spec

from bigmodel.core.callbacks import Say
from bigmodel.core.metric import Metric
from bigmodel.core.results.panel import Panel, PanelKind, Table
from bigmodel.core.results.results import Measure, Results

_NAME = re.compile(r"[a-z]\w*")
_OF_TASK = re.compile(r"[a-z]\w*\.[a-z]\w*")
UNKNOWN = "cells"


def kind_of(panel: Panel) -> PanelKind:
    """Return what draws a panel: of this package, else of a task's folder; one of an unknown kind is drawn as its cells."""
    name = f"{__name__}.{UNKNOWN}"
    if _NAME.fullmatch(panel.kind) and find_spec(f"{__name__}.{panel.kind}"):
        name = f"{__name__}.{panel.kind}"
    elif _OF_TASK.fullmatch(panel.kind):
        with suppress(ModuleNotFoundError):  # the task has gone since
            name = (
                f"bigmodel.tasks.{panel.kind}"
                if find_spec(f"bigmodel.tasks.{panel.kind}")
                else name
            )
    found: PanelKind = importlib.import_module(name).PANEL
    return found


def draw(panel: Panel, say: Say) -> Table | str:
    """Return a panel as a table, or as HTML that loads nothing."""
    return kind_of(panel).draw(panel, say)


def html(panel: Panel, say: Say) -> str:
    """Return a panel as HTML that loads nothing."""
    drawn = draw(panel, say)
    return drawn.html(f"results-{panel.name}-table") if isinstance(drawn, Table) else drawn


def over(panel: Panel | None, say: Say) -> str:
    """Return what lies over the picture of a row, as SVG that fills it."""
    return kind_of(panel).over(panel, say) if panel else ""


def title(panel: Panel, say: Say) -> str:
    """Return what stands above a panel, after the column that it is about; one without a title has nothing."""
    named = say(panel.title) if panel.title else ""
    return f"{panel.of} · {named}" if panel.of else named


def answer_html(panel: Panel, say: Say) -> str:
    """Return an answer as the demo tabs, the demo alone and the phone show it: no style in it, nothing loaded."""
    head = f'<div class="bm-muted">{escape(title(panel, say))}</div>' if panel.title else ""
    return head + html(panel, say)


def measure_table(results: Results, say: Say) -> Table:
    """Return every measure with its interval, and the same of what stands beside."""
    heads = [say(f"pages.results.column_{key}") for key in ("measure", "value", "interval")]
    heads += [say(f"pages.results.beside_{name}") for name in results.beside]
    if results.ahead:
        heads.append(say("pages.results.column_ahead"))
    return Table(heads, list(_measures(results, say)))


def _measures(results: Results, say: Say) -> Iterator[Sequence[str]]:
    for name, measure in results.measures.items():
        metric = results.metric(name)
        interval = metric.interval(measure.low, measure.high) if measure.has_interval else "–"
        beside = (others.get(name) for others in results.beside.values())
        others = ["–" if other is None else metric.text(other.value) for other in beside]
        ahead = [_ahead(metric, results.ahead.get(name))] if results.ahead else []
        yield say(metric.title), metric.text(measure.value), interval, *others, *ahead


def _ahead(metric: Metric, difference: Measure | None) -> str:
    """Return a difference with its sign, the ends of its interval behind it."""
    if difference is None:
        return "–"
    scale, style = (100, "+.1f") if metric.is_share else (1, "+,.3g")
    numbers = (difference.value, difference.low, difference.high)
    value, low, high = (f"{scale * number:{style}}".replace("-", "\u2212") for number in numbers)
    return f"{value} ({low} … {high})" if difference.has_interval else value
