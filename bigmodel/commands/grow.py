"""`data add|split|labels`: further rows, how rows are parted, and how far sorting has come, on the command line; it decides nothing that the service does not."""

import argparse
import time
from dataclasses import asdict

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.splits import AT_RANDOM, GIVEN, GROUP, NAME, TIME
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


def run_labels(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Count the labels of each class, by hand and as they came."""
    dataset = find_dataset(services, args.dataset)
    view = services.labelling.look(OWNER, dataset.id)
    missing = dict(view.missing)
    terminal.record(
        {
            "dataset": dataset.id,
            "name": dataset.name,
            "classes": [
                {"name": c.name, "count": c.count, "by_hand": c.by_hand} for c in view.classes
            ],
            "sorted": view.done,
            "to_sort": view.total - view.done,
            "skipped": view.skipped,
            "missing": missing,
            "enough": view.is_enough,
        }
    )
    terminal.say("labels.progress", done=view.done, total=view.total, name=dataset.name)
    rows = [
        [c.name, str(c.count), str(c.by_hand), str(missing.get(c.name, 0))] for c in view.classes
    ]
    if rows:
        terminal.table(["class", "labels", "by_hand", "missing"], rows)
    return 0
