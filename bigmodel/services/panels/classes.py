"""Draws how each class fares: its rows, what was found of them, and how far its answers can be trusted."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table, cut

COLUMNS = ("class", "rows", "found", "recall", "precision", "f1")
LAST = {"roc_auc": "auc", "average_precision": "ap"}  # a measure of the ranking, where there is one


class Classes(PanelKind):
    """Data: `rows`, one a class, with `intervals` of its shares; of boxes the average precision stands in place of the AUC."""

    def draw(self, panel: Panel, say: Say) -> Table:
        rows = panel.data["rows"]
        last = next((key for key in LAST if any(row.get(key) is not None for row in rows)), "")
        columns = (*COLUMNS, *([LAST[last]] if last else []))
        heads = [say(f"pages.results.column_{key}") for key in columns]
        return Table(heads, [_line(row, last) for row in rows])


def _line(row: Mapping[str, Any], last: str) -> tuple[str, ...]:
    is_met = row["rows"] or row["named"]
    ranked = row.get(last)
    end = ("–" if ranked is None else f"{ranked:.3f}",) if last else ()
    return (
        cut(row["label"]),
        f"{row['rows']:,}",
        f"{row['found']:,}",
        _share(row, "recall") if row["rows"] else "–",
        _share(row, "precision") if row["named"] else "–",
        _share(row, "f1") if is_met else "–",
        *end,
    )


def _share(row: Mapping[str, Any], name: str) -> str:
    low, high = row["intervals"][name]
    return f"{100 * row[name]:.1f} % ({100 * low:.0f}–{100 * high:.0f})"


PANEL = Classes()
