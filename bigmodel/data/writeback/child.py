"""The short-lived child that writes one table back (`python -m bigmodel.data.writeback.child REQUEST`); only the new file and a report leave it.

The request is a JSON file: order, report, limits. A hostile workbook is read here and nowhere else. It
must never be given secrets or the database.
"""

import sys
from typing import Any

from bigmodel.data.sandbox.limits import report_of, serve


def main(request_path: str) -> int:
    """Answer the request below limits; return the exit code."""
    return serve(request_path, answer, file_limit="file_mb", spare_mb=0)


def answer(request: dict[str, Any]) -> int:
    """Write the table of a request; return the exit code."""
    return report_of(request, _write)


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
