"""Draws how each class fares: its rows, what was found of them, and how far its answers can be trusted."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table, cut

COLUMNS = ("class", "rows", "found", "recall", "precision", "f1", "auc")


class Classes(PanelKind):
    """Data: `rows`, one a class, with `intervals` of its shares."""

    def draw(self, panel: Panel, say: Say) -> Table:
        rows = panel.data["rows"]
        count = len(COLUMNS) - all(row["roc_auc"] is None for row in rows)
        heads = [say(f"pages.results.column_{key}") for key in COLUMNS[:count]]
        return Table(heads, [_line(row)[:count] for row in rows])


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    is_met = row["rows"] or row["named"]
    return (
        cut(row["label"]),
        f"{row['rows']:,}",
        f"{row['found']:,}",
        _share(row, "recall") if row["rows"] else "–",
        _share(row, "precision") if row["named"] else "–",
        _share(row, "f1") if is_met else "–",
        "–" if row["roc_auc"] is None else f"{row['roc_auc']:.3f}",
    )


def _share(row: Mapping[str, Any], name: str) -> str:
    low, high = row["intervals"][name]
    return f"{100 * row[name]:.1f} % ({100 * low:.0f}–{100 * high:.0f})"


PANEL = Classes()
