"""`export`: a trained model as a ZIP that works without this app, written where the person says."""

import argparse
import shutil

from bigmodel.commands.reference import OWNER, find_model
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import ModelError
from bigmodel.services.studio import Services


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write the ZIP of a model, or of a training's kept model."""
    package = services.results.download(OWNER, find_model(services, args.model), args.sort)
    try:
        shutil.copyfile(package, args.out)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError("page_not_written", path=str(args.out), reason=reason) from error
    size = args.out.stat().st_size
    terminal.say("export.saved", path=str(args.out), mb=round(size / 1e6, 1))
    terminal.record({"package": str(args.out), "sort": args.sort, "bytes": size})
    return 0
