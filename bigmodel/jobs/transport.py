"""How attempts get to their workers and back: one folder each, `jobs/<job>/<token>`; it must never know a database.

The supervisor speaks to a worker through a transport alone. A worker on another machine needs one whose
`put_attempt` sends what the attempt names (dataset, base, checkpoint) and whose `fetch` brings back what was made.
"""

import contextlib
import json
from pathlib import Path
from typing import Any, Protocol

from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt, Control

MOST_JSON = 2**20


class Transport(Protocol):
    """Moves the files of attempts. `name` is the attempt's folder relative to the data folder."""

    def put_attempt(self, name: str, attempt: Attempt) -> None:
        """Bring an attempt, which stands in the data folder here, to where its worker will run.

        Raises:
            OSError: it could not be written.
        """

    def put_control(self, name: str, control: Control) -> None:
        """Replace what is wanted of the worker.

        Raises:
            OSError: it could not be written.
        """

    def read(self, name: str, file: str, offset: int, size: int) -> bytes:
        """Return at most `size` bytes of a file of the attempt from the offset on (below 0: from its end).

        A file that is not there is empty.
        """

    def fetch(self, folder: str) -> None:
        """Have a finished checkpoint or model in the data folder here.

        Raises:
            OSError: it could not be brought.
        """


class LocalFolder:
    """Workers that see this very data folder: nothing travels."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def put_attempt(self, name: str, attempt: Attempt) -> None:  # noqa: ARG002
        return None  # the supervisor keeps it where the worker reads it

    def put_control(self, name: str, control: Control) -> None:
        attempt_folder.write_control(self._home / name, control)

    def read(self, name: str, file: str, offset: int, size: int) -> bytes:
        return read_part(self._home / name / file, offset, size)

    def fetch(self, folder: str) -> None:  # noqa: ARG002
        return None


def read_part(path: Path, offset: int, size: int) -> bytes:
    """Return a part of a file, from its end where the offset is below 0; nothing where there is no file."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end + offset) if offset < 0 else offset)
        return file.read(size)
    return b""


def read_record(transport: Transport, name: str, file: str) -> dict[str, Any] | None:
    """Return the JSON object in a file of an attempt, None where there is none or not a whole one yet."""
    try:
        record = json.loads(transport.read(name, file, 0, MOST_JSON))
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
