"""`data labels`: how far sorting by hand has come, on the command line; it decides nothing that the service does not."""

import argparse

from bigmodel.commands.reference import OWNER, find_dataset
from bigmodel.commands.terminal import Terminal
from bigmodel.services.studio import Services


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
