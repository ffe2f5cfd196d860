"""Figures of an evaluation as values for `chart`: pure functions of results and words, which measure nothing.

Axes are numbered and only labelled with class names, so that names cut to the same letters stay apart.
Colours are half transparent, so that text stays readable on them in light and in dark.
"""

from collections.abc import Callable, Sequence
from typing import Any

from bigmodel.core.results.results import Line, Results
from pages.shared.widgets.chart import figure, plain

MOST_NUMBERED = 12  # classes up to which each cell of the matrix shows its number
MOST_NAMED = 8  # lines up to which a legend helps
NAME_CHARACTERS = 14
SCALE = [[0.0, "rgba(13,148,136,0.04)"], [1.0, "rgba(13,148,136,0.6)"]]
GUIDE = {"color": "rgba(128,128,128,0.7)", "dash": "dot", "width": 1}
LEGEND = {
    "orientation": "v",
    "font": {"size": 11},
    "y": 0.02,
    "yanchor": "bottom",
    "bgcolor": "rgba(128,128,128,0.08)",
}
DOTS = {"color": "rgba(13,148,136,0.55)", "size": 6}

Word = Callable[[str], str]  # words of the page by the end of their key, arguments still open


def confusion_figure(run: str, results: Results, word: Word, *, as_shares: bool) -> str:
    """Return the matrix of true classes (rows) and answers (columns), coloured by the share of its row."""
    shares = [
        [count / max(1, sum(row)) for count in row] for row in results.confusion
    ]  # (truth, answer)
    names = [plain(label, NAME_CHARACTERS) for label in results.labels]
    count = len(names)
    trace = {
        "type": "heatmap",
        "x": list(range(count)),
        "y": list(range(count)),
        "z": shares,
        "zmin": 0,
        "zmax": 1,
        "colorscale": SCALE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "text",
        "hovertext": _cell_texts(results, shares, word("cell")),
    }
    layout = {
        "xaxis": _class_axis(names, word("axis_answer")),
        "yaxis": {
            **_class_axis(names, word("axis_truth")),
            "autorange": "reversed",
            "tickangle": 0,
        },
        "annotations": _cell_numbers(results, shares, as_shares=as_shares),
        "dragmode": False,
        "margin": {"t": 12},
    }
    return figure(run, [trace], layout)


def roc_figure(run: str, results: Results, word: Word) -> str:
    """Return the ROC lines, that of all classes at once last."""
    *lines, micro = results.roc  # the line over all classes comes last
    lines.append(Line(word("line_micro"), micro.x, micro.y, micro.area))
    traces = [_line_trace(line, word("area_roc")) for line in lines]
    traces.append(_guide([0, 1], [0, 1], word("line_chance")))
    layout = _rate_layout(len(lines), word("axis_false"), word("axis_true"))
    return figure(run, traces, {**layout, "legend": {**LEGEND, "x": 1, "xanchor": "right"}})


def precision_recall_figure(run: str, results: Results, word: Word) -> str:
    """Return the precision-recall lines."""
    traces = [
        _line_trace(line, word("area_precision_recall"), shape="vh")
        for line in results.precision_recall
    ]
    layout = _rate_layout(len(traces), word("axis_recall"), word("axis_precision"))
    return figure(run, traces, {**layout, "legend": {**LEGEND, "x": 0, "xanchor": "left"}})


def pairs_figure(run: str, results: Results, word: Word) -> str:
    """Return predicted against true numbers."""
    true = [pair[0] for pair in results.pairs]
    answered = [pair[1] for pair in results.pairs]
    ends = [min(*true, *answered), max(*true, *answered)] if true else [0.0, 1.0]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": true,
        "y": answered,
        "marker": DOTS,
        "name": "",
        "showlegend": False,
        "hovertemplate": "%{x} → %{y:.5g}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": word("axis_true_number")}},
        "yaxis": {"title": {"text": word("axis_answer_number")}},
        "hovermode": "closest",
        "legend": {"orientation": "v", "x": 0, "y": 1},
    }
    return figure(run, [_guide(ends, ends, word("line_exact")), dots], layout)


def _cell_texts(
    results: Results, shares: Sequence[Sequence[float]], sentence: str
) -> list[list[str]]:
    names = [plain(label) for label in results.labels]
    return [
        [
            sentence.format(
                truth=names[i],
                answer=names[j],
                count=f"{results.confusion[i][j]:,}",
                share=_percent(shares[i][j]),
            )
            for j in range(len(names))
        ]
        for i in range(len(names))
    ]


def _cell_numbers(
    results: Results, shares: Sequence[Sequence[float]], *, as_shares: bool
) -> list[dict[str, Any]]:
    """Return the numbers of the cells as annotations, which take the colour of the page's text."""
    count = len(results.labels)
    if count > MOST_NUMBERED:
        return []
    return [
        {
            "x": j,
            "y": i,
            "text": _percent(shares[i][j]) if as_shares else f"{results.confusion[i][j]:,}",
            "showarrow": False,
            "font": {"size": 15 if count <= 4 else 12 if count <= 7 else 10},
            "captureevents": False,
        }
        for i in range(count)
        for j in range(count)
    ]


def _class_axis(names: Sequence[str], title: str) -> dict[str, Any]:
    return {
        "title": {"text": title},
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "tickfont": {"size": 13 if len(names) <= MOST_NAMED else 10},
        "tickangle": "auto" if len(names) <= MOST_NAMED else -60,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "range": [-0.5, len(names) - 0.5],
    }


def _line_trace(line: Line, area: str, shape: str = "linear") -> dict[str, Any]:
    name = f"{plain(line.label, 16)} · {area.format(area=f'{line.area:.3f}')}"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(line.x),
        "y": list(line.y),
        "name": name,
        "line": {"width": 2, "shape": shape},
        "hovertemplate": f"{name}<br>%{{x:.3f}} · %{{y:.3f}}<extra></extra>",
    }


def _guide(x: Sequence[float], y: Sequence[float], name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "name": name,
        "line": GUIDE,
        "hoverinfo": "skip",
    }


def _rate_layout(lines: int, x: str, y: str) -> dict[str, Any]:
    return {
        "xaxis": {"title": {"text": x}, "range": [-0.01, 1.01]},
        "yaxis": {"title": {"text": y}, "range": [-0.01, 1.02]},
        "showlegend": lines <= MOST_NAMED,
        "hovermode": "closest",
    }


def _percent(share: float) -> str:
    """Return a share as per cent; only a true zero and a true whole look like it."""
    text = f"{100 * share:.0f}"
    if (text == "0" and share > 0) or (text == "100" and share < 1):
        text = f"{100 * share:.1f}"
    return f"{text} %"
