"""The short-lived child that cleans kept files (`python -m bigmodel.data.media.cleaning.child REQUEST`); it changes none of them.

The request is a JSON file: names, media, folder, medium, steps, report, limits. Shares of the work go to standard output.
"""

import json
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

from bigmodel.data.sandbox.limits import EXIT_BROKEN, EXIT_MEMORY, limit_self

ADDRESSES = 2  # times the memory, as of the check-up's child


def main(request_path: str) -> int:
    """Bound this process for good, then write what the files became; return the exit code."""
    request = json.loads(Path(request_path).read_text("utf-8"))
    limits = request["limits"]
    memory_mb = ADDRESSES * limits["memory_mb"]
    limit_self(memory_mb=memory_mb, processor_s=int(limits["seconds"]), file_mb=512)
    try:
        from bigmodel.data.media.cleaning.files import Cleaner, clean_all  # noqa: PLC0415  (below the limits)

        cleaner = Cleaner(request["medium"], request["steps"], Path(request["folder"]))
        found = clean_all(request["names"], Path(request["media"]), cleaner, _tell)
        report = [[asdict(kept) for kept in pieces] for pieces in found]
        Path(request["report"]).write_text(json.dumps(report), "utf-8")
    except MemoryError:
        return EXIT_MEMORY
    except Exception:  # noqa: BLE001  (the outermost call of this process)
        traceback.print_exc()
        return EXIT_BROKEN
    return 0


def _tell(share: float) -> None:
    sys.stdout.write(f"{share:.3f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
