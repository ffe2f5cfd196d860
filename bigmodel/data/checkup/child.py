"""The short-lived child that looks at one version (`python -m bigmodel.data.checkup.child REQUEST`); only a report leaves it.

The request is a JSON file: folder, recipe, has_classes, target (its kind), report, limits. Shares of the work go to standard output.
"""

import json
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bigmodel.data.sandbox.limits import EXIT_BROKEN, EXIT_MEMORY, leave_out_pandas, limit_self

if TYPE_CHECKING:
    from bigmodel.core.datasets.checkup import Report

TOLD_STEP = 0.01
ADDRESSES = (
    2  # times the memory: libraries reserve far more than they use; the parent watches what is used
)


def main(request_path: str) -> int:
    """Bound this process for good, then write the report that a request asks for; return the exit code."""
    request = json.loads(Path(request_path).read_text("utf-8"))
    limits = request["limits"]
    leave_out_pandas()
    limit_self(
        memory_mb=ADDRESSES * limits["memory_mb"], processor_s=int(limits["seconds"]), file_mb=512
    )
    try:
        report = look_at(request, Printer())
    except MemoryError:
        return EXIT_MEMORY
    except Exception:  # noqa: BLE001  (the outermost call of this process)
        traceback.print_exc()
        return EXIT_BROKEN
    Path(request["report"]).write_text(json.dumps(report.to_json()), "utf-8")
    return 0


class Printer:
    """Prints shares of the whole, each at least a little later than the one before."""

    def __init__(self) -> None:
        self._told = -1.0

    def __call__(self, share: float) -> None:
        if share - self._told >= TOLD_STEP:
            self._told = share
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()


def look_at(request: dict[str, Any], tell: Callable[[float], None]) -> "Report":
    """Return what all kinds find in a version, the most harmful first."""
    # numpy and pyarrow are imported below the limits, so that they hold for them too.
    from bigmodel.core.datasets.checkup import Finding, Report  # noqa: PLC0415
    from bigmodel.core.datasets.dataset import Recipe  # noqa: PLC0415
    from bigmodel.data.checkup.kinds import find_kinds  # noqa: PLC0415
    from bigmodel.data.checkup.rows import CheckedRows  # noqa: PLC0415

    started = time.monotonic()
    recipe = Recipe.from_json(request["recipe"])
    kinds = find_kinds(recipe.medium)
    found: list[Finding] = []
    rows = CheckedRows(
        Path(request["folder"]),
        recipe,
        has_classes=request["has_classes"],
        target=request.get("target", "label"),
        tokenizers=request.get("tokenizers", {}),
    )
    for number, kind in enumerate(kinds):
        rows.tell = partial(_tell_part, tell, number, len(kinds))
        rows.tell(0.0)
        found += kind.find(rows)
    found.sort(key=lambda finding: (-finding.harm, -finding.count))
    return Report(tuple(found), len(rows), len(kinds), time.monotonic() - started)


def _tell_part(tell: Callable[[float], None], number: int, parts: int, share: float) -> None:
    tell((number + min(1.0, share)) / parts)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
