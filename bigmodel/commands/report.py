"""`report`: a file about a problem, without rows, names or secrets; it sends nothing."""

import argparse
from pathlib import Path

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import DatasetError
from bigmodel.services.studio import Services


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write the report and name what is in it."""
    out: Path = args.out
    if not out.resolve().parent.is_dir():
        raise DatasetError("project_folder_missing", name=str(out.parent))
    job = find_job(services, args.job).id if args.job else ""
    report = services.report.draft(OWNER, job)
    services.report.write(report, out)
    names = [name for name, _ in report.files]
    terminal.say("report.saved", path=str(out), names=", ".join(names))
    terminal.record({"file": str(out), "files": names})
    return 0
