"""What every way of starting workers promises; a launcher never reads a job, only an attempt."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from bigmodel.jobs.platform.identity import Identity
from bigmodel.jobs.platform.process_tree import kill_tree, terminate
from bigmodel.jobs.transport import Transport

Handle = Mapping[str, Any]  # JSON by which a launcher finds its worker again, also after a restart


class Launcher(Protocol):
    """Starts workers and ends them. A worker outlives the supervisor that had it started, and is adopted by its handle.

    A worker writes its handle itself, before anything else: who it is on this machine, or what its launcher
    put into the environment as BIGMODEL_HANDLE.
    """

    name: str
    order: int  # the lowest one that is ready is asked first
    transport: Transport

    def is_ready(self) -> bool:
        """Tell whether `launch` would work now."""

    @property
    def is_starting(self) -> bool:
        """Whether it is not ready, but is worth waiting for."""

    def launch(self, attempt: str) -> Handle:
        """Start a worker on the attempt of this name, which the transport has brought to it.

        Raises:
            OSError: it could not be started.
        """

    def is_alive(self, handle: Handle) -> bool:
        """Tell whether exactly this worker still runs."""

    def terminate(self, handle: Handle) -> None:
        """Ask the worker to end; a worker that is gone is no error."""

    def kill(self, handle: Handle) -> None:
        """Kill the worker and all processes it started, also those that outlived it, and no others."""

    def reap(self) -> None:
        """Take the exit status of workers that ended, and write it beside their events."""

    def close(self) -> None:
        """Make ready to go: the supervisor leaves, workers go on."""


class ProcessLauncher:
    """What launchers of this machine's processes share: a handle is the identity of a process and its folder."""

    def __init__(self, home: Path, transport: Transport) -> None:
        self.home, self.transport = home, transport

    def is_alive(self, handle: Handle) -> bool:
        return Identity.from_json(handle).is_alive

    def terminate(self, handle: Handle) -> None:
        terminate(Identity.from_json(handle))

    def kill(self, handle: Handle) -> None:
        kill_tree(Identity.from_json(handle), str(handle.get("folder", "")))

    def close(self) -> None:
        return None
