"""The short-lived child that writes one table back (`python -m bigmodel.data.writeback.child REQUEST`); only the new file and a report leave it.

The request is a JSON file: order, report, limits. A hostile workbook is read here and nowhere else. It
must never be given secrets or the database.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.sandbox.limits import EXIT_BROKEN, EXIT_MEMORY, EXIT_REFUSED, limit_self


def main(request_path: str) -> int:
    """Bound this process for good, then do what the request says; return the exit code."""
    request = json.loads(Path(request_path).read_text("utf-8"))
    limits = request["limits"]
    limit_self(
        memory_mb=limits["memory_mb"],
        processor_s=int(limits["seconds"]) * limits["threads"] + 5,
        file_mb=limits["file_mb"],
    )
    return answer(request)


def answer(request: dict[str, Any]) -> int:
    """Write the table of a request; return the exit code."""
    try:
        _write(request)
    except DatasetError as error:
        refusal = {"key": error.key, "args": error.args_of_words}
        Path(request["report"]).write_text(json.dumps(refusal), "utf-8")
        return EXIT_REFUSED
    except MemoryError:
        return EXIT_MEMORY
    except Exception:  # noqa: BLE001  (the outermost call of this process)
        traceback.print_exc()
        return EXIT_BROKEN
    return 0


def _write(request: dict[str, Any]) -> None:
    # These bring pyarrow and openpyxl, which belong below the limits.
    from bigmodel.data.writeback.formats import write  # noqa: PLC0415
    from bigmodel.data.writeback.order import Order  # noqa: PLC0415

    write(Order.from_json(request["order"]), _progress)


def _progress(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
