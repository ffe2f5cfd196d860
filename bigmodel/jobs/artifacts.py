"""The files of jobs, by names relative to the data folder: `jobs/<job>/<token>/…`; nothing else joins paths to them."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bigmodel.core.job import Job


def attempt_name(job: Job) -> str:
    """Return the name of the folder of a job's present attempt."""
    return f"{job_name(job.id)}/{job.token}"


def job_name(job_id: str) -> str:
    """Return the name of the folder of all attempts of a job."""
    return f"jobs/{job_id}"


@dataclass(frozen=True)
class Artifacts:
    """What jobs made, as it lies in the data folder `home`."""

    home: Path

    def path(self, name: str) -> Path:
        """Return where a file or folder lies.

        Raises:
            ValueError: the name leads out of the data folder, or is the data folder.
        """
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts:
            raise ValueError(f"{name!r} is no name of a file of a job")
        return self.home / name

    def name(self, path: Path) -> str:
        """Return the name of a path in the data folder."""
        return path.relative_to(self.home).as_posix()

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading.

        Raises:
            FileNotFoundError: there is none.
        """
        return self.path(name).open("rb")

    def find(self, job_id: str, pattern: str) -> list[Path]:
        """Return what lies below the folder of a job, by a pattern such as `*/checkpoints`."""
        return list(self.path(job_name(job_id)).glob(pattern))

    def put(self, source: Path, name: str) -> None:
        """Move a file or a folder to its name."""
        target = self.path(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.rename(target)

    def remove(self, names: Iterable[str]) -> None:
        """Delete files and folders; what leads out of the data folder stays."""
        for name in names:
            try:
                place = self.path(name)
            except ValueError:
                continue
            shutil.rmtree(place, ignore_errors=True)
