"""Draws what each medium achieves alone, what all achieve together, and the difference with its interval."""

from collections.abc import Mapping
from typing import Any

from bigmodel.core.callbacks import Say
from bigmodel.core.results.panel import Panel, PanelKind, Table

WORDS = "pages.results."


class Gain(PanelKind):
    """Data: `rows` of what is seen with its measure, the last of all together; `gain` over the best alone; `is_share`."""

    def draw(self, panel: Panel, say: Say) -> Table:
        is_share, gain = panel.data["is_share"], panel.data["gain"]
        heads = [say(f"{WORDS}column_seen"), say(f"{WORDS}column_{'right' if is_share else 'r2'}")]
        rows = [_line(say(_name(row["name"])), row, is_share) for row in panel.data["rows"]]
        over = say(f"{WORDS}gain_over", alone=say(_name(gain["name"])))
        rows.append(_line(over, gain, is_share, sign="+"))
        return Table(
            [*heads, say(f"{WORDS}column_interval")], rows, about=say(f"{WORDS}gain_about")
        )


def _name(medium: str) -> str:
    return f"{WORDS}beside_{medium if medium == 'together' else f'alone_{medium}'}"


def _line(name: str, row: Mapping[str, Any], is_share: bool, sign: str = "") -> tuple[str, ...]:
    value, low, high = (
        f"{100 * row[key]:{sign}.1f}" if is_share else f"{row[key]:{sign}.3f}"
        for key in ("value", "low", "high")
    )
    unit = " %" if is_share else ""
    return name, f"{value}{unit}", f"{low} … {high}{unit}"


PANEL = Gain()
