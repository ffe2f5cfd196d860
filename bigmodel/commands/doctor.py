"""`doctor` and `report`: whether this machine and data folder are in order, and a file about a problem; nothing is repaired or sent."""

import argparse
from pathlib import Path

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import DatasetError
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


def report(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write a report without rows, names or secrets, and name what is in it."""
    out: Path = args.out
    if not out.resolve().parent.is_dir():
        raise DatasetError("project_folder_missing", name=str(out.parent))
    job = find_job(services, args.job).id if args.job else ""
    draft = services.report.draft(OWNER, job)
    services.report.write(draft, out)
    names = [name for name, _ in draft.files]
    terminal.say("report.saved", path=str(out), names=", ".join(names))
    terminal.record({"file": str(out), "files": names})
    return 0
