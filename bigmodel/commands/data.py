"""`data import|list|show|export|delete`: datasets on the command line; it decides nothing that the service does not."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from bigmodel.commands.reference import OWNER, find_dataset, find_job
from bigmodel.commands.terminal import Terminal, local_time
from bigmodel.core.datasets.card import CARD_FIELDS
from bigmodel.core.datasets.dataset import Dataset, Form, Summary
from bigmodel.core.ids import is_id
from bigmodel.core.message import Arg, Message
from bigmodel.data.targets import target_kind
from bigmodel.services.studio import Services

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 6
CELL_CHARACTERS = 60
SHOWN_CLASSES = 20


def run_import(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Import a table, or an archive or folder of pictures or recordings."""
    dataset = import_file(args.file, args, services, terminal)
    terminal.say("data.imported", name=dataset.name, id=dataset.id)
    _describe(dataset, terminal)
    record = record_of(dataset, terminal)
    if task := services.training.unfit_for(dataset, args.task or ""):
        name = terminal.tell(Message(f"tasks.{task}.name"))
        unfit = Message("pages.data.task_unfit", {"task": name}, "warning")
        terminal.write("! " + terminal.tell(unfit))
        record["problems"] = [*record["problems"], terminal.plain(unfit)]
    terminal.record(record)
    return 0


def import_file(
    path: Path, args: argparse.Namespace, services: Services, terminal: Terminal
) -> Dataset:
    """Import a file or a folder with the options of the command, showing a bar."""
    datasets = services.datasets
    take: Callable[..., Dataset] = datasets.import_folder
    if not path.is_dir():
        take = partial(datasets.import_file, sheet=args.sheet, header_row=args.header_row)
    with terminal.bar(terminal.text("data.reading", name=path.name)) as move:
        return take(
            OWNER,
            path,
            name=args.name or "",
            text=(args.text or [""])[0],
            more=(args.text or [])[1:],
            label=args.label or (args.targets or [""])[0],
            also=(args.targets or [])[0 if args.label else 1 :],
            task=args.task or "",
            leave_out=args.leave_out,
            level=args.level,
            name_part=args.name_part,
            progress=lambda share: move(share, ""),
        )


def run_list(_args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """List all datasets."""
    datasets = services.datasets.all(OWNER)
    terminal.record({"datasets": [record_of(dataset, terminal) for dataset in datasets]})
    if not datasets:
        terminal.say("data.none")
        return 0
    rows = [
        (
            dataset.id,
            dataset.name,
            f"{dataset.version.summary.rows:,}",
            f"{len(dataset.version.summary.classes):,}",
            local_time(dataset.created_at),
        )
        for dataset in datasets
    ]
    terminal.table(("id", "name", "rows", "classes", "created"), rows)
    return 0


def run_show(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show one dataset and its first rows."""
    dataset = find_dataset(services, args.dataset)
    preview = services.datasets.preview(OWNER, dataset.id, limit=PREVIEW_ROWS)
    shown = {"columns": preview.columns, "rows": preview.rows, "total": preview.total}
    terminal.record(record_of(dataset, terminal) | {"preview": shown})
    terminal.write(f"{dataset.name}  {dataset.id}")
    _describe(dataset, terminal)
    for row in preview.rows:
        cells = list(zip(preview.columns, row, strict=True))[:PREVIEW_COLUMNS]
        terminal.write("  " + "  ".join(f"{name}={_cut(cell)}" for name, cell in cells))
    return 0


def run_export(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write a dataset's own file with a label beside each row, or its files with labels as other tools read them."""
    dataset = find_dataset(services, args.dataset)
    if args.style or services.annotated.styles(dataset):
        taken = services.annotated.write(OWNER, dataset.id, args.style or "", args.out)
        terminal.say("data.taken", rows=taken.rows, left_out=taken.left_out, path=str(taken.path))
        terminal.record({"out": str(taken.path), "rows": taken.rows, "left_out": taken.left_out})
        return 0
    model = args.model or ""
    if model and not is_id(model):
        model = find_job(services, model).id
    with terminal.bar(dataset.name) as move:
        made = services.export_table.export(
            OWNER,
            dataset.id,
            terminal.tell,
            model=model,
            out=args.out,
            progress=lambda done, total: move(done / max(1, total), ""),
        )
    counts = {
        name: sum(getattr(table.tally, name) for table in made)
        for name in ("rows", "answered", "own")
    }
    terminal.say("data.exported", **counts, path=str(made[0].path))
    terminal.record({"out": str(made[0].path), "files": len(made)} | counts)
    return 0


def run_card(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show the card of a dataset, after saying what is to be said on it."""
    dataset = find_dataset(services, args.dataset)
    given = {name: getattr(args, name) for name in CARD_FIELDS}
    fresh = {name: text for name, text in given.items() if text is not None}
    said = services.cards.put(OWNER, dataset.id, **fresh)
    written = services.cards.markdown(OWNER, dataset.id)
    terminal.record({"dataset": dataset.id, "name": dataset.name, "card": dict(said)})
    if args.out is None:
        terminal.write(written)
    else:
        args.out.write_text(written, "utf-8")
        terminal.say("data.card_written", path=str(args.out))
    return 0


def run_similar(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Find the rows most like a text or a picture."""
    dataset = find_dataset(services, args.dataset)
    with terminal.bar(dataset.name) as move:
        similar = services.similar.search(
            OWNER, dataset.id, args.query, lambda done, of: move(done / max(1, of), "")
        )
    rows = [(f"{row.similarity:.3f}", _cut(row.label), _cut(row.text)) for row in similar.found]
    terminal.table(("similarity", "similar_label", "similar_text"), rows)
    found = [{k: v for k, v in asdict(row).items() if v} for row in similar.found]
    terminal.record({"found": found, "looked_at": similar.looked_at, "rows": similar.rows})
    return 0


def run_delete(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Delete a dataset with its jobs and models; somebody at a keyboard is asked first."""
    dataset = find_dataset(services, args.dataset)
    is_asked = sys.stdin.isatty() and not (args.yes or terminal.is_json)
    if is_asked and not _agrees(terminal, dataset.name):
        terminal.say("data.kept", name=dataset.name)
        return 0
    deleted = services.datasets.delete(OWNER, dataset.id)
    terminal.say(
        "data.deleted", name=dataset.name, jobs=len(deleted.jobs), models=len(deleted.models)
    )
    terminal.record(
        {"deleted": dataset.id, "jobs": list(deleted.jobs), "models": list(deleted.models)}
    )
    return 0


def record_of(dataset: Dataset, terminal: Terminal) -> dict[str, Any]:
    """Return a dataset for machines."""
    version = dataset.version
    summary, recipe = version.summary, version.recipe
    return {
        "dataset": dataset.id,
        "name": dataset.name,
        "version": version.number,
        "created_at": dataset.created_at.isoformat(),
        "rows": summary.rows,
        "usable_rows": summary.usable_rows,
        "columns": summary.columns,
        "text": recipe.input,
        "label": recipe.target,
        "targets": [name for name in recipe.targets if name],
        "medium": recipe.medium,
        "form": recipe.form,
        "lengths": summary.lengths,
        "format": recipe.format,
        "encoding": recipe.encoding,
        "delimiter": recipe.delimiter,
        "sheets": [[file.sheet, file.header_row] for file in recipe.uploads if file.sheet],
        "classes": summary.classes,
        "split_rows": summary.split_rows,
        "problems": [terminal.plain(problem) for problem in summary.problems],
    }


def _describe(dataset: Dataset, terminal: Terminal) -> None:
    version = dataset.version
    summary, recipe = version.summary, version.recipe
    if recipe.form == Form.TABLE:
        key = "columns" if recipe.target else "no_label"
        if not target_kind(summary.target).is_given:
            key = "whole"
        text = ", ".join(recipe.inputs)
        terminal.say(f"data.{key}", text=text, label=", ".join(recipe.targets))
    else:
        is_unsorted = recipe.form == Form.FOLDERS and not summary.classes
        terminal.say(f"data.{recipe.medium}_{'unsorted' if is_unsorted else recipe.form}")
    terminal.say("data.rows", rows=summary.rows, usable=summary.usable_rows)
    if recipe.encoding:
        terminal.say("data.encoding", encoding=recipe.encoding, format=recipe.format)
    for file in recipe.uploads:
        if file.sheet:
            key = "data.sheet" if file.header_row > 0 else "data.sheet_unnamed"
            terminal.say(key, sheet=file.sheet, row=file.header_row)
    if recipe.form != Form.TABLE and summary.lengths:
        same = "_same" if summary.lengths[0] == summary.lengths[-1] else ""
        terminal.say(f"data.{recipe.medium}_lengths{same}", **_lengths(summary))
    counted = list(summary.classes.items())
    if summary.target == "number" and summary.number_range:
        low, high = summary.number_range
        terminal.say("data.numbers", low=low, high=high)
    elif counted:
        terminal.table(
            ("label", "rows"), [(name, f"{rows:,}") for name, rows in counted[:SHOWN_CLASSES]]
        )
    for problem in summary.problems:
        terminal.write("! " + terminal.tell(problem))


def _lengths(summary: Summary) -> dict[str, Arg]:
    """Return the usual lengths: pixels as they are, milliseconds as seconds."""
    shortest, low, middle, _, high, longest = summary.lengths
    found: dict[str, Arg] = {"low": low, "middle": middle, "high": high}
    found |= {"shortest": shortest, "longest": longest}
    if summary.medium == "image":
        return found
    return {name: float(value) / 1000 for name, value in found.items()}


def _agrees(terminal: Terminal, name: str) -> bool:
    answer = input(terminal.text("data.really", name=name) + " ")
    return answer.strip().lower() in {"y", "yes", "是", "好"}


def _cut(cell: str) -> str:
    flat = " ".join(cell.split())
    return flat if len(flat) <= CELL_CHARACTERS else flat[: CELL_CHARACTERS - 1] + "…"
