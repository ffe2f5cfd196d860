"""The child that searches a dataset: `python -m bigmodel.training.similar REQUEST`.

REQUEST is JSON: {"base": name, "folder": its files, "version": folder, "medium": …, "query": text or path, "count": …}.
It writes JSON lines: {} when it has started, {"done": …, "of": …} while rows are encoded, then {"result": {"nearest":
[[place, cosine], …], "looked_at": …, "rows": …}} or {"error": key, "args": {…}}.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from bigmodel.core.errors import PersonError
from bigmodel.data.sandbox.limits import limit_self

MEMORY_MB = 24_000  # of addresses, not of memory
PROCESSOR_S = 3_600
FILE_MB = 500


def main() -> int:
    """Answer the request on the command line."""
    request = json.loads(sys.argv[1])
    limit_self(memory_mb=MEMORY_MB, processor_s=PROCESSOR_S, file_mb=FILE_MB)
    _say({})
    try:
        from bigmodel.training.similar.search import find  # noqa: PLC0415 - torch takes its time, and the caller waits for a first word

        _say({"result": find(request, lambda done, of: _say({"done": done, "of": of}))})
    except PersonError as error:
        _say({"error": error.key, "args": dict(error.args_of_words)})
    except Exception:  # noqa: BLE001 - the outermost call of this process
        traceback.print_exc()
        _say({"error": "search_failed", "args": {"base": request["base"]}})
    return 0


def _say(record: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
