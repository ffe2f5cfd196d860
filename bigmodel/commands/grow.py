"""`data add|split|fill`: further rows, how rows are parted, and empty cells, on the command line; it decides nothing that the service does not."""

import argparse
import time
from dataclasses import asdict

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.checkup import DROP, VALUE, WAYS, EmptyColumn
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.splits import AT_RANDOM, GIVEN, GROUP, NAME, TIME
from bigmodel.core.message import Message
from bigmodel.services.datasets.append import append_sentences
from bigmodel.services.studio import Services

LOOK_S = 0.2


def run_add(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Add the rows of a file to a dataset and say what came in."""
    dataset = find_dataset(services, args.dataset)
    with terminal.bar(terminal.text("data.reading", name=args.file.name)) as move:
        grown = services.append.add_rows(
            OWNER,
            dataset.id,
            args.file,
            keep_repeated=args.keep_repeated,
            progress=lambda share: move(share, ""),
        )
    version = grown.dataset.version
    for message in append_sentences(grown.growth):
        terminal.write(terminal.tell(message))
    rows = version.summary.rows
    terminal.say("data.added", count=grown.added, version=version.number, rows=rows)
    told = {"dataset": dataset.id, "version": version.number, "rows": rows, "added": grown.added}
    terminal.record(told | asdict(grown.growth))
    return 0


def run_split(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Part the rows by a column or with an own test file, measure what that does, or list the columns that offer themselves."""
    dataset = find_dataset(services, args.dataset)
    if args.test:
        made = services.datasets.set_test_file(OWNER, dataset.id, args.test)
        return _told(made, terminal)
    by = {GROUP: args.group, TIME: args.time, GIVEN: args.given}
    by[NAME] = args.name_part and str(max(1, args.name_part) - 1)  # people count from 1
    key = next((f"{how}:{column}" for how, column in by.items() if column), "")
    key = AT_RANDOM if args.random else key
    if not key:
        choices = services.splits.choices(dataset)
        terminal.record({"choices": [each.key for each in choices]})
        for each in choices:
            place = int(each.key.partition(":")[2]) + 1 if each.how == NAME else 0
            terminal.say(f"split.{each.how}", column=each.column, count=each.count, place=place)
        if not choices:
            terminal.say("split.none")
        return 0
    if args.measure and key != AT_RANDOM and not args.given:
        return _measured(dataset, key, services, terminal)
    return _told(services.splits.part(OWNER, dataset.id, key), terminal)


def _told(made: Dataset, terminal: Terminal) -> int:
    """Say how the rows are parted now."""
    parts = made.version.summary.split_rows
    named = {name: parts.get(name, 0) for name in ("train", "validation", "test")}
    terminal.say("split.made", version=made.version.number, **named)
    terminal.record({"dataset": made.id, "version": made.version.number, "split_rows": dict(parts)})
    return 0


def _measured(dataset: Dataset, key: str, services: Services, terminal: Terminal) -> int:
    """Measure with the instant model what a choice does to its score, and wait for it."""
    services.splits.start(OWNER, dataset.id, key)
    with terminal.bar(dataset.name) as move:
        while (look := services.splits.look(OWNER, dataset.id))[0] is None:
            move(look[1] or 0.0, "")
            time.sleep(LOOK_S)
    found = look[0]
    terminal.record(found.to_json() | {"matters": found.matters})
    if found.error:
        terminal.write(terminal.tell(found.error))
        return 1
    terminal.write(terminal.tell(found.sentence))
    return 0


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
