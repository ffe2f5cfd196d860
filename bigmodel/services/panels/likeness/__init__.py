"""Draws how like voices are to people: two humps with the threshold between them, or a matrix of who is like whom."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table, cut
from bigmodel.services.panels.likeness import humps

WORDS = "pages.results."
MOST_IN_TABLE = 20  # people who fit on paper
MOST_PAIRS = 20
NAME_CHARACTERS = 30


class Likeness(PanelKind):
    """Data: of humps `own` and `others` (shares a bin), `low`, `high`, `steps` and the place `at` of the threshold; or of a matrix `labels` and `rows`, None for people who said nothing."""

    def is_half(self, panel: Panel) -> bool:
        return "own" in panel.data

    def draw(self, panel: Panel, say: Say) -> Table | str:
        return humps.draw(panel.data, say) if "own" in panel.data else _matrix(panel.data, say)


def _matrix(data: Mapping[str, Any], say: Say) -> Table:
    """Return the matrix, or the pairs that are likest where it would be wider than any paper."""
    labels, rows = data["labels"], data["rows"]
    about = say(f"{WORDS}likeness_about")
    if len(labels) <= MOST_IN_TABLE:
        names = [cut(label, NAME_CHARACTERS) for label in labels]
        cells = [
            (name, *("–" if share is None else f"{100 * share:.0f} %" for share in row))
            for name, row in zip(names, rows, strict=True)
        ]
        shades = [[share or 0.0 for share in row] for row in rows]
        return Table((say(f"{WORDS}likeness_corner"), *names), cells, shades=shades, about=about)
    pairs = sorted(
        (
            (share, labels[i], labels[j])
            for i, row in enumerate(rows)
            for j, share in enumerate(row)
            if i != j and share is not None
        ),
        key=lambda pair: -pair[0],
    )
    heads = [say(f"{WORDS}{key}") for key in ("likeness_speaks", "likeness_like", "likeness")]
    lines = [(cut(one), cut(other), f"{100 * share:.0f} %") for share, one, other in pairs]
    return Table(heads, lines[:MOST_PAIRS], 2, about=about)


PANEL = Likeness()
