"""Windows: not supported yet; says so in a sentence instead of failing somewhere later."""

from pathlib import Path
from typing import Any

from bigmodel.core.errors import SettingsError


def _refuse() -> SettingsError:
    return SettingsError("windows_unsupported")


def detach_options() -> dict[str, Any]:  # options of Popen, which have many types
    """Return how to start a process that outlives us."""
    raise _refuse()


def terminate_group(pid: int) -> None:  # noqa: ARG001 - the same signature as on posix
    """Ask a process and those it started to end."""
    raise _refuse()


def kill_group(pid: int) -> None:  # noqa: ARG001 - the same signature as on posix
    """End a process and those it started at once."""
    raise _refuse()


def limit_worker() -> None:
    """Give way to the person's other programs."""
    raise _refuse()


def give_way() -> None:
    """Let the person's other programs have the processor first."""
    raise _refuse()


def peak_mb() -> float:
    """Return the most memory this process ever held, in megabytes."""
    raise _refuse()


class Lock:
    """A lock file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def acquire(self) -> bool:
        """Take the lock; tell whether it was free."""
        raise _refuse()

    def release(self) -> None:
        raise _refuse()
