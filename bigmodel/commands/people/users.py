"""`users`: the accounts of a shared installation; a password is asked for, never given on the line, where others see it."""

import argparse
import getpass
import sys

from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import PeopleError
from bigmodel.services.studio import Services


def run_add(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Make an account."""
    person = services.people.add(args.name, _password(terminal), is_admin=args.admin)
    terminal.say("users.added", name=person.name)
    terminal.record({"id": person.id, "name": person.name})
    return 0


def run_list(_args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show all accounts."""
    accounts = services.people.accounts()
    rows = [
        (
            person.name,
            terminal.text("users.admin") if person.is_admin else "",
            f"{person.created_at:%Y-%m-%d}",
            str(len(services.datasets.all(person.id))),
        )
        for person in accounts
    ]
    terminal.table(("name", "role", "created", "datasets"), rows)
    terminal.record(
        {
            "accounts": [
                {"id": person.id, "name": person.name, "admin": person.is_admin}
                for person in accounts
            ]
        }
    )
    return 0


def run_reset(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Give an account another password."""
    services.people.account(args.name)
    services.people.reset(args.name, _password(terminal))
    terminal.say("users.reset", name=args.name)
    terminal.record({"name": args.name})
    return 0


def run_remove(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Remove an account with everything that it owns."""
    person = services.people.account(args.name)
    owned = services.datasets.all(person.id)
    if owned and not args.yes:
        raise PeopleError("person_owns", name=person.name, datasets=len(owned))
    for dataset in owned:
        services.datasets.delete(person.id, dataset.id)
    services.people.remove(args.name)
    terminal.say("users.removed", name=person.name, datasets=len(owned))
    terminal.record({"name": person.name, "datasets": len(owned)})
    return 0


def _password(terminal: Terminal) -> str:
    """Ask at a terminal; a program sends one line."""
    if sys.stdin.isatty():
        return getpass.getpass(terminal.text("users.password"))
    return sys.stdin.readline().rstrip("\r\n")
