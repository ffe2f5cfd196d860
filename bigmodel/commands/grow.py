"""`data add`: further rows for a table on the command line; it decides nothing that the service does not."""

import argparse
from dataclasses import asdict

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.services.datasets.append import append_sentences
from bigmodel.services.studio import Services


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
