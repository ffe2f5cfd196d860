"""`doctor`: whether this machine and this data folder are in order; it looks and repairs nothing."""

import argparse

from bigmodel.commands.terminal import Terminal
from bigmodel.services.studio import Services


def run(_args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show every check; the exit status is 1 when one of them failed."""
    with terminal.bar(terminal.text("doctor.looking")):
        checks = services.health.checks()
    is_well = all(check.ok for check in checks)
    rows = [
        (
            terminal.text("doctor.ok" if check.ok else "doctor.not_ok"),
            terminal.words.text(terminal.language, f"health.names.{check.name}"),
            terminal.tell(check.message),
        )
        for check in checks
    ]
    terminal.table(("ok", "check", "finding"), rows)
    terminal.say("doctor.well" if is_well else "doctor.unwell")
    found = [
        {"name": check.name, "ok": check.ok} | terminal.plain(check.message) for check in checks
    ]
    terminal.record({"ok": is_well, "checks": found})
    return 0 if is_well else 1
