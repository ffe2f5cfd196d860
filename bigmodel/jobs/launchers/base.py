"""What every way of starting workers promises; a launcher never reads a job, only a folder."""

from pathlib import Path
from typing import Protocol

from bigmodel.jobs.platform.identity import Identity

Handle = Identity  # of the worker's process, which leads a group of its own


class Launcher(Protocol):
    """Starts workers and ends them. A worker it started outlives it, and can be adopted by its handle."""

    def is_ready(self) -> bool:
        """Tell whether `launch` would work now."""

    @property
    def is_starting(self) -> bool:
        """Whether it is not ready, but is worth waiting for."""

    def launch(self, folder: Path) -> Handle:
        """Start a worker on the attempt in this folder.

        Raises:
            OSError: it could not be started.
        """

    def reap(self) -> None:
        """Take the exit status of workers that ended, and write it beside their events."""
