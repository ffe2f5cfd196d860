"""Draws a confusion matrix: rows of each true class by the class that was answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Figure, Panel, PanelKind, Table, cut, plain

WORDS = "pages.results."
MOST_IN_TABLE = 20  # classes that fit on paper
MOST_CONFUSIONS = 20
MOST_IN_PICTURE = 10
MOST_NUMBERED = 12  # classes up to which each cell of the figure shows its number
MOST_IN_HALF = 6  # classes whose matrix is read beside another panel
MOST_NAMED = 8  # classes whose names stand straight
NAME_CHARACTERS = 14
LABEL_CHARACTERS = 60
SCALE = [[0.0, "rgba(13,148,136,0.04)"], [1.0, "rgba(13,148,136,0.6)"]]
Counts = Sequence[Sequence[int]]  # (truth, answer)
Shares = Sequence[Sequence[float]]


class Confusion(PanelKind):
    """Data: `labels`, and `rows` with the counts of each true class."""

    def is_half(self, panel: Panel) -> bool:
        return len(panel.data["labels"]) <= MOST_IN_HALF

    def draw(self, panel: Panel, say: Say) -> Table:
        """Return the matrix, or its largest confusions where a matrix would be wider than any paper."""
        labels, counts = panel.data["labels"], panel.data["rows"]
        if len(labels) > MOST_IN_TABLE:
            return _confusions(labels, counts, say)
        names, shares = [cut(label, LABEL_CHARACTERS) for label in labels], _shares(counts)
        rows = [
            (name, *(f"{n:,} ({percent(share)})" for n, share in zip(row, line, strict=True)))
            for name, row, line in zip(names, counts, shares, strict=True)
        ]
        corner = f"{say(f'{WORDS}axis_truth')} ↓ · {say(f'{WORDS}axis_answer')} →"
        return Table((corner, *names), rows, shades=shares, about=say("show.page.matrix_about"))

    def figure(self, panel: Panel, say: Say) -> Figure:
        """Return the matrix coloured by the share of its row.

        Axes are numbered and only labelled with class names, so that names cut to the same letters stay apart.
        """
        labels, counts = panel.data["labels"], panel.data["rows"]
        shares, names = _shares(counts), [plain(label, NAME_CHARACTERS) for label in labels]
        places = list(range(len(names)))
        trace = {
            "type": "heatmap", "x": places, "y": places, "z": shares, "zmin": 0, "zmax": 1,
            "colorscale": SCALE, "showscale": False, "xgap": 2, "ygap": 2,
            "hoverinfo": "text", "hovertext": _hover(labels, counts, shares, say),
        }  # fmt: skip
        truths = _axis(names, say(f"{WORDS}axis_truth"))
        layout = {
            "xaxis": _axis(names, say(f"{WORDS}axis_answer")),
            "yaxis": {**truths, "autorange": "reversed", "tickangle": 0},
            "dragmode": False,
            "margin": {"t": 12},
        }
        texts = (
            ("counts", [[f"{count:,}" for count in row] for row in counts]),
            ("shares", [[percent(share) for share in row] for row in shares]),
        )
        choices = [
            (say(f"{WORDS}{name}"), {"annotations": _numbers(cells)}) for name, cells in texts
        ]
        return Figure([trace], layout, say(f"{WORDS}matrix_about"), choices)

    def pick(self, panel: Panel, x: int, y: int) -> tuple[str, str]:
        """Return the true class and the answer of a cell."""
        labels = panel.data["labels"]
        return labels[y], labels[x]

    def picture(self, panel: Panel, say: Say) -> Mapping[str, Any]:
        """Return the matrix of the classes with the most rows, in their usual order."""
        labels, counts = panel.data["labels"], panel.data["rows"]
        rows = [sum(row) for row in counts]
        largest = sorted(range(len(rows)), key=lambda at: -rows[at])[:MOST_IN_PICTURE]
        chosen, shown = sorted(largest), {"shown": len(largest), "count": len(rows)}
        return {
            "labels": [labels[i] for i in chosen],
            "rows": [rows[i] for i in chosen],
            "matrix": [[counts[i][j] for j in chosen] for i in chosen],
            "note": say("pages.share.picture.more", **shown) if len(chosen) < len(rows) else "",
        }


def percent(share: float) -> str:
    """Return a share as per cent; only a true zero and a true whole look like it."""
    text = f"{100 * share:.0f}"
    if (text == "0" and share > 0) or (text == "100" and share < 1):
        text = f"{100 * share:.1f}"
    return f"{text} %"


def _shares(counts: Counts) -> Shares:
    return [[count / max(1, sum(row)) for count in row] for row in counts]


def _confusions(labels: Sequence[str], counts: Counts, say: Say) -> Table:
    found = sorted(
        (
            (counts[i][j], truth, answer)
            for i, truth in enumerate(labels)
            for j, answer in enumerate(labels)
            if i != j and counts[i][j]
        ),
        key=lambda one: -one[0],
    )
    heads = [say(f"{WORDS}{key}") for key in ("column_truth", "column_answer", "counts")]
    rows = [(cut(truth), cut(answer), f"{n:,}") for n, truth, answer in found[:MOST_CONFUSIONS]]
    return Table(heads, rows, 2, about=say("show.page.confusions", classes=len(labels)))


def _hover(labels: Sequence[str], counts: Counts, shares: Shares, say: Say) -> list[list[str]]:
    names, key = [plain(label) for label in labels], f"{WORDS}cell"
    return [
        [
            say(key, truth=truth, answer=answer, count=f"{counts[i][j]:,}", share=percent(shares[i][j]))
            for j, answer in enumerate(names)
        ]
        for i, truth in enumerate(names)
    ]  # fmt: skip


def _numbers(texts: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return the numbers of the cells as annotations, which take the colour of the page's text."""
    count = len(texts)
    size = 15 if count <= 4 else 12 if count <= 7 else 10
    look = {"showarrow": False, "font": {"size": size}, "captureevents": False}
    if count > MOST_NUMBERED:
        return []
    return [
        {"x": j, "y": i, "text": text, **look}
        for i, row in enumerate(texts)
        for j, text in enumerate(row)
    ]


def _axis(names: Sequence[str], title: str) -> dict[str, Any]:
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


PANEL = Confusion()
