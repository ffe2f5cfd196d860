"""The short-lived child that reads one upload (`python -m bigmodel.data.reader REQUEST`); only a report leaves it.

The request is a JSON file: path, name, table (the Parquet file to write), report, limits. The report
is JSON as well: either what was found, or `problems`. It must never be given secrets or the database.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from bigmodel.core.errors import DatasetError
from bigmodel.data.limits import limit_self

EXIT_REFUSED = 3
EXIT_MEMORY = 4
EXIT_BROKEN = 5


def main(request_path: str) -> int:
    """Read the upload that a request names and write its report; return the exit code."""
    request = json.loads(Path(request_path).read_text("utf-8"))
    limits = request["limits"]
    limit_self(
        memory_mb=limits["memory_mb"],
        processor_s=int(limits["seconds"]) + 5,
        file_mb=limits["max_text_mb"] + 64,
    )
    report = Path(request["report"])
    try:
        record = _read(request)
    except DatasetError as error:
        problems = [problem.to_json() for problem in error.problems]
        report.write_text(
            json.dumps({"key": error.key, "args": error.args_of_words, "problems": problems})
        )
        return EXIT_REFUSED
    except MemoryError:
        return EXIT_MEMORY
    except Exception:  # noqa: BLE001  (the outermost call of this process)
        traceback.print_exc()
        return EXIT_BROKEN
    report.write_text(json.dumps(record))
    return 0


def _read(request: dict[str, Any]) -> dict[str, Any]:
    # pyarrow is imported below the limits, so that they hold for it too.
    from bigmodel.data.readers import find_readers  # noqa: PLC0415
    from bigmodel.data.sniff import choose_reader  # noqa: PLC0415
    from bigmodel.data.table import Findings, Target, limits_from  # noqa: PLC0415

    path, findings = Path(request["path"]), Findings()
    reader = choose_reader(path, request["name"], find_readers(), findings)
    target = Target(Path(request["table"]), limits_from(request["limits"]), findings, _progress)
    try:
        reader.read(path, target)
        target.close()
    except DatasetError as error:
        found = [message for message in findings.all() if message.level != "info"]
        raise DatasetError(error.key, [*error.problems, *found], **error.args_of_words) from error
    return {
        "format": reader.name,
        "encoding": target.encoding,
        "delimiter": target.delimiter,
        "columns": list(target.columns),
        "rows": target.rows,
        "problems": [problem.to_json() for problem in findings.all()],
    }


def _progress(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
