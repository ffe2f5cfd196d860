"""`data fill`: empty cells on the command line; it decides nothing that the service does not."""

import argparse
from dataclasses import asdict

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.filling import DROP, VALUE, WAYS, EmptyColumn
from bigmodel.core.message import Message
from bigmodel.services.studio import Services


def run_fill(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """List the columns with empty cells, or deal with those of one."""
    dataset = find_dataset(services, args.dataset)
    way = VALUE if args.value is not None else args.way
    if not (args.column and way):
        columns = services.filling.columns(OWNER, dataset.id)
        terminal.record({"columns": [asdict(each) for each in columns]})
        for each in columns:
            _list(each, terminal)
        if not columns:
            terminal.say("fill.none")
        return 0
    asked = (OWNER, dataset.id, args.column, way, args.value or "")
    if args.dry:
        found = services.filling.preview(*asked)
        terminal.say(
            "fill.dry_drop" if way == DROP else "fill.dry", changed=found.changed, rows=found.rows
        )
        for before, after in found.before_after:
            terminal.say("fill.row", before=before or "–", after=after or "–")
        terminal.record({"changed": found.changed, "rows": found.rows, "shown": found.before_after})
        return 0
    version = services.filling.fill(*asked).version
    terminal.say("fill.made", version=version.number, rows=version.summary.rows)
    told = {"dataset": dataset.id, "version": version.number, "rows": version.summary.rows}
    terminal.record(told | {"column": args.column, "way": way})
    return 0


def _list(column: EmptyColumn, terminal: Terminal) -> None:
    """Say how many cells of a column are empty, and what may be done with them."""
    role = terminal.tell(Message(f"filling.roles.{column.role}"))
    terminal.say("fill.column", column=column.name, role=role, empty=column.empty, rows=column.rows)
    if column.filled:
        terminal.say("fill.filled", value=column.filled)
    for way in WAYS:
        if way in column.ways:
            value = column.values.get(way, "VALUE" if way == VALUE else "")
            terminal.write(f"  --{way} {value}".rstrip())
