"""`data check|clean|fill|doubts`: the check-up of a dataset and its repairs on the command line; it decides nothing that the services do not."""

import argparse
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.checkup import (
    DROP,
    VALUE,
    WAYS,
    Checkup,
    EmptyColumn,
    Finding,
    RepairPreview,
)  # fmt: skip
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.message import Message
from bigmodel.core.task import Medium
from bigmodel.services.studio import Services

T = TypeVar("T")
LOOK_S = 0.2
SHOWN_DOUBTS = 10


def run_check(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Look at every row and list what was found, or do what one finding offers, or take the last repair back."""
    dataset = find_dataset(services, args.dataset)
    if args.undo:
        return _told(services.checkup.undo(OWNER, dataset.id), terminal)
    found = _looked(dataset, services, terminal)
    if found.report is None:
        terminal.write(terminal.tell(found.error) if found.error else "")
        return 1
    if args.repair and args.dry:
        return _shown(services.checkup.preview(OWNER, dataset.id, args.repair), terminal)
    if args.repair:
        return _told(services.checkup.repair(OWNER, dataset.id, args.repair), terminal)
    report = found.report
    terminal.record(report.to_json())
    key = "found" if report.findings else "none"
    args_of = {"count": len(report.findings), "kinds": report.kinds, "rows": report.rows}
    terminal.write(terminal.tell(Message(f"checkup.{key}", args_of)))
    for each in report.findings:
        _list_finding(each, terminal)
    return 0


def run_clean(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Clean the texts, pictures or recordings by these steps and no others, or show what that would change."""
    dataset = find_dataset(services, args.dataset)
    if args.dry:
        found = services.checkup.preview_cleaning(OWNER, dataset.id, args.steps)
        is_text = dataset.version.recipe.medium == Medium.TEXT
        return _shown(found, terminal, "" if is_text else "cleaning.media_preview")
    with terminal.bar(dataset.name) as move:
        made = services.checkup.clean(OWNER, dataset.id, args.steps, lambda share: move(share, ""))
    return _told(made, terminal)


def run_doubts(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """List the rows whose label looks wrong, the most doubtful first."""
    dataset = find_dataset(services, args.dataset)
    services.suspects.start(OWNER, dataset.id)
    found, _ = _waited(
        lambda: services.suspects.look(OWNER, dataset.id),
        lambda look: look[0] is not None,
        lambda look: look[1],
        dataset,
        terminal,
    )
    assert found is not None  # noqa: S101 - it was waited for
    if found.error:
        terminal.write(terminal.tell(found.error))
        return 1
    terminal.record(found.to_json())
    rows = [
        (each.label, each.guess, f"{100 * each.share:.0f} %", " ".join(each.shown.split()))
        for each in found.suspects[:SHOWN_DOUBTS]
    ]
    terminal.table(("label", "guess", "certainty", "text"), rows)
    return 0


def _looked(dataset: Dataset, services: Services, terminal: Terminal) -> Checkup:
    """Return the check-up of a dataset, done now unless it was."""
    services.checkup.start(OWNER, dataset.id)
    return _waited(
        lambda: services.checkup.look(OWNER, dataset.id),
        lambda look: look.report is not None or look.error is not None,
        lambda look: look.share,
        dataset,
        terminal,
    )


def _waited(
    look: Callable[[], T],
    is_done: Callable[[T], bool],
    share: Callable[[T], float | None],
    dataset: Dataset,
    terminal: Terminal,
) -> T:
    """Return what a look in the background came to, showing a bar until then."""
    with terminal.bar(dataset.name) as move:
        while not is_done(found := look()):
            move(share(found) or 0.0, "")
            time.sleep(LOOK_S)
    return found


def _list_finding(found: Finding, terminal: Terminal) -> None:
    words, told = f"checkup.kinds.{found.kind}", {"count": found.count, **found.args}
    repair = f"  (--repair {found.kind})" if found.repair else ""
    terminal.write(f"! {terminal.tell(Message(f'{words}.what', told))}{repair}")
    for each in found.examples:
        note = f" → {each.note}" if each.note else ""
        terminal.write(f"    {' '.join(each.text.split())}{note}")


def _shown(preview: RepairPreview, terminal: Terminal, key: str = "") -> int:
    """Say what a repair would change, with rows before and after."""
    told = {"changed": preview.changed, "rows": preview.rows}
    key = (
        key
        or ("cleaning.media_preview" if preview.files else "")
        or f"checkup.preview_{preview.finding.repair.value}"
    )
    terminal.write(terminal.tell(Message(key, told)))
    for before, after in preview.before_after:
        terminal.say("fill.row", before=before or "–", after=after or "–")
    terminal.record(told | {"shown": preview.before_after})
    return 0


def _told(made: Dataset, terminal: Terminal) -> int:
    """Say which version was made."""
    version = made.version
    told = {"version": version.number, "rows": version.summary.rows}
    terminal.say("fill.made", **told)
    terminal.record({"dataset": made.id} | told)
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
