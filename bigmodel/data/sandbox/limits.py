"""The child's half of a limited child: it bounds itself where the system can, does its work, and leaves a report.

The parent's watchdog holds everywhere.
"""

import json
import sys
import traceback
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError

EXIT_REFUSED = 3
EXIT_MEMORY = 4
EXIT_BROKEN = 5
SPARE_MB = 64  # of a written file beyond what a person's data may take
Request = dict[str, Any]


class _WithoutPandas(MetaPathFinder):
    """Lets no module import pandas: pyarrow would with its first array, and wait as long as for all else here."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


def leave_out_pandas() -> None:
    """Let this process, which reads a person's bytes and imports no torch, import no pandas: torch looks for it."""
    sys.meta_path.insert(0, _WithoutPandas())


def limit_self(*, memory_mb: int, processor_s: int, file_mb: int) -> None:
    """Bound address space, processor time and written files of this process for good."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (not on Windows)

    def bound(kind: int, value: int) -> None:
        _, hard = resource.getrlimit(kind)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (wanted, wanted))

    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_CPU, processor_s)
    bound(resource.RLIMIT_FSIZE, file_mb * 2**20)
    if (
        sys.platform == "linux"
    ):  # elsewhere the bound counts the shared libraries too, or is ignored
        bound(resource.RLIMIT_AS, memory_mb * 2**20)


def serve(
    request_path: str,
    answer: Callable[[Request], int],
    *,
    file_limit: str,
    spare_mb: int = SPARE_MB,
) -> int:
    """Bound this process for good, then answer the request in a JSON file; return the exit code.

    `file_limit` names the limit that bounds a written file.
    """
    request: Request = json.loads(Path(request_path).read_text("utf-8"))
    limits = request["limits"]
    leave_out_pandas()
    limit_self(
        memory_mb=limits["memory_mb"],
        processor_s=int(limits["seconds"]) * limits["threads"] + 5,
        file_mb=limits[file_limit] + spare_mb,
    )
    return answer(request)


def report_of(
    request: Request,
    work: Callable[[Request], Request | None],
    refusal: Callable[[DatasetError], Request] | None = None,
) -> int:
    """Write what `work` returns, or why it refused, as the report of a request; return the exit code."""
    report = Path(request["report"])
    try:
        found = work(request)
    except DatasetError as error:
        said = refusal(error) if refusal else {"key": error.key, "args": error.args_of_words}
        report.write_text(json.dumps(said), "utf-8")
        return EXIT_REFUSED
    except MemoryError:
        return EXIT_MEMORY
    except Exception:  # noqa: BLE001  (the outermost call of this process)
        traceback.print_exc()
        return EXIT_BROKEN
    if found is not None:
        report.write_text(json.dumps(found), "utf-8")
    return 0
