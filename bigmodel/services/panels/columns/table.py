"""The columns that a model answers at once in a table: how good each is, beside a model of its own and simpler ones."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.metric import metric
from bigmodel.core.results.panel import Panel, Table, cut

LEADS = {
    "label": ("accuracy", "macro_f1"),
    "number": ("mae", "r2"),
    "spans": ("entity_f1", "entity_precision", "entity_recall"),
}
WORDS = "pages.results."


def table(panel: Panel, say: Say) -> Table:
    """Return each column's measures beside those of other models.

    Data: `rows`, one a column, and the `cost` of one model for all beside a model for each, None where there are none.
    """
    rows, cost = panel.data["rows"], panel.data["cost"]
    others = [name for name in ("apart", "instant", "guess") if any(name in row for row in rows)]
    keys = ("target", "measure", "shared", *others, *(("gain", "verdict") if cost else ()))
    heads = [say(f"{WORDS}column_{key}") for key in keys]
    lines = [_line(row, name, others, say, has_cost=bool(cost)) for row in rows for name in LEADS[row["kind"]]]  # fmt: skip
    return Table(heads, lines, 2, about=_about(cost, say) if cost else "")


def _line(
    row: Mapping[str, Any], name: str, others: list[str], say: Say, *, has_cost: bool
) -> tuple[str, ...]:
    known = metric(name)
    cells = [cut(row["column"]), say(known.title), _with_ends(row, name)]
    cells += [_text(row.get(other), name) for other in others]
    if has_cost:
        found = row["differences"].get(name)
        cells.append(_difference(found, is_share=known.is_share) if found else "–")
        cells.append(say(f"{WORDS}verdict_{row['verdict']}") if found and row["verdict"] else "–")
    return tuple(cells)


def _with_ends(row: Mapping[str, Any], name: str) -> str:
    text = _text(row["measures"], name)
    ends = row["intervals"].get(name)
    return f"{text} ({metric(name).interval(*ends)})" if ends else text


def _text(measures: Mapping[str, float] | None, name: str) -> str:
    value = (measures or {}).get(name)
    return "–" if value is None else metric(name).text(value)


def _difference(ends: list[float], *, is_share: bool) -> str:
    if is_share:
        value, low, high = (f"{100 * end:+.1f}" for end in ends)
        return f"{value} ({low} – {high})"
    value, low, high = (f"{end:+.3g}" for end in ends)
    return f"{value} ({low} – {high})"


def _about(cost: Mapping[str, float], say: Say) -> str:
    return say(
        f"{WORDS}sharing_cost",
        parameters=f"{cost['parameters'] / 1e6:.2f}",
        parameters_apart=f"{cost['parameters_apart'] / 1e6:.2f}",
        seconds=f"{cost['seconds']:.1f}",
        seconds_apart=f"{cost['seconds_apart']:.1f}",
    )
