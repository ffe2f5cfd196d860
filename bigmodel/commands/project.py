"""`project save|load`: work taken along as one file, and such a file brought in; the services do both."""

import argparse
from dataclasses import asdict
from pathlib import Path

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.services.projects.project import Size
from bigmodel.services.studio import Services


def run_save(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Save datasets, or everything, with all that came from them."""
    chosen = [find_dataset(services, text).id for text in args.datasets]
    out: Path = args.out
    with terminal.bar(terminal.text("project.saving")) as move:
        size = services.project.save(
            OWNER, chosen, out, with_bases=args.bases, progress=lambda share: move(share, "")
        )
    _saved(size, out, terminal)
    return 0


def run_load(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Bring a project in."""
    with terminal.bar(terminal.text("project.loading")) as move:
        loaded = services.project.load(OWNER, args.file, lambda share: move(share, ""))
    for message in loaded.lines:
        terminal.write(terminal.tell(message))
    left = [terminal.plain(message) for message in loaded.left_out]
    terminal.record(asdict(loaded) | {"left_out": left})
    return 0


def _saved(size: Size, out: Path, terminal: Terminal) -> None:
    counts = {"datasets": size.datasets, "jobs": size.jobs, "models": size.models}
    terminal.say("project.saved", path=str(out), mb=round(size.mb, 1), **counts)
    for message in size.left_out:
        terminal.write(terminal.tell(message))
    left = [terminal.plain(message) for message in size.left_out]
    terminal.record({"file": str(out), "mb": size.mb, **counts, "left_out": left})
