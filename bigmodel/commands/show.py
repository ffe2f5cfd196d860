"""`show` and `export`: a model for others, as one offline page or as a ZIP; no row is in either unless asked for."""

import argparse
import shutil

from bigmodel.commands.reference import OWNER, find_model
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import ModelError
from bigmodel.services.studio import Services


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Write the page of a model, or of a training's kept model."""
    model = find_model(services, args.model)
    page = services.model_pages.page(
        OWNER,
        model,
        terminal.language,
        examples=args.examples,
        training_rows=args.training_rows,
    )
    try:
        args.out.write_text(page, "utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError("page_not_written", path=str(args.out), reason=reason) from error
    holds = "learned" if args.training_rows else "examples" if args.examples else "none"
    rows = terminal.words.text(terminal.language, f"show.page.rows_{holds}")
    terminal.say("show.saved", path=str(args.out), rows=rows)
    terminal.record({"page": str(args.out), "rows": holds})
    return 0


def run_export(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
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
