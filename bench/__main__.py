"""Run the measurements and print them beside their goals: `make bench`, or `make bench ARGS="web points"`."""

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import Figure

HERE = Path(__file__).parent
FRAME = {"__init__"}


def main(names: list[str]) -> int:
    """Run the named measurements, or all; return 1 when a goal is missed."""
    rooms = {path.stem: path.parent.name for path in HERE.glob("*/*.py") if path.stem not in FRAME}
    known = sorted(rooms)
    if unknown := set(names) - set(known):
        Console(stderr=True).print(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
        return 2
    console = Console(width=130)
    figures: list[Figure] = []
    for name in names or known:
        console.print(f"[bold]{name}[/bold] …")
        measured = importlib.import_module(f"bench.{rooms[name]}.{name}").run()
        console.print(_table(measured))
        figures += measured
    missed = [figure for figure in figures if figure.is_met is False]
    console.print(f"{len(figures)} figures, {len(missed)} below their goal")
    return 1 if missed else 0


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "measured", "goal", "")
    for figure in figures:
        verdict = {True: "met", False: "MISSED", None: ""}[figure.is_met]
        table.add_row(figure.name, f"{figure.value:,.4g} {figure.unit}", figure.goal, verdict)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
