"""`voices`: the people whom a model knows by their voice; one more at once, one less for good."""

import argparse
from dataclasses import asdict

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import is_id
from bigmodel.services.studio import Services


def run_list(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show whom a model knows."""
    people = services.voices.people(OWNER, _model(args, services))
    came = terminal.text("voices.came")
    terminal.table(("name", "since"), [(one.name, came if one.came else "") for one in people])
    terminal.record({"people": [asdict(one) for one in people]})
    return 0


def run_enrol(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Let a model know one more person; what is to be said of a take is said before it counts."""
    for path in args.takes:
        if not path.is_file():
            raise DatasetError("file_missing", name=str(path))
    model = _model(args, services)
    with terminal.bar(terminal.text("predict.loading")):
        weighed = services.voices.weigh(OWNER, model, args.takes)
    for path, take in zip(args.takes, weighed, strict=True):
        terminal.say("voices.take", file=path.name, seconds=take.seconds)
        if take.like:
            terminal.say("voices.like", file=path.name, name=take.like)
        if take.is_apart:
            terminal.say("voices.apart", file=path.name)
    services.voices.enrol(OWNER, model, args.name, args.takes, anyway=args.anyway)
    terminal.say("voices.enrolled", name=args.name)
    terminal.record({"name": args.name, "takes": [asdict(take) for take in weighed]})
    return 0


def run_delete(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Delete a person from models, data and copies."""
    gone = services.voices.delete(OWNER, _model(args, services), args.name)
    terminal.say("voices.deleted", name=args.name, **asdict(gone))
    terminal.record({"name": args.name, **asdict(gone)})
    return 0


def _model(args: argparse.Namespace, services: Services) -> str:
    found: str = args.job if is_id(args.job) else find_job(services, args.job).id
    return found
